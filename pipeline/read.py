"""From the bytes of one capture to its Reading: every field from the reader most trusted with it.

Knows the order of the readers and what each field may take from which. Must not do I/O, nor raise for any bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from urllib.parse import urlsplit

import htmldate

from config.rules import RuleSet
from config.site import SiteConfig
from pipeline import (
    blocks,
    clean,
    credits,
    dates,
    decode,
    furniture,
    general,
    heading,
    judge,
    language,
    people,
    prose,
    rules,
    scope,
    structured,
    titles,
    typography,
)
from pipeline import page as pages
from pipeline.page import Element, Page, Refusal
from pipeline.reading import Block, Reading, Reason, Removed, StatedMoment, Verdict
from pipeline.structured import Claim, Claims

_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?([0-2]\d|3[01])(?=[/_-]|\D|$)")
_OPINION = re.compile(
    r"/(?:opinions?|editorials?|columns?|columnists?|op-?eds?|comment(?:ary|isfree)?|meinung|kommentare?|kolumnen?|"
    r"tribunes?|idees|opinion|opinie|leder|debatt)/",
    re.IGNORECASE,
)
_LIVE = re.compile(r"/live(?:blog|s|-updates?)?/|live-?(?:blog|updates?|ticker)", re.IGNORECASE)
_MOST_TAGS = 40
_MOST_AUTHORS = 6  # that one article shows without structured data


@dataclass(slots=True)
class _Walk:
    """One page on its way through the readers."""

    page: Page
    site: SiteConfig
    fetched_at: datetime
    feed_title: str | None
    feed_published: datetime | None
    claims: Claims
    zone: tzinfo
    readers: dict[str, str] = field(default_factory=dict)
    ruleset: RuleSet | None = None
    ruled: rules.Ruled = field(default_factory=rules.Ruled)
    cleared: furniture.Cleared = field(default_factory=furniture.Cleared)
    names: tuple[str, ...] = ()
    place: Element | None = None
    seen: heading.Surroundings = field(default_factory=heading.Surroundings)
    language: str | None = None


def read(
    body: bytes,
    *,
    url: str,
    site: SiteConfig,
    fetched_at: datetime,
    content_type: str | None = None,
    feed_title: str | None = None,
    feed_published: datetime | None = None,
    is_truncated: bool = False,
    max_depth: int = 2000,
) -> Reading:
    """Read one capture.

    Args:
        body: the bytes as received, any content coding undone.
        url: the address that answered.
        site: whose rules, time zone and names are used.
        fetched_at: when the capture was made: chooses the rules of that day, and no date lies beyond it.
        content_type: of the response.
        feed_title: what the source that led here called the article.
        feed_published: when that source said it was published.
        is_truncated: the server ended the body early.
        max_depth: of nested elements.

    Returns:
        A Reading, believed or quarantined. The same arguments give the same Reading.
    """
    if len(body) > pages.MAX_BYTES:
        return _refused(url, Reason.TOO_LARGE, f"{len(body)} bytes, more than {pages.MAX_BYTES}")
    kind = decode.sniff(body, content_type)
    if kind == "empty":
        return _refused(url, Reason.EMPTY, "no bytes")
    if kind != "html":
        return _refused(url, Reason.NOT_HTML, f"the bytes are {kind}, not HTML")
    decoded = decode.decode(body, content_type=content_type)
    page = pages.parse(decoded.text, url=url, max_depth=max_depth)
    if isinstance(page, Refusal):
        return _refused(url, page.reason, page.detail, encoding=decoded.encoding)
    walk = _Walk(
        page=page,
        site=site,
        fetched_at=fetched_at,
        feed_title=feed_title,
        feed_published=feed_published,
        claims=structured.read(page),
        zone=dates.zone_of(site.time_zone),
        language=language.primary(page.language) or site.language,
    )
    try:
        return _read_page(walk, encoding=decoded.encoding, is_truncated=is_truncated)
    except Exception as error:  # noqa: BLE001  # the promise never to raise, whatever a page holds
        return _refused(
            url,
            Reason.READER_FAILED,
            f"{type(error).__name__}: {error}"[:300],
            encoding=decoded.encoding,
        )


def _refused(url: str, reason: Reason, detail: str, *, encoding: str | None = None) -> Reading:
    return Reading(
        url=url, verdict=Verdict.QUARANTINED, reason=reason, detail=detail, encoding=encoding
    )


def _read_page(walk: _Walk, *, encoding: str, is_truncated: bool) -> Reading:
    _apply_rules(walk)
    walk.cleared = furniture.clear(walk.page)
    first = heading.headings(walk.page)
    title = _title(walk, first)
    if title:
        walk.place = heading.place_of(walk.page, title, first=first)
    if walk.place is not None:
        walk.seen = heading.around(
            walk.place, descriptions=[c.value for c in walk.claims.descriptions]
        )
    authors = _authors(walk)
    standfirst = _standfirst(walk, title)
    credit_links = credits.linked(walk.page)
    found, container, last = _body(walk)
    pictures = (
        scope.pictures(container, place=walk.place, last=last, taken=walk.cleared.pictures)
        if container is not None
        else []
    )  # noqa: E501
    captions = walk.ruled.fields.get("captions", []) or scope.captions_of(pictures)
    cleaned = clean.clean(
        found,
        known=clean.Known(
            title=title,
            standfirst=standfirst,
            names=walk.names,
            authors=authors,
            lines=frozenset(map(typography.fold, walk.seen.lines)),
            alts=tuple(
                p.alt for p in walk.cleared.pictures if p.alt and not p.caption and len(p.alt) > 8
            ),
            credit_links=credit_links,
            remove_text=walk.ruleset.remove_text if walk.ruleset else (),
            body_stop=walk.ruleset.body_stop if walk.ruleset else (),
        ),
    )
    text = "\n".join(block.text for block in cleaned.blocks)
    walk.language = _language(walk, title, text)
    published = _published(walk)
    modified = _modified(walk, published)
    credit, source_url = _credit(walk, cleaned)
    is_paywalled = walk.claims.is_free is False
    verdict = judge.judge(
        judge.Evidence(
            url=walk.page.url,
            title=title,
            title_element=walk.page.title,
            blocks=tuple(cleaned.blocks),
            page_text=_page_text(walk.page) if len(text) < judge.STUB else "",
            is_article=walk.claims.has_article or bool(walk.ruled.bodies),
            has_date=published is not None and walk.readers.get("published") != "htmldate",
            has_heading=bool(first),
            link_share=_link_share(walk.page) if published is None else 0.0,
            is_truncated=is_truncated,
            is_paywalled=is_paywalled,
        )
    )
    return Reading(
        url=walk.page.url,
        verdict=Verdict.QUARANTINED if verdict else Verdict.BELIEVED,
        reason=verdict[0] if verdict else None,
        detail=verdict[1] if verdict else None,
        title=title,
        standfirst=standfirst,
        blocks=tuple(cleaned.blocks),
        captions=people.distinct_texts([*captions, *cleaned.captions]),
        images=scope.images_of(pictures, walk.page),
        authors=authors,
        published=published,
        modified=modified,
        language=walk.language,
        section=_section(walk),
        tags=_many(walk, "tags", walk.claims.tags, limit=_MOST_TAGS),
        canonical_url=_canonical(walk),
        credit=credit,
        source_url=source_url,
        watermark=cleaned.watermark,
        is_paywalled=is_paywalled,
        is_live=any("LiveBlog" in t for t in walk.claims.types)
        or bool(_LIVE.search(urlsplit(walk.page.url).path)),
        is_opinion=any("Opinion" in t for t in walk.claims.types)
        or bool(_OPINION.search(urlsplit(walk.page.url).path)),
        encoding=encoding,
        readers=dict(sorted(walk.readers.items())),
        removed=tuple([*_hidden_inside(walk, container), *cleaned.removed]),
    )


# --- rules -----------------------------------------------------------------------------------------------------------


def _apply_rules(walk: _Walk) -> None:
    """The rules of the capture's day; where their body is not on the page, those of the stated day of publication."""
    days = [walk.fetched_at.astimezone(walk.zone).date()]
    if stated := _first_moment(walk, walk.claims.published):
        days.append(stated[0].at.date())
    tried: list[RuleSet] = []
    for day in days:
        ruleset = walk.site.rules_on(day)
        if ruleset is None or ruleset in tried:
            continue
        tried.append(ruleset)
        ruled = rules.apply(ruleset, walk.page)
        if ruled.bodies or not (ruleset.body or walk.ruled.fields):
            walk.ruleset, walk.ruled = ruleset, ruled
            return
        if not walk.ruled.fields:
            walk.ruleset, walk.ruled = ruleset, ruled


