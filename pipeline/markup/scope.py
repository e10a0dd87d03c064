"""Where on the page the body stands, and which pictures are therefore the article's.

Knows elements. Must not know how the body was found.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.markup import furniture
from pipeline.markup.furniture import Picture
from pipeline.markup.namewords import holding
from pipeline.markup.page import Element, Page
from pipeline.reading import Image
from pipeline.text import typography

_AFTER_BODY = ("h2", "h3", "ul", "section", "aside", "p")
_SHARE = 0.75  # of the body's elements that its container holds
_is_foreign_name = holding(
    "related", "recommend", "sidebar", "widget", "teaser", "promo", "newsletter", "most-read", "mostread", "trending",
    "comment", "author-box", "authorbox", "author-bio", "authorbio", "footer", "social", "share", "outbrain", "taboola",
    "carousel-nav", "carouselnav", "also", "more-news", "morenews", "more-stories", "morestories", "more-from",
    "morefrom",
)  # fmt: skip


def container(elements: Sequence[Element]) -> Element | None:
    """The innermost element that holds nearly all of these."""
    if not elements:
        return None
    counts: Counter[Element] = Counter(elements)
    holders = Counter([element.getparent() for element in elements])
    for holder, count in holders.items():
        if holder is not None:
            for around in (holder, *holder.iterancestors()):
                counts[around] += count
    wanted = _SHARE * len(elements)
    lineage = [elements[0], *elements[0].iterancestors()]
    for middle in (elements[len(elements) // 2], elements[-1]):
        candidate = next((e for e in lineage if counts[e] >= wanted), None)
        if candidate is not None:
            return candidate
        lineage = [middle, *middle.iterancestors()]
    return next((e for e in lineage if counts[e] >= wanted), None)


def pictures(
    body: Element, *, place: Element | None, last: Element | None, taken: Sequence[Picture]
) -> list[Picture]:
    """The pictures between the headline and the body's last paragraph, furniture left out."""
    numbers = dict.fromkeys([*_leading(place, body), *_inside(body, last)])
    return [taken[number] for number in numbers if number < len(taken)]


def _inside(body: Element, last: Element | None) -> Iterator[int]:
    is_over = False
    wanted = _AFTER_BODY if last is None else (*_AFTER_BODY, str(last.tag))
    for element in body.iter("img", *wanted):
        if element is last:
            is_over = True
        if is_over and element.tag in _AFTER_BODY and element is not last:
            return
        number = furniture.mark_of(element) if element.tag == "img" else None
        if number is not None and not _is_foreign(element, body):
            yield number


def _leading(place: Element | None, body: Element) -> Iterator[int]:
    """Marks after the headline and before the body's container."""
    node = place
    above = set(body.iterancestors())
    for _ in range(8):
        if node is None or node in above or node is body:
            return
        for sibling in node.itersiblings():
            if sibling is body:
                return
            if (
                body in sibling.iter("div", "article", "section", "main")
                if sibling in above
                else False
            ):
                return
            for element in sibling.iter("img"):
                number = furniture.mark_of(element)
                if number is not None and not _is_foreign(element, sibling):
                    yield number
        node = node.getparent()


def _is_foreign(element: Element, within: Element) -> bool:
    for above in element.iterancestors():
        if above is within:
            return False
        if above.tag in ("nav", "footer", "aside", "form"):
            return True
        if _is_foreign_name(f"{above.get('class') or ''} {above.get('id') or ''}"):
            return True
    return False


def images_of(found: Sequence[Picture], page: Page) -> tuple[Image, ...]:
    """The pictures that have an address, once each."""
    images: dict[str, Image] = {}
    for picture in found:
        url = page.absolute(picture.url) if picture.url else ""
        if url.startswith(("http://", "https://")) and (url not in images or picture.caption):
            images[url] = Image(url, picture.caption, picture.credit)
    return tuple(images.values())[:100]


def captions_of(found: Sequence[Picture]) -> list[str]:
    """The captions, once each."""
    return list({typography.fold(p.caption): p.caption for p in found if p.caption}.values())
