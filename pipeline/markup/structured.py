"""What a page states about itself for machines: JSON-LD, microdata, OpenGraph and other meta tags.

Knows the vocabularies of microdata and meta tags. Must not know how a field is chosen among what is stated.
"""

from typing import cast

from lxml import etree

from pipeline.claims import Claim, Claims
from pipeline.markup import jsonld
from pipeline.markup import page as pages
from pipeline.markup.page import Page
from pipeline.text import typography

_WRITTEN_BY = frozenset(
    (
        "written by",
        "author",
        "by",
        "verfasst von",
        "geschrieben von",
        "écrit par",
        "escrito por",
        "scritto da",
        "作者",
    )
)
_PERSON_NAMES = (
    "author", "article:author", "byl", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
    "dc.creator.name", "citation_author", "og:article:author", "author_name", "creator", "articleauthor",
    "article_author",
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
_MOST_PROPERTIES = 400
_NAMED = etree.XPath("descendant-or-self::*[@itemprop]")
_PROPERTIES = frozenset((
    "headline", "datePublished", "dateModified", "author", "articleSection", "keywords", "dateCreated",
))  # fmt: skip


def read(page: Page) -> Claims:
    """Collect what is stated, JSON-LD before microdata before meta tags."""
    claims = Claims()
    jsonld.read(page, claims)
    _read_microdata(page, claims)
    _read_meta(page, claims)
    return claims


def _read_microdata(page: Page, claims: Claims) -> None:
    if not page.has_microdata:
        return
    named = cast("list[pages.Element]", _NAMED(page.root))
    properties = [element for element in named if element.get("itemprop")][:_MOST_PROPERTIES]
    claims.has_microdata = bool(properties)
    for element in properties:
        names = _PROPERTIES.intersection(element.get("itemprop", "").split())
        if not names or _is_in_head(element) or not _is_of_the_article(element):
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


def _is_in_head(element: pages.Element) -> bool:
    """Whether it is a meta tag that is read as one."""
    return element.tag == "meta" and any(a.tag == "head" for a in element.iterancestors())


def _elements(root: pages.Element, expression: str) -> list[pages.Element]:
    return cast("list[pages.Element]", root.xpath(expression))


def _is_of_the_article(element: pages.Element) -> bool:
    """Whether the nearest enclosing item is an article that no other article encloses."""
    scopes = [a for a in element.iterancestors() if a.get("itemscope") is not None]
    if not scopes:
        return True
    kinds = [(scope.get("itemtype") or "").rsplit("/", 1)[-1] for scope in scopes]
    outer_articles = sum(jsonld.is_article(kind) for kind in kinds)
    return (jsonld.is_article(kinds[0]) and outer_articles == 1) or kinds[0] in (
        "WebPage",
        "CreativeWork",
    )


def _read_microdata_author(element: pages.Element, claims: Claims) -> None:
    kind = element.get("itemtype") or ""
    target = claims.organisations if "Organization" in kind else claims.persons
    names = _elements(element, './/*[contains(concat(" ", @itemprop, " "), " name ")]')
    for named in names or [element]:
        text = typography.settle(named.get("content") or "") or pages.own_text(named)
        if text and len(text) < 200:
            target.append(Claim(text, "microdata"))


def _read_meta(page: Page, claims: Claims) -> None:
    for name, reader in (
        ("og:title", "opengraph"),
        ("twitter:title", "twitter"),
        ("title", "meta"),
    ):
        claims.titles.extend(Claim(value, reader) for value in page.metas.get(name, ())[:1])
    if page.title:
        claims.titles.append(Claim(page.title, "title element"))
    for name, reader in (("og:description", "opengraph"), ("description", "meta")):
        claims.descriptions.extend(Claim(value, reader) for value in page.metas.get(name, ())[:1])
    for names, target in ((_PUBLISHED_NAMES, claims.published), (_MODIFIED_NAMES, claims.modified)):
        target.extend(Claim(v, "meta") for name in names for v in page.metas.get(name, ())[:1])
    for name in ("og:site_name", "application-name", "publisher", "dc.publisher", "twitter:site"):
        claims.site_names.extend(value.lstrip("@") for value in page.metas.get(name, ())[:1])
    _read_meta_people(page, claims)
    _read_meta_subjects(page, claims)
    is_article = (page.meta("og:type") or "").lower() in ("article", "news")
    claims.has_article = claims.has_article or is_article
    claims.images.extend(page.metas.get("og:image", ())[:3])
    claims.canonical_url = next(iter(page.links.get("canonical", ())), None) or page.meta("og:url")
    if claims.is_free is None and (tier := page.meta("article:content_tier")):
        claims.is_free = tier.lower() == "free"


def _read_meta_people(page: Page, claims: Claims) -> None:
    for name in _PERSON_NAMES:
        claims.persons.extend(
            Claim(v, "meta") for v in page.metas.get(name, ()) if not v.startswith("http")
        )
    for number in ("1", "2"):  # as WordPress writes it
        if (page.meta(f"twitter:label{number}") or "").casefold() in _WRITTEN_BY:
            claims.persons.extend(
                Claim(v, "meta") for v in page.metas.get(f"twitter:data{number}", ())[:1]
            )


def _read_meta_subjects(page: Page, claims: Claims) -> None:
    if not claims.sections:
        claims.sections.extend(Claim(v, "meta") for v in page.metas.get("article:section", ()))
    if not claims.tags:
        stated = page.metas.get("article:tag") or jsonld.keywords(
            page.meta("news_keywords", "keywords") or ""
        )
        claims.tags.extend(Claim(v, "meta") for v in stated[:50])