# --- fields ----------------------------------------------------------------------------------------------------------


def _title(walk: _Walk, first: list[tuple[Element, str]]) -> str | None:
    shown = [text for _, text in first]
    walk.names = tuple(_site_names(walk, shown))
    if ruled := walk.ruled.one("title"):
        walk.readers["title"] = "rules"
        return titles.without_site(ruled, names=walk.names)
    declared = [(claim.value, claim.reader) for claim in walk.claims.titles]
    if walk.feed_title:
        declared.append((typography.settle(walk.feed_title), "feed"))
    chosen = titles.choose(headings=shown, declared=declared, names=walk.names)
    if chosen is None:
        return None
    walk.readers["title"] = chosen.reader
    return chosen.text


def _site_names(walk: _Walk, shown: list[str]) -> Iterator[str]:
    """What the site calls itself: in its file, in the page's head, behind the headline, in its host."""
    seen: set[str] = set()
    suffixes = (
        titles.suffix(walk.page.title or "", title_shown=t)
        for t in (*shown, *(c.value for c in walk.claims.titles))
    )
    hosts = (pages.host_words(walk.page.url), pages.host_words(walk.claims.canonical_url or ""))
    for name in (walk.site.title, *walk.claims.site_names, *suffixes, *hosts):
        settled = typography.settle(name or "")
        if settled and len(settled) <= 60 and settled.casefold() not in seen:
            seen.add(settled.casefold())
            yield settled


