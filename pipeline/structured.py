"""What a page states about itself for machines: JSON-LD, microdata, OpenGraph and other meta tags.

Knows these vocabularies and their common breakages. Must not know how a field is chosen among what is stated.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline import page as pages
from pipeline import typography
from pipeline.page import Page

Node = dict[str, Any]

_MAX_NODES = 3000
_ARTICLE_TYPE = re.compile(r"(?:article|blogposting|newsarticle|report|blogpost)$", re.IGNORECASE)
_LIVE_TYPE = re.compile(r"liveblogposting$", re.IGNORECASE)
# Articles below these keys are other articles.
_OF_OTHERS = frozenset(
    "itemListElement hasPart isPartOf mentions citation relatedLink recommendedBy isBasedOn liveBlogUpdate comment "
    "review subjectOf blogPost significantLink workExample".split()
)
_PERSON_NAMES = (
    "author", "article:author", "byl", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
    "dc.creator.name", "citation_author", "twitter:data1-author", "og:article:author", "author_name", "creator",
)  # fmt: skip
_PUBLISHED_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "pubdate",
    "publishdate", "publish-date", "publish_date", "article:published", "published_time", "sailthru.date",
    "article.published", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "citation_publication_date",
    "citation_date", "publication_date", "date_published", "publication-date", "rnews:datepublished",
    "bt:pubdate", "iso-8601-publish-date", "originalpublicationdate", "article_date_original", "pdate", "date",
    "ptime", "weibo: article:create_at", "og:pubdate", "og:published_time", "video:release_date", "og:release_date",
)  # fmt: skip
_MODIFIED_NAMES = (
    "article:modified_time", "og:updated_time", "datemodified", "article:modified", "lastmod", "dcterms.modified",
    "dc.date.modified", "last-modified", "modified_time", "og:article:modified_time", "updated_time",
    "article:updated_time", "weibo: article:update_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """One stated value and the reader that found it."""

    value: str
    reader: str


@dataclass(slots=True)
class Claims:
    """Everything stated, most trusted first. Nothing here is chosen or parsed yet."""

    titles: list[Claim] = field(default_factory=list)
    descriptions: list[Claim] = field(default_factory=list)
    persons: list[Claim] = field(default_factory=list)
    organisations: list[Claim] = field(default_factory=list)
    published: list[Claim] = field(default_factory=list)
    modified: list[Claim] = field(default_factory=list)
    sections: list[Claim] = field(default_factory=list)
    tags: list[Claim] = field(default_factory=list)
    site_names: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    canonical_url: str | None = None
    article_body: str | None = None
    types: frozenset[str] = frozenset()
    is_free: bool | None = None
    has_article: bool = False  # a JSON-LD or microdata article, or og:type article


def read(page: Page) -> Claims:
    """Collect what is stated, JSON-LD before microdata before meta tags."""
    claims = Claims()
    _read_json_ld(page, claims)
    _read_microdata(page, claims)
    _read_meta(page, claims)
    return claims


# --- JSON-LD ---------------------------------------------------------------------------------------------------------


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


_WRAPPERS = re.compile(r"^(?://\s*)?(?:/\*\s*)?(?:<!--|<!\[CDATA\[)(?:\s*\*/)?|(?://\s*)?(?:/\*\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*$")  # fmt: skip # noqa: E501
_STRING_OR = r'("(?:[^"\\]|\\.)*")'
_COMMENT = re.compile(_STRING_OR + r"|/\*.*?\*/|(?<![:\w])//[^\n]*", re.DOTALL)
_TRAILING_COMMA = re.compile(_STRING_OR + r"|,(?=\s*[,}\]])", re.DOTALL)


def _unwrapped(script: str) -> str:
    text = script.strip().rstrip(";").rstrip()
    if text.startswith(("{", "[")) and text.endswith(("}", "]")):
        return text
    return _WRAPPERS.sub("", text).strip().rstrip(";").rstrip()


def _repaired(text: str) -> str:
    def keep_string(match: re.Match[str]) -> str:
        return match.group(1) or ""

    text = _COMMENT.sub(keep_string, text)
    text = _TRAILING_COMMA.sub(keep_string, text)
    return re.sub(r'\\(?!["\\/bfnrtu])', r"\\\\", text)


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


def _read_json_ld(page: Page, claims: Claims) -> None:
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
    articles = [node for node in nodes if any(map(_is_article, _types(node)))]
    for node in _sorted_by_address(articles, page):
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
            for key in ("@graph", "mainEntity", "mainEntityOfPage", "breadcrumb"):
                if isinstance(current.get(key), (dict, list)):
                    waiting.append(current[key])


def _types(node: Node) -> set[str]:
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return {str(name).rsplit("/", 1)[-1] for name in names if isinstance(name, str)}


def _is_article(name: str) -> bool:
    return bool(_ARTICLE_TYPE.search(name) or _LIVE_TYPE.search(name))


def _sorted_by_address(articles: list[Node], page: Page) -> list[Node]:
    """This page's article first: by its address, then by whether it has a headline at all."""
    own = {
        page.url.split("#")[0].rstrip("/"),
        *(u.rstrip("/") for u in page.links.get("canonical", ())),
    }
    own_paths = {re.sub(r"^https?://[^/]+", "", u) for u in own} - {""}

    def rank(node: Node) -> int:
        addresses = {_address(node.get(key)) for key in ("url", "@id", "mainEntityOfPage")}
        paths = {re.sub(r"^https?://[^/]+|#.*$|/(?=#|$)", "", a) for a in addresses if a}
        return (
            0
            if paths & own_paths
            else 1
            if node.get("headline") or node.get("datePublished")
            else 2
        )

    return sorted(articles, key=rank)


