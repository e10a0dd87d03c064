"""A site's own extraction rules, applied to one page.

Knows how selectors, attributes and patterns yield texts. Must not know what the fields mean.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from lxml import etree
from lxml.cssselect import CSSSelector

from config.rules import FLAGS, FieldRule, RuleSet
from config.values import XPATH_PREFIXES
from pipeline.markup import furniture
from pipeline.markup import page as pages
from pipeline.markup.furniture import Picture
from pipeline.markup.page import Element, Page
from pipeline.text import typography

_FIELDS = (
    "title", "standfirst", "authors", "published", "modified", "section", "tags", "captions", "credit", "source_url",
    "language", "canonical_url",
)  # fmt: skip
_MOST_MATCHES = 500


@dataclass(slots=True)
class Ruled:
    """What the rules of one day yield on a page."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    bodies: list[Element] = field(default_factory=list)  # the body's containers, in reading order
    captions: list[Element] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    flags: dict[str, bool] = field(default_factory=dict)  # of those that have a rule
    links: dict[str, str] = field(
        default_factory=dict
    )  # field -> address that its element links to

    def one(self, name: str) -> str | None:
        """The first text of a field."""
        return next(iter(self.fields.get(name, ())), None)


@dataclass(frozen=True, slots=True)
class Trial:
    """What one rule comes to on a page."""

    field: str
    selector: str
    is_used: bool  # of a field's rules the first that yields something
    found: tuple[
        str, ...
    ]  # the texts; of `remove` what is removed, of `body` what its containers hold


def apply(ruleset: RuleSet, page: Page) -> Ruled:
    """Drop what the rules remove from the page's tree, then read every field; the first rule that yields wins."""
    for selector in ruleset.remove:
        for element in list(_select_css(selector, page.root)):
            pages.drop(element)
    ruled = Ruled()
    for name in _FIELDS:
        _apply_field(name, ruleset, page, ruled)
    pictures = (_pictures(rule, page) for rule in ruleset.images)
    ruled.pictures = next(filter(None, pictures), [])
    for name in FLAGS:
        if given := getattr(ruleset, name):
            ruled.flags[name] = any(_signs(rule, page) for rule in given)
    bodies = (_containers(rule, page) for rule in ruleset.body)
    ruled.bodies = next((each for each in bodies if any(map(pages.own_text, each))), [])
    return ruled


def _apply_field(name: str, ruleset: RuleSet, page: Page, ruled: Ruled) -> None:
    for rule in getattr(ruleset, name):
        elements, texts = _read(rule, page)
        if texts:
            ruled.fields[name] = texts
            ruled.links.update(_link_of(name, elements, page))
            if name == "captions":
                ruled.captions = elements
            return


def attempt(ruleset: RuleSet, page: Page) -> Iterator[Trial]:
    """Every rule on a page, the ones that are not needed too; what the rules remove is removed from its tree."""
    for selector in ruleset.remove:
        elements = list(_select_css(selector, page.root))
        yield Trial("remove", selector, bool(elements), tuple(map(pages.own_text, elements)))
        for element in elements:
            pages.drop(element)
    for name in (*_FIELDS, "images", *FLAGS, "body"):
        is_answered = False
        for rule in getattr(ruleset, name):
            texts = _texts(name, rule, page)
            yield Trial(name, rule.selector, bool(texts) and not is_answered, tuple(texts))
            is_answered = is_answered or bool(texts)


def _texts(name: str, rule: FieldRule, page: Page) -> list[str]:
    """What a rule of a field comes to, for people."""
    if name == "body":
        return [text for each in _containers(rule, page) if (text := pages.own_text(each))]
    if name == "images":
        return [each.url for each in _pictures(rule, page) if each.url]
    if name in FLAGS:
        return _signs(rule, page)
    return _read(rule, page)[1]


