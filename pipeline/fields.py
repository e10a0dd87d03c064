"""Which of the readers' answers a field takes: the site's rules, what is stated, what is seen.

Knows, field by field, whom to trust first. Must not know how the answers were found, nor moments (see moments.py).
"""

import re
from collections.abc import Iterator, Sequence

from pipeline import clean
from pipeline.claims import Claim
from pipeline.heads import authorship, bylines, heading, headlines, people, site_names, titles
from pipeline.markup import page as pages
from pipeline.markup import scope
from pipeline.markup.furniture import Picture
from pipeline.markup.page import Element
from pipeline.reading import Image
from pipeline.text import language, typography
from pipeline.walk import Walk

_MOST_SECTIONS = 6
_TECHNICAL = re.compile(
    r"[0-9a-f-]{16,}$|\d+$|\w*_\w*$|[A-Za-z -]{2,30}:\s*\S|(?:true|false|null)$"
)
_UNSORTED = frozenset(("uncategorized", "uncategorised", "allgemein", "unkategorisiert", "home"))
_MOST_STATED = 60  # statements of authors
_MOST_TAGS = 40
_MOST_NAME_WORDS = 6


def title(walk: Walk, first: list[tuple[Element, str]]) -> str | None:
    """The headline; notes on the way what the site calls itself."""
    seen = headlines_of(walk, first)
    if ruled := walk.ruled.one("title"):
        walk.readers["title"] = "rules"
        return site_names.without_site(ruled, names=walk.names)
    chosen = titles.choose(seen)
    if chosen is None:
        return None
    walk.readers["title"] = chosen.reader
    if chosen.is_confirmed:
        walk.confirmed.add("title")
    return chosen.text


def head(walk: Walk) -> tuple[str | None, list[tuple[Element, str]]]:
    """The headline, and the first headings; notes on the way where it stands and what is around it."""
    first = heading.headings(walk.page)
    found = title(walk, first)
    if found:
        walk.place = heading.place_of(walk.page, found, first=first)
    if walk.place is not None:
        walk.seen = heading.around(
            walk.place, descriptions=[claim.value for claim in walk.claims.descriptions]
        )
    return found, first


def headlines_of(walk: Walk, first: list[tuple[Element, str]]) -> headlines.Headlines:
    """What could be the headline; notes on the way what the site calls itself."""
    walk.names = tuple(_site_names(walk, [text for _, text in first]))
    declared = list(walk.claims.titles)
    if walk.feed_title and (told := typography.settle(walk.feed_title)):
        declared.append(Claim(told, "feed"))
    return headlines.collect(walk.page, first=first, declared=declared, names=walk.names)


def _site_names(walk: Walk, shown: list[str]) -> Iterator[str]:
    """What the site calls itself: in its file, in the page's head, behind the headline, in its host."""
    seen: set[str] = set()
    suffixes = (
        site_names.suffix(walk.page.title or "", title_shown=t)
        for t in (*shown, *(c.value for c in walk.claims.titles))
    )
    hosts = (pages.host_words(walk.page.url), pages.host_words(walk.claims.canonical_url or ""))
    for name in (walk.site.title, *walk.claims.site_names, *suffixes, *hosts):
        settled = typography.settle(name or "")
        if settled and _is_short(settled) and settled.casefold() not in seen:
            seen.add(settled.casefold())
            yield settled


def _is_short(name: str) -> bool:
    return len(name) <= 60 and len(name.split()) <= _MOST_NAME_WORDS


def authors(walk: Walk) -> tuple[str, ...]:
    """People where any are named; else the newsroom or agency that is named; else the site as it states itself."""
    if ruled := walk.ruled.fields.get("authors"):
        walk.readers["authors"] = "rules"
        return people.distinct(name for text in ruled for name in people.names_in(text))
    named = _named(walk)
    by_reader = {reader: _persons(walk, found) for reader, found in named.items()}
    if not any(by_reader.values()):
        named["page"] = [*named["page"], *bylines.anywhere(walk.page)]
        by_reader["page"] = _persons(walk, named["page"])
    if any(map(people.is_organisation, (*named["json-ld"], *named["meta"]))):
        by_reader["page"] = [n for n in by_reader["page"] if " " in n or not n.isascii()]
    if chosen := authorship.choose(by_reader):
        walk.readers["authors"] = chosen.reader
        if chosen.is_confirmed:
            walk.confirmed.add("authors")
        return people.distinct([*chosen.names, *_offices_beside(walk, chosen.reader, named)])
    return _offices(walk, named)


def _named(walk: Walk) -> dict[str, list[str]]:
    """Everybody who is named as an author, by reader."""
    named: dict[str, list[str]] = {"json-ld": [], "microdata": [], "page": [], "meta": []}
    for claim in list(dict.fromkeys(walk.claims.persons))[:_MOST_STATED]:
        if claim.reader in named:
            found = people.names_in(claim.value, is_stated=True)
            is_own = not people.without_site(found[:1], site_names=walk.names)
            named[claim.reader].extend(found[:1] if is_own else found)  # its address follows
    named["page"] = bylines.names(walk.seen.bylines)
    return named


def _persons(walk: Walk, found: list[str]) -> list[str]:
    """The people among the names."""
    return [
        name
        for name in people.without_site(found, site_names=walk.names)
        if not people.is_organisation(name)
    ]


def _offices_beside(walk: Walk, reader: str, named: dict[str, list[str]]) -> list[str]:
    """Newsrooms and agencies that JSON-LD names among its authors, the site itself left out."""
    if reader != "json-ld":
        return []
    foreign = people.without_site(named[reader], site_names=walk.names)
    return [name for name in foreign if people.is_organisation(name)]