def _authors(walk: _Walk) -> tuple[str, ...]:
    """People where any are named; else the newsroom or agency that is named; else the site as it states itself."""
    if ruled := walk.ruled.fields.get("authors"):
        walk.readers["authors"] = "rules"
        return people.distinct(name for text in ruled for name in people.names_in(text))
    offices: list[tuple[str, str]] = []
    for reader, texts in _bylines(walk):
        found = [name for text in texts for name in people.names_in(text)]
        persons = [
            name
            for name in people.without_site(found, site_names=walk.names)
            if not people.is_organisation(name)
        ]
        if persons:
            walk.readers["authors"] = reader
            return people.distinct(persons)
        offices.extend((name, reader) for name in found)
    for claim in walk.claims.organisations:
        offices.extend((name, claim.reader) for name in people.names_in(claim.value, is_list=False))
    if not offices:
        return ()
    foreign = people.without_site([name for name, _ in offices], site_names=walk.names)
    chosen = [(name, reader) for name, reader in offices if not foreign or name in foreign]
    walk.readers["authors"] = chosen[0][1]
    return people.distinct(name for name, reader in chosen if reader == chosen[0][1])


def _bylines(walk: _Walk) -> Iterator[tuple[str, list[str]]]:
    """What may name authors, by reader, most trusted first."""
    by_reader: dict[str, list[str]] = {}
    for claim in walk.claims.persons:
        by_reader.setdefault(claim.reader, []).append(claim.value)
    yield "json-ld", by_reader.get("json-ld", [])
    microdata = list(dict.fromkeys(by_reader.get("microdata", [])))
    yield "microdata", microdata if len(microdata) <= _MOST_AUTHORS else microdata[:1]
    # Bylines of one kind belong together; what follows in another kind of element is a portrait or another article.
    kind = next((kind for kind, text in walk.seen.bylines if people.names_in(text)), None)
    yield "page", [text for other, text in walk.seen.bylines if other == kind][:_MOST_AUTHORS]
    yield "meta", by_reader.get("meta", [])


def _standfirst(walk: _Walk, title: str | None) -> str | None:
    if ruled := walk.ruled.one("standfirst"):
        walk.readers["standfirst"] = "rules"
        return ruled
    found = walk.seen.standfirst
    if not found or typography.fold(found) == typography.fold(title or ""):
        return None
    walk.readers["standfirst"] = "page"
    return found


def _body(walk: _Walk) -> tuple[list[Block], Element | None, Element | None]:
    """The body's raw blocks, the element that holds them, and the last element with text of it."""
    for element in walk.ruled.captions:
        pages.drop(element)
    if walk.ruled.bodies:
        found = [block for container in walk.ruled.bodies for block in blocks.walk(container)]
        walk.readers["body"] = "rules"
        return found, scope.container(walk.ruled.bodies), None
    found = general.read(walk.page)
    reader = "trafilatura"
    if own := prose.better_than(found, walk.page, place=walk.place):
        found, reader = own, "prose"
    if found:
        walk.readers["body"] = reader
    elements = scope.paragraphs(walk.page, found)
    return found, scope.container(elements), elements[-1] if elements else None


def _language(walk: _Walk, title: str | None, text: str) -> str | None:
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


def _section(walk: _Walk) -> tuple[str, ...]:
    return _many(walk, "section", walk.claims.sections, limit=6)


def _many(walk: _Walk, name: str, claims: list[Claim], *, limit: int) -> tuple[str, ...]:
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


