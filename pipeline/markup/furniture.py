"""What is in a page's tree and not for reading: machinery, hidden elements, pictures with their captions.

Knows markup's habits for these. Must not know which part of the page is the article.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from pipeline.markup import hidden
from pipeline.markup import page as pages
from pipeline.markup.page import Element, Page
from pipeline.text import typography

_MACHINERY = (
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "canvas", "audio",
    "video", "map", "select", "textarea", "button", "input", "dialog", "link", "datalist", "frameset", "applet",
    "rt", "rp", "rtc",
    "amp-ad", "amp-embed", "amp-sticky-ad", "amp-sidebar", "amp-lightbox", "amp-consent", "amp-user-notification",
    "amp-state", "amp-list", "amp-social-share", "amp-next-page", "amp-story-player", "amp-analytics", "amp-iframe",
)  # fmt: skip
_MAY_HOLD_ALL = (
    "button",
    "dialog",
    "object",
    "map",
    "noscript",
    "amp-lightbox",
    "amp-list",
    "amp-sidebar",
)
_MUCH = 1500  # characters
_CAPTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:caption|wp-caption-text|figcaption|(?:image|img|photo|picture|media|foto|bild)[_-]*"
    r"(?:caption|credits?|desc(?:ription)?|legend|text|info|source|copyright|title|byline|by)|legende?|"
    r"credits?|photo-?by|bildunterschrift|bildnachweis|bildtext|copyright-?(?:info|image)|picture)(?:$|[\s_-])|"
    r"(?:image|photo|img|picture)(?:Caption|Credit|Legend|Description|Source)|__(?:caption|credit)",
    re.IGNORECASE,
)
# One of these stands in each of them; much cheaper to ask.
_CAPTION_WORDS = (
    "caption", "credit", "legend", "image", "img", "photo", "picture", "media", "foto", "bild", "copyright",
)  # fmt: skip
_CREDIT_CLASS = re.compile(
    r"credit|copyright|source|author|byline|agency|nachweis|photographer", re.IGNORECASE
)
_CAPTIONS = ("p", "div", "span", "small", "em", "dd", "figcaption", "cite", "li")
_LONGEST_CAPTION = 900
_LONGEST_FIGURE = 2_500  # characters
_FURNITURE_IMAGE = re.compile(
    r"(?:avatar|gravatar|logo|icon|sprite|pixel|spacer|blank|placeholder|share|badge|emoji|/ads?/|1x1|\.svg|^data:)",
    re.IGNORECASE,
)
_FURNITURE_WORDS = (
    "avatar", "logo", "icon", "sprite", "pixel", "spacer", "blank", "placeholder", "share", "badge", "emoji", "/ad/",
    "/ads/", "1x1", ".svg",
)  # fmt: skip
_PICTURE_MARK = "data-morgue-picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture or caption as it stood in the page; a mark keeps its place in the tree."""

    caption: str | None
    credit: str | None
    url: str | None
    alt: str | None


@dataclass(slots=True)
class Cleared:
    """What was taken out of a tree."""

    pictures: list[Picture] = field(default_factory=list)
    hidden: list[tuple[Element, str]] = field(default_factory=list)  # its parent, its text


def clear(page: Page) -> Cleared:
    """Take machinery, hidden elements and pictures out of the page's tree, in place."""
    cleared = Cleared()
    styles = hidden.styles_of(page)
    for element in list(page.root.iter("template", *_MAY_HOLD_ALL)):
        if element.tag == "template" and element.get("shadowrootmode"):
            element.tag = "div"  # its content is shown, without any script
        elif element.tag in _MAY_HOLD_ALL and pages.holds_more(element, _MUCH):
            element.tag = "div"  # it was never closed, and the whole page fell into it
    etree.strip_elements(page.root, *_MACHINERY, with_tail=False)
    classes = hidden.classes_of(page)
    cleared.hidden.extend(hidden.take(page, styles, classes))
    cleared.hidden.extend(hidden.take_inserted(page))
    _take_pictures(page, cleared, captioning=_captioning({*classes, page.body.get("class") or ""}))
    return cleared


def marked(scope: Element) -> list[int]:
    """The numbers of the pictures whose marks stand in this element, in reading order."""
    return [
        int(mark.get(_PICTURE_MARK, "0"))
        for mark in scope.iter("img")
        if _PICTURE_MARK in mark.attrib
    ]


def mark_of(element: Element) -> int | None:
    """The number of the picture that this element marks."""
    number = element.get(_PICTURE_MARK)
    return int(number) if number is not None else None