def _read_article(node: Node, by_id: dict[str, Node], claims: Claims) -> None:
    claims.types = frozenset(_types(node))
    is_article = any(map(_is_article, claims.types))
    reader = "json-ld" if is_article else "json-ld page"
    for key in ("headline", "name") if is_article else ():
        if title := _text(node.get(key)):
            claims.titles.append(Claim(title, reader))
    for key, target in (("datePublished", claims.published), ("dateModified", claims.modified)):
        if value := _text(node.get(key)):
            target.append(Claim(value, reader))
    if not claims.published and (created := _text(node.get("dateCreated"))):
        claims.published.append(Claim(created, reader))
    if not is_article:
        return
    _read_people(node.get("author") or node.get("creator"), by_id, claims)
    if description := _text(node.get("description")):
        claims.descriptions.append(Claim(description, reader))
    claims.sections.extend(Claim(name, reader) for name in _texts(node.get("articleSection")))
    claims.tags.extend(Claim(name, reader) for name in _keywords(node.get("keywords")))
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


def _keywords(value: Any) -> list[str]:
    if isinstance(value, str):
        value = re.split(r"[,;，、]", html.unescape(value))
    return [text.removeprefix("tag:") for text in _texts(value)]


_SCAVENGED = re.compile(
    r'"(headline|datePublished|dateModified)"\s*:\s*"((?:[^"\\\n]|\\.){3,300})"|'
    r'"author"\s*:\s*\[?\s*\{[^{}]{0,200}?"name"\s*:\s*"((?:[^"\\\n]|\\.){3,100})"'
)


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


# --- microdata -------------------------------------------------------------------------------------------------------

_PROPERTIES = frozenset(
    "headline datePublished dateModified author articleSection keywords dateCreated".split()
)


def _read_microdata(page: Page, claims: Claims) -> None:
    for element in page.root.xpath(".//*[@itemprop][not(self::meta[ancestor::head])]")[:400]:
        names = _PROPERTIES.intersection(element.get("itemprop", "").split())
        if not names or not _is_of_the_article(element):
            continue
        value = element.get("content") or element.get("datetime")
        for name in names:
            if name == "author":
                _read_microdata_author(element, claims)
                continue
            text = typography.settle(value) if value else pages.own_text(element)
            target = {
                "headline": claims.titles,
                "datePublished": claims.published,
                "dateCreated": claims.published,
                "dateModified": claims.modified,
                "articleSection": claims.sections,
                "keywords": claims.tags,
            }[name]
            if text and len(text) < 400:
                target.append(Claim(text, "microdata"))


def _is_of_the_article(element: pages.Element) -> bool:
    """Whether the nearest enclosing item is an article that no other article encloses."""
    scopes = [a for a in element.iterancestors() if a.get("itemscope") is not None]
    if not scopes:
        return True
    kinds = [(scope.get("itemtype") or "").rsplit("/", 1)[-1] for scope in scopes]
    outer_articles = sum(_is_article(kind) for kind in kinds)
    return (_is_article(kinds[0]) and outer_articles == 1) or kinds[0] in (
        "WebPage",
        "CreativeWork",
    )


def _read_microdata_author(element: pages.Element, claims: Claims) -> None:
    kind = element.get("itemtype") or ""
    target = claims.organisations if "Organization" in kind else claims.persons
    names = element.xpath('.//*[contains(concat(" ", @itemprop, " "), " name ")]')
    for named in names or [element]:
        text = typography.settle(named.get("content") or "") or pages.own_text(named)
        if text and len(text) < 200:
            target.append(Claim(text, "microdata"))


# --- meta tags -------------------------------------------------------------------------------------------------------


def _read_meta(page: Page, claims: Claims) -> None:
    for name, reader in (("og:title", "opengraph"), ("twitter:title", "meta"), ("title", "meta")):
        if value := page.meta(name):
            claims.titles.append(Claim(value, reader))
    if page.title:
        claims.titles.append(Claim(page.title, "title element"))
    for name, reader in (("og:description", "opengraph"), ("description", "meta")):
        if value := page.meta(name):
            claims.descriptions.append(Claim(value, reader))
    for name in _PERSON_NAMES:
        claims.persons.extend(
            Claim(v, "meta") for v in page.metas.get(name, ()) if not v.startswith("http")
        )
    for names, target in ((_PUBLISHED_NAMES, claims.published), (_MODIFIED_NAMES, claims.modified)):
        target.extend(Claim(v, "meta") for name in names for v in page.metas.get(name, ())[:1])
    if not claims.sections:
        claims.sections.extend(Claim(v, "meta") for v in page.metas.get("article:section", ()))
    if not claims.tags:
        stated = page.metas.get("article:tag") or _keywords(
            page.meta("news_keywords", "keywords") or ""
        )
        claims.tags.extend(Claim(v, "meta") for v in stated[:50])
    for name in ("og:site_name", "application-name", "publisher", "dc.publisher", "twitter:site"):
        if value := page.meta(name):
            claims.site_names.append(value.lstrip("@"))
    claims.images.extend(page.metas.get("og:image", ())[:3])
    claims.has_article = claims.has_article or (page.meta("og:type") or "").lower() in (
        "article",
        "news",
    )
    claims.canonical_url = next(iter(page.links.get("canonical", ())), None) or page.meta("og:url")
    if claims.is_free is None and (tier := page.meta("article:content_tier")):
        claims.is_free = tier.lower() == "free"
