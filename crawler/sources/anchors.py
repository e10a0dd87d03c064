"""The links of a web page, in reading order. Knows HTML, not which of them are articles."""

from collections.abc import Iterator
from typing import Any, Final, cast
from urllib.parse import urljoin

from lxml import etree, html
from lxml.cssselect import CSSSelector

from config.values import XPATH_PREFIXES

MAX_ANCHORS: Final = 20_000
"""Links of one page that are looked at."""


def anchors(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    css: str | None = None,
    xpath: str | None = None,
) -> Iterator[str]:
    """The absolute address of each link, without its fragment; with a rule, only of what it picks.

    A rule may pick the links themselves or elements around them. Never raises for any bytes.
    """
    root = _parse(body, content_type=content_type)
    if root is None:
        return
    base = _base(root, url=url)
    left = MAX_ANCHORS
    for element in _picked(root, css=css, xpath=xpath):
        for href in _addresses(element):
            if left <= 0:
                return
            left -= 1
            absolute = _join(base, href)
            if absolute:
                yield absolute


def _parse(body: bytes, *, content_type: str | None) -> etree._Element | None:
    _, _, charset = (content_type or "").lower().partition("charset=")
    charset = charset.split(";")[0].strip(" \"'")
    try:
        parser = etree.HTMLParser(encoding=charset or None, no_network=True, huge_tree=False)
    except LookupError:  # the server names an encoding that does not exist
        parser = etree.HTMLParser(no_network=True, huge_tree=False)
    try:
        return html.document_fromstring(body, parser=parser) if body.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _base(root: etree._Element, *, url: str) -> str:
    stated = root.find(".//base[@href]")
    return _join(url, str(stated.get("href"))) or url if stated is not None else url


def _picked(root: etree._Element, *, css: str | None, xpath: str | None) -> list[object]:
    if css:
        return list(cast("Any", CSSSelector(css, translator="html")(root)))
    if xpath:
        found = cast("Any", root.xpath(xpath, namespaces=XPATH_PREFIXES))
        return list(found) if isinstance(found, list) else []
    return [root]


def _addresses(picked: object) -> Iterator[str]:
    if isinstance(picked, str):  # an XPath that ends in @href
        yield str(picked)
        return
    if not etree.iselement(picked):
        return
    for element in picked.iter("a", "area"):
        href = element.get("href")
        if href:
            yield href


def _join(base: str, href: str) -> str | None:
    href = href.strip().partition("#")[0]
    if not href or href.lower().startswith(("javascript:", "mailto:", "tel:", "data:")):
        return None
    try:
        return urljoin(base, href)
    except ValueError:  # "http://[": an address that is none
        return None