def _pictures(rule: FieldRule, page: Page) -> list[Picture]:
    """The pictures that a rule selects: by their elements, or by their addresses."""
    if rule.attribute or rule.regex:
        return [Picture(None, None, text, None) for text in _read(rule, page)[1]]
    pictures: list[Picture] = []
    for found in _select(rule, page.root):
        if isinstance(found, str):
            pictures += [Picture(None, None, found.strip(), None)] if found.strip() else []
        else:
            pictures += furniture.pictures_in(found)
        if pictures and not rule.all:
            break
    return pictures


def _signs(rule: FieldRule, page: Page) -> list[str]:
    """What a rule finds that only has to be there: the first place, in words; an element without a text is one, too."""
    if rule.regex and not (rule.css or rule.xpath):
        return _in_markup(rule.regex, page, all_of_them=False)
    for found in _select(rule, page.root):
        if isinstance(found, str):
            text, name = found, "text"
        else:
            text, name = pages.own_text(found), f"<{found.tag}>"
            if rule.attribute:
                if rule.attribute not in found.attrib:
                    continue
                text = found.get(rule.attribute) or ""
        if rule.regex is None or rule.regex.search(typography.settle(text)):
            return [typography.settle(text) or name]
    return []


def _read(rule: FieldRule, page: Page) -> tuple[list[Element], list[str]]:
    if rule.regex and not (rule.css or rule.xpath):
        return [], _in_markup(rule.regex, page, all_of_them=rule.all)
    elements: list[Element] = []
    texts: list[str] = []
    for found in _select(rule, page.root):
        if isinstance(found, str):
            raw = found
        elif rule.attribute:
            raw = found.get(rule.attribute) or ""
        else:
            raw = pages.own_text(found)
        settled = typography.settle(raw)
        text = _matched(rule.regex.search(settled)) if rule.regex else settled
        if not text:
            continue
        texts.append(text)
        if not isinstance(found, str):
            elements.append(found)
        if not rule.all:
            break
    return elements, texts


def _in_markup(pattern: re.Pattern[str], page: Page, *, all_of_them: bool) -> list[str]:
    """What a pattern finds in the page's markup as it was parsed: scripts and attributes are part of it."""
    markup = etree.tostring(page.root, encoding="unicode", method="html")
    texts: list[str] = []
    for match in pattern.finditer(markup):
        if text := html.unescape(_matched(match)):
            texts.append(text)
        if texts and (not all_of_them or len(texts) == _MOST_MATCHES):
            break
    return texts


def _containers(rule: FieldRule, page: Page) -> list[Element]:
    return _outermost(item for item in _select(rule, page.root) if not isinstance(item, str))


def _select(rule: FieldRule, root: Element) -> list[Element | str]:
    if rule.css:
        return list(_select_css(rule.css, root))
    found: Any = _xpath(rule.xpath)(root) if rule.xpath else []
    if not isinstance(found, list):
        return [] if found is False else [str(found)]
    return [str(item) if isinstance(item, str) else item for item in found[:_MOST_MATCHES]]


def _select_css(selector: str, root: Element) -> list[Element]:
    return cast("list[Element]", _css(selector)(root))[:_MOST_MATCHES]


@lru_cache(maxsize=2000)
def _css(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


@lru_cache(maxsize=2000)
def _xpath(expression: str) -> etree.XPath:
    return etree.XPath(expression, namespaces=XPATH_PREFIXES)


def _matched(match: re.Match[str] | None) -> str:
    """The part of a text that a pattern means: its group "value", its first group, or the whole match."""
    if not match:
        return ""
    group: str | int = "value" if "value" in match.re.groupindex else min(match.re.groups, 1)
    return typography.settle(match[group] or "")


def _link_of(name: str, elements: list[Element], page: Page) -> dict[str, str]:
    for element in elements:
        for link in element.iter("a"):
            if href := link.get("href"):
                return {name: page.absolute(href)}
    return {}


def _outermost(elements: Iterable[Element]) -> list[Element]:
    """The elements that no other of them contains."""
    chosen = list(elements)
    inside = set(chosen)
    return [
        element
        for element in chosen
        if not any(above in inside for above in element.iterancestors())
    ]
