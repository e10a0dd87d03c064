"""What a page's JSON-LD states about its article.

Knows schema.org's vocabulary and how its scripts are broken. Must not know other markup.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.claims import Claim, Claims
from pipeline.markup.page import Page
from pipeline.text import typography

Node = dict[str, Any]

_MAX_NODES = 3000
_LONGEST_KEYWORDS = 5000
_SECTION_WORDS = 3
_COMMA = re.compile(r"[,;，、]")
_HOLDING = (
    "@graph",
    "mainEntity",
    "mainEntityOfPage",
    "breadcrumb",
)  # under others stand other articles
_LISTED = 3  # articles of which none is at the page's address
_ARTICLE_TYPE = re.compile(
    r"(?:article|blogposting|report|blogpost|liveblogposting)$", re.IGNORECASE
)
_WRAPPERS = re.compile(
    r"^(?://\s*)?(?:/\*\s*)?(?:<!--|<!\[CDATA\[)(?:\s*\*/)?|"
    r"(?://\s*)?(?:/\*\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*$"
)
# one that is never closed goes to the end: else it would be sought from each quote in it
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_STRING_OR_COMMENT = re.compile(_STRING + r"|/\*|(?<![:\w])//[^\n]*+", re.DOTALL)
_STRING_OR_COMMA = re.compile(f"({_STRING})" + r"|,(?=\s*+[,}\]])", re.DOTALL)
_SCAVENGED = re.compile(
    r'"(headline|datePublished|dateModified)"\s*+:\s*+"((?:[^"\\\n]|\\.){3,300})"|'
    r'"author"\s*+:\s*+(?:\[\s*+)?\{[^{}]{0,200}?"name"\s*:\s*"((?:[^"\\\n]|\\.){3,100})"'
)


def read(page: Page, claims: Claims) -> None:
    """Add what the page's JSON-LD states of its article to the claims."""
    nodes: list[Node] = []
    for script in page.scripts:
        value = load_json(script)
        if value is None:
            _scavenge(script, claims)
        else:
            nodes.extend(_nodes(value))
    by_id = {
        node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1
    }
    articles = [node for node in nodes if any(map(is_article, _types(node)))]
    own = _own_paths(page)
    if len(articles) >= _LISTED and not any(_paths(node) & own for node in articles):
        articles = []  # a section front says what it lists
        nodes = [node for node in nodes if not any(map(is_article, _types(node)))]
    claims.stated = frozenset(name for node in nodes for name in _types(node))
    for node in _sorted_by_address(articles, own):
        _read_article(node, by_id, claims)
        claims.has_article = True
        break
    for node in nodes:
        if "WebPage" in _types(node) and not articles:
            _read_article(node, by_id, claims)
            break
    for node in nodes:
        types = _types(node)
        if "BreadcrumbList" in types and not claims.sections:
            claims.sections.extend(Claim(name, "json-ld") for name in _breadcrumbs(node))
        if types & {"Organization", "NewsMediaOrganization", "WebSite"} and (
            name := _text(node.get("name"))
        ):
            claims.site_names.append(name)


def load_json(script: str) -> Any:
    """The value of a JSON-LD script, its usual breakages repaired; None where nothing can be made of it.

    Repaired: comments and CDATA wrappers, raw line ends inside strings, trailing commas, entities in place of
    quotes, several values in a row, text after the value.
    """
    text = _unwrapped(script)
    for repair in (str, _repaired, lambda broken: _repaired(html.unescape(broken))):
        attempt = repair(text)
        try:
            return json.loads(attempt, strict=False)
        except RecursionError:
            return None
        except ValueError:
            values = list(_values_in_a_row(attempt))
            if values:
                return values
    return None


def _unwrapped(script: str) -> str:
    text = script.strip().rstrip(";").rstrip()
    if text.startswith(("{", "[")) and text.endswith(("}", "]")):
        return text
    return _WRAPPERS.sub("", text).strip().rstrip(";").rstrip()


def _repaired(text: str) -> str:
    text = _STRING_OR_COMMA.sub(lambda match: match.group(1) or "", _without_comments(text))
    return re.sub(r'\\(?!["\\/bfnrtu])', r"\\\\", text)


def _without_comments(text: str) -> str:
    kept: list[str] = []
    last = text.rfind("*/")
    at = start = 0  # where to look on, and from where nothing is kept yet
    while match := _STRING_OR_COMMENT.search(text, at):
        at = match.end()
        is_open = match[0] == "/*"
        if match[0].startswith('"') or (is_open and last < at):
            continue
        end = text.index("*/", at) + 2 if is_open else at
        kept.append(text[start : match.start()])
        at = start = end
    return "".join((*kept, text[start:]))