def _captioning(classes: set[str]) -> set[str]:
    """Those of a page's class attributes that name a caption or a credit."""
    written = "\n".join(classes).lower()
    words = [word for word in _CAPTION_WORDS if word in written]
    return {
        names
        for names in classes
        if (any(map(names.lower().__contains__, words)) or not names.isascii())
        and _CAPTION_CLASS.search(names)
    }


def _take_pictures(page: Page, cleared: Cleared, *, captioning: set[str]) -> None:
    for figure in list(page.body.iter("figure")):
        if figure.getparent() is None or _holds_text(figure):
            continue
        _replace(figure, _picture_of(figure), cleared)
    tags = _CAPTIONS if captioning else ("figcaption",)
    named = [
        element
        for element in page.body.iter(*tags)
        if element.get("class") in captioning or element.tag == "figcaption"
    ]
    for element in named:
        if _is_caption(element):
            _replace(element, _picture_of(element), cleared)
    for image in page.body.iter("img"):
        if _PICTURE_MARK in image.attrib:
            continue
        image.set(_PICTURE_MARK, str(len(cleared.pictures)))
        cleared.pictures.append(
            Picture(None, None, image_url(image), typography.settle(image.get("alt") or "") or None)
        )


def _holds_text(figure: Element) -> bool:
    """Figures that frame a table, a quotation, code or an article's whole text are no pictures."""
    if figure.find(".//table") is not None or figure.find(".//blockquote") is not None:
        return True
    return figure.find(".//pre") is not None or pages.holds_more(figure, _LONGEST_FIGURE)


def _is_caption(element: Element) -> bool:
    """Whether what is named a caption holds no more than one."""
    if element.getparent() is None:
        return False
    if any(next(element.iter(tag), None) is not None for tag in ("h1", "h2", "article", "ul")):
        return False
    says_something = pages.holds_more(element, 0)
    return (
        says_something
        and not pages.holds_more(element, _LONGEST_CAPTION)
        and len(element.findall(".//p")) <= 2
    )


def _replace(element: Element, picture: Picture, cleared: Cleared) -> None:
    mark = etree.Element("img")
    mark.set(_PICTURE_MARK, str(len(cleared.pictures)))
    cleared.pictures.append(picture)
    mark.tail, element.tail = element.tail, None
    parent = element.getparent()
    assert parent is not None
    parent.replace(element, mark)


def _picture_of(element: Element) -> Picture:
    image = next((i for i in element.iter("img") if not _is_furniture(i)), None)
    captions = [element] if element.tag != "figure" else list(element.iter("figcaption"))
    if not captions:
        captions = [
            inner
            for inner in element.iter("p", "div", "span", "small")
            if _CAPTION_CLASS.search(inner.get("class") or "")
        ][:1]
    text = " ".join(filter(None, (pages.own_text(caption) for caption in captions)))
    credit = None
    for caption in captions:
        for inner in caption.iter("span", "small", "cite", "em", "div", "p"):
            if inner is not caption and _CREDIT_CLASS.search(inner.get("class") or ""):
                credit = credit or pages.own_text(inner) or None
    url = image_url(image) if image is not None else None
    alt = typography.settle(image.get("alt") or "") if image is not None else ""
    return Picture(text or None, credit, url, alt or None)


def pictures_in(element: Element) -> list[Picture]:
    """The pictures that an element is, holds, or stands in with its caption."""
    if element.tag == "img":
        figure = next(element.iterancestors("figure"), None)
        framed = _picture_of(figure) if figure is not None else Picture(None, None, None, None)
        alt = typography.settle(element.get("alt") or "") or None
        return [Picture(framed.caption, framed.credit, image_url(element), alt)]
    figures = list(element.iter("figure"))
    if figures:
        return [_picture_of(figure) for figure in figures]
    return [picture for image in element.iter("img") for picture in pictures_in(image)]


def _is_furniture(image: Element) -> bool:
    return _is_of_furniture(image.get("src") or "") and not image.get("data-src")


def _is_of_furniture(address: str) -> bool:
    """Whether an address names no picture: `_FURNITURE_IMAGE`, of which few addresses hold a word at all."""
    if address[:5].lower() == "data:":
        return True
    lowered = address.lower()
    if address.isascii() and not any(map(lowered.__contains__, _FURNITURE_WORDS)):
        return False
    return bool(_FURNITURE_IMAGE.search(address))


def image_url(image: Element) -> str | None:
    """Where a picture really is, as written: lazy loaders keep its address beside an empty `src`."""
    for name in ("data-src", "data-lazy-src", "data-original", "src"):
        address = (image.get(name) or "").strip()
        if address and len(address) < 2000 and not _is_of_furniture(address):
            return address
    chosen = (image.get("data-srcset") or image.get("srcset") or "").split(",")[0].split()
    return chosen[0] if chosen and not _is_of_furniture(chosen[0]) else None