def _offices(walk: Walk, named: dict[str, list[str]]) -> tuple[str, ...]:
    """Newsrooms and agencies where nobody else is named; others rather than the site itself."""
    offices = [(name, reader) for reader, found in named.items() for name in found]
    for claim in walk.claims.organisations:
        offices.extend(
            (name, claim.reader)
            for name in people.names_in(claim.value, is_list=False, is_stated=True)
        )
    if not offices:
        return ()
    foreign = people.without_site([name for name, _ in offices], site_names=walk.names)
    chosen = [(name, reader) for name, reader in offices if not foreign or name in foreign]
    walk.readers["authors"] = chosen[0][1]
    return people.distinct(name for name, reader in chosen if reader == chosen[0][1])


def organisations(walk: Walk, authors: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the authors that are newsrooms, agencies or the site itself rather than people."""
    stated = {typography.fold(claim.value) for claim in walk.claims.organisations}
    people_named = people.without_site(authors, site_names=walk.names)
    return tuple(
        name
        for name in authors
        if people.is_organisation(name)
        or name not in people_named
        or typography.fold(name) in stated
    )


def standfirst(walk: Walk, title: str | None) -> str | None:
    """The paragraph between headline and body, where it stands apart from the body."""
    if ruled := walk.ruled.one("standfirst"):
        walk.readers["standfirst"] = "rules"
        return ruled
    found = walk.seen.standfirst
    if not found or typography.fold(found) == typography.fold(title or ""):
        return None
    walk.readers["standfirst"] = "page"
    return found


def language_of(walk: Walk, title: str | None, text: str) -> str | None:
    """The language of the text; what the page states only where there is too little text."""
    if ruled := language.primary(walk.ruled.one("language")):
        walk.readers["language"] = "rules"
        return ruled
    stated = (
        walk.page.language or walk.page.meta("og:locale", "content-language") or walk.site.language
    )
    found = language.of(text or title or "", stated=stated)
    if found:
        walk.readers["language"] = "text"
    return found


def section(walk: Walk) -> tuple[str, ...]:
    """The section, outermost first."""
    stated = [c for c in walk.claims.sections if typography.fold(c.value) not in _UNSORTED]
    found = _many(walk, "section", stated, limit=_MOST_SECTIONS)
    if found or walk.place is None:
        return found
    home = {
        "home",
        "news",
        *(typography.fold(name) for name in walk.names),
        typography.fold(walk.site.title),
    }
    seen = [text for text in heading.sections(walk.place) if typography.fold(text) not in home]
    if seen:
        walk.readers["section"] = "page"
    return people.distinct_texts(seen)


def tags(walk: Walk) -> tuple[str, ...]:
    """The keywords, from one reader; without the numbers and settings that content systems put among them."""
    claims = [
        Claim(text, claim.reader)
        for claim in walk.claims.tags
        if (text := claim.value.lstrip("# ")) and not _TECHNICAL.match(text)
    ]
    return _many(walk, "tags", claims, limit=_MOST_TAGS)


def _many(walk: Walk, name: str, claims: list[Claim], *, limit: int) -> tuple[str, ...]:
    if ruled := walk.ruled.fields.get(name):
        walk.readers[name] = "rules"
        return people.distinct_texts(ruled)[:limit]
    if not claims:
        return ()
    reader = claims[0].reader
    walk.readers[name] = reader
    return people.distinct_texts(
        [c.value for c in claims if c.reader == reader and len(c.value) <= 100]
    )[:limit]


def canonical_url(walk: Walk) -> str | None:
    """The article's own address as the page states it."""
    stated = walk.ruled.one("canonical_url") or walk.claims.canonical_url
    if not stated:
        return None
    address = walk.page.absolute(stated)
    if not address.startswith(("http://", "https://")) or len(address) > 2048:
        return None
    walk.readers["canonical_url"] = "rules" if walk.ruled.one("canonical_url") else "meta"
    return address


def credit(walk: Walk, cleaned: clean.Cleaned) -> tuple[str | None, str | None]:
    """The credit line and the address that it links to."""
    address = _source_url(walk) or cleaned.source_url
    if ruled := walk.ruled.one("credit"):
        walk.readers["credit"] = "rules"
        return ruled, address
    if cleaned.credit:
        walk.readers["credit"] = "page"
    return cleaned.credit, address


def _source_url(walk: Walk) -> str | None:
    """The source as the site's rules have it: a link of its own, else the one in the credit line."""
    stated = walk.ruled.links.get("source_url") or walk.ruled.one("source_url")
    if not stated:
        return walk.ruled.links.get("credit")
    address = walk.page.absolute(stated)
    if not address.startswith(("http://", "https://")):
        return None
    walk.readers["source_url"] = "rules"
    return address


def flag(walk: Walk, name: str, *, otherwise: bool) -> bool:
    """Whether the page is what the site's rules have a sign for; without such a rule, what else was found."""
    ruled = walk.ruled.flags.get(name)
    if ruled is None:
        return otherwise
    walk.readers[f"is_{name}"] = "rules"
    return ruled


def images(walk: Walk, found: Sequence[Picture]) -> tuple[Image, ...]:
    """The article's pictures: those of the site's rules, else those that stand in it."""
    ruled = scope.images_of(walk.ruled.pictures, walk.page)
    if ruled:
        walk.readers["images"] = "rules"
    return ruled or scope.images_of(found, walk.page)


def captions(walk: Walk, found: Sequence[Picture]) -> list[str]:
    """The captions that the site's rules find, else those of the article's pictures."""
    if ruled := walk.ruled.fields.get("captions"):
        walk.readers["captions"] = "rules"
        return ruled
    return scope.captions_of(found)