def _values_in_a_row(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(strict=False)
    position = 0
    for _ in range(50):
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        yield value


def _nodes(value: Any) -> Iterator[Node]:
    """Every object that may speak of this page, outermost first, without recursion."""
    waiting = [value]
    seen = 0
    while waiting and seen < _MAX_NODES:
        current = waiting.pop(0)
        seen += 1
        if isinstance(current, list):
            waiting.extend(current[:200])
        elif isinstance(current, dict):
            yield current
            inner = (current.get(key) for key in _HOLDING)
            waiting.extend(held for held in inner if isinstance(held, (dict, list)))


def _types(node: Node) -> set[str]:
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return {str(name).rsplit("/", 1)[-1] for name in names if isinstance(name, str)}


def is_article(name: str) -> bool:
    """Whether a schema.org type is an article's."""
    return bool(_ARTICLE_TYPE.search(name))


def _sorted_by_address(articles: list[Node], own: set[str]) -> list[Node]:
    """This page's article first: by its address, then by whether it has a headline at all."""

    def rank(node: Node) -> int:
        if _paths(node) & own:
            return 0
        return 1 if node.get("headline") or node.get("datePublished") else 2

    return sorted(articles, key=rank)


def _own_paths(page: Page) -> set[str]:
    own = {
        page.url.split("#")[0].rstrip("/"),
        *(u.rstrip("/") for u in page.links.get("canonical", ())),
    }
    return {re.sub(r"^https?://[^/]+", "", u) for u in own} - {""}


def _paths(node: Node) -> set[str]:
    addresses = {_address(node.get(key)) for key in ("url", "@id", "mainEntityOfPage")}
    return {re.sub(r"^https?://[^/]+|#.*$|/(?=#|$)", "", a) for a in addresses if a}


def _read_article(node: Node, by_id: dict[str, Node], claims: Claims) -> None:
    claims.types = frozenset(_types(node))
    is_of_article = any(map(is_article, claims.types))
    reader = "json-ld" if is_of_article else "json-ld page"
    for key in ("headline", "name") if is_of_article else ():
        if title := _text(node.get(key)):
            claims.titles.append(Claim(title, reader if key == "headline" else "json-ld name"))
    for key, target in (("datePublished", claims.published), ("dateModified", claims.modified)):
        if value := _text(node.get(key)):
            target.append(Claim(value, reader))
    if not claims.published and (created := _text(node.get("dateCreated"))):
        claims.published.append(Claim(created, reader))
    _read_people(node.get("author") or node.get("creator"), by_id, claims)
    if not is_of_article:
        return
    if description := _text(node.get("description")):
        claims.descriptions.append(Claim(description, reader))
    claims.sections.extend(Claim(name, reader) for name in _sections(node.get("articleSection")))
    claims.tags.extend(Claim(name, reader) for name in keywords(node.get("keywords")))
    publisher = _resolved(node.get("publisher"), by_id)
    if isinstance(publisher, dict) and (name := _text(publisher.get("name"))):
        claims.site_names.append(name)
    claims.article_body = _text(node.get("articleBody"))
    claims.images.extend(_images(node.get("image"), by_id))
    free = node.get("isAccessibleForFree")
    if free is not None:
        claims.is_free = str(free).strip().lower() not in ("false", "no", "0")


def _read_people(value: Any, by_id: dict[str, Node], claims: Claims) -> None:
    for author in value[:30] if isinstance(value, list) else [value]:
        person = _resolved(author, by_id)
        if isinstance(person, str):
            claims.persons.append(Claim(typography.settle(html.unescape(person)), "json-ld"))
            continue
        if not isinstance(person, dict):
            continue
        names = _texts(person.get("name"))
        is_organisation = any("Organization" in name for name in _types(person))
        target = claims.organisations if is_organisation else claims.persons
        target.extend(Claim(name, "json-ld") for name in names)


def _resolved(value: Any, by_id: dict[str, Node]) -> Any:
    if isinstance(value, dict) and not value.get("name") and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value


def _breadcrumbs(node: Node) -> list[str]:
    """The names of a breadcrumb trail without its first (the front page) and its last (the article)."""
    items = node.get("itemListElement")
    entries = (
        [item for item in items[:20] if isinstance(item, dict)] if isinstance(items, list) else []
    )
    names = []
    for entry in entries:
        inner = entry.get("item")
        name = _text(entry.get("name")) or (
            _text(inner.get("name")) if isinstance(inner, dict) else None
        )
        names.append(name or "")
    return [name for name in names[1:-1] if name]


def _images(value: Any, by_id: dict[str, Node]) -> list[str]:
    found = []
    for image in value[:20] if isinstance(value, list) else [value]:
        resolved = _resolved(image, by_id)
        address = _address(resolved)
        if address:
            found.append(address)
    return found


def _address(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return value.strip() if isinstance(value, str) else ""


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, (str, dict))), None)
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    return (
        typography.settle(
            html.unescape(re.sub(r"</?(?:em|i|b|strong|span|br|p)\b[^>]*>", " ", value))
        )
        or None
    )


def _texts(value: Any) -> list[str]:
    values = value[:50] if isinstance(value, list) else [value]
    return [text for item in values if (text := _text(item))]


def keywords(value: Any) -> list[str]:
    """Keywords stated as a list or in one string, which may be the only one of a list."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        value = _COMMA.split(html.unescape(value[:_LONGEST_KEYWORDS]))
    return [text.removeprefix("tag:") for text in _texts(value)]


def _sections(value: Any) -> list[str]:
    """Sections; a list of short names that was written into one string is taken apart."""
    found: list[str] = []
    for text in _texts(value):
        parts = [part.strip() for part in _COMMA.split(text)]
        is_list = len(parts) > 1 and all(0 < len(part.split()) <= _SECTION_WORDS for part in parts)
        found.extend(parts if is_list else [text])
    return found


def _scavenge(script: str, claims: Claims) -> None:
    """The telling members of a script that cannot be repaired."""
    for match in _SCAVENGED.finditer(script[:200_000]):
        key, value, name = match.groups()
        target = {
            "headline": claims.titles,
            "datePublished": claims.published,
            "dateModified": claims.modified,
        }.get(key, claims.persons)
        try:
            text = _text(json.loads(f'"{value or name}"', strict=False))
        except ValueError:
            continue
        if text and not target:
            target.append(Claim(text, "json-ld"))