def _canonical(walk: _Walk) -> str | None:
    stated = walk.ruled.one("canonical_url") or walk.claims.canonical_url
    if not stated:
        return None
    address = walk.page.absolute(stated)
    if not address.startswith(("http://", "https://")) or len(address) > 2048:
        return None
    walk.readers["canonical_url"] = "rules" if walk.ruled.one("canonical_url") else "meta"
    return address


def _credit(walk: _Walk, cleaned: clean.Cleaned) -> tuple[str | None, str | None]:
    if ruled := walk.ruled.one("credit"):
        walk.readers["credit"] = "rules"
        return ruled, walk.ruled.links.get("credit") or cleaned.source_url
    if cleaned.credit:
        walk.readers["credit"] = "page"
    return cleaned.credit, cleaned.source_url


# --- moments ---------------------------------------------------------------------------------------------------------


def _first_moment(walk: _Walk, claims: list[Claim]) -> tuple[StatedMoment, str] | None:
    for claim in claims:
        moment = dates.parse(claim.value, zone=walk.zone, language=walk.language)
        if moment and dates.is_plausible(moment, fetched_at=walk.fetched_at):
            return moment, claim.reader
    return None


def _ruled_moment(walk: _Walk, name: str) -> StatedMoment | None:
    formats = walk.ruleset.date_formats if walk.ruleset else ()
    for text in walk.ruled.fields.get(name, ()):
        moment = dates.parse(text, zone=walk.zone, language=walk.language, formats=formats)
        if moment and dates.is_plausible(moment, fetched_at=walk.fetched_at):
            return moment
    return None


def _published(walk: _Walk) -> StatedMoment | None:
    for reader, moment in _publication_dates(walk):
        if moment and dates.is_plausible(moment, fetched_at=walk.fetched_at):
            walk.readers["published"] = reader
            return moment
    return None


def _publication_dates(walk: _Walk) -> Iterator[tuple[str, StatedMoment | None]]:
    """Candidates for the moment of publication, most trusted first; the costly ones last."""
    yield "rules", _ruled_moment(walk, "published")
    if stated := _first_moment(walk, walk.claims.published):
        yield stated[1], stated[0]
    if walk.feed_published:
        yield "feed", StatedMoment(walk.feed_published)
    for text in walk.seen.dates:
        yield "page", dates.parse(text, zone=walk.zone, language=walk.language, is_prose=True)
    if match := _URL_DATE.search(urlsplit(walk.page.url).path):
        yield "url", dates.of_day(*map(int, match.groups()), zone=walk.zone)
    yield "htmldate", _searched(walk)


def _searched(walk: _Walk) -> StatedMoment | None:
    """The last resort: any date on the page that may be the first one."""
    latest = walk.fetched_at.astimezone(walk.zone).date()
    try:
        found = htmldate.find_date(
            walk.page.root,
            original_date=True,
            url=walk.page.url,
            max_date=latest.isoformat(),
            # Its extensive search guesses languages: seconds at its first miss, and by the day's own date.
            extensive_search=False,
        )
    except Exception:  # noqa: BLE001  # a library over hostile markup: whatever it raises means "no date"
        return None
    if not found:
        return None
    day = date.fromisoformat(found)
    return None if day == latest else dates.of_day(day.year, day.month, day.day, zone=walk.zone)


def _modified(walk: _Walk, published: StatedMoment | None) -> StatedMoment | None:
    moment, reader = _ruled_moment(walk, "modified"), "rules"
    if moment is None and (stated := _first_moment(walk, walk.claims.modified)):
        moment, reader = stated
    for text in walk.seen.modified if moment is None else ():
        moment, reader = (
            dates.parse(text, zone=walk.zone, language=walk.language, is_prose=True),
            "page",
        )
        if moment:
            break
    if moment is None or not dates.is_plausible(moment, fetched_at=walk.fetched_at):
        return None
    if published and (
        moment.at <= published.at or "day" in (moment.precision, published.precision)
    ):
        return moment if published and moment.at.date() > published.at.date() else None
    walk.readers["modified"] = reader
    return moment


# --- what the verdict rests on ---------------------------------------------------------------------------------------


def _page_text(page: Page) -> str:
    return typography.settle(" ".join(page.body.itertext())[:20_000])


def _link_share(page: Page) -> float:
    total = len(page.body.text_content())
    linked = sum(len(text) for link in page.body.iter("a") for text in link.itertext())
    return min(linked / total, 1.0) if total else 0.0


def _hidden_inside(walk: _Walk, container: Element | None) -> list[Removed]:
    """Hidden text that stood among the article's own."""
    if container is None:
        return []
    return [
        Removed(typography.shortened(text), "hidden")
        for parent, text in walk.cleared.hidden[:200]
        if parent is container or container in parent.iterancestors()
    ][:50]
