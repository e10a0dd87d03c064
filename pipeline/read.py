"""From the bytes of one capture to its Reading: every field from the reader most trusted with it.

Knows the order of the readers and what each field may take from which. Must not do I/O, nor raise for any bytes.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from config.rules import RuleSet
from config.site import SiteConfig
from pipeline import certainty, clean, decode, fields, judge, rules
from pipeline.bodies import body as general
from pipeline.bodies import survey, traits
from pipeline.dating import datestatements, moments
from pipeline.heads import credit as credit_line
from pipeline.heads import people
from pipeline.kinds import genres, marks
from pipeline.markup import blocks, furniture, scope
from pipeline.markup import page as pages
from pipeline.markup.page import Element, Page, Refusal
from pipeline.profiles import repeats, sighting
from pipeline.profiles.profile import Profile
from pipeline.reading import Block, Reading, Reason, Removed, Verdict
from pipeline.text import typography
from pipeline.walk import Walk, begin

_MOST_TEXT = 2_000_000  # characters
_MOST_BLOCKS = 20_000
_MOST_PASSED_OVER = 60  # lines recorded, and characters of each: enough to see what was left out
_PASSED_OVER = 160


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
    profile: Profile | None = None,
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
        profile: what was learnt of the site: what repeats on its pages is taken out of the text.

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
    page = pages.parse(decoded.text, url=url, max_depth=max_depth, utf8=decoded.utf8)
    if isinstance(page, Refusal):
        return _refused(url, page.reason, page.detail, encoding=decoded.encoding)
    walk = begin(
        page,
        site=site,
        fetched_at=fetched_at,
        feed_title=feed_title,
        feed_published=feed_published,
        profile=profile,
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


def _read_page(walk: Walk, *, encoding: str, is_truncated: bool) -> Reading:
    _apply_rules(walk)
    is_known = marks.states_news(walk.claims) or bool(walk.ruled.bodies)
    markup = None if is_known else marks.look(walk.page, walk.claims)
    walk.cleared = furniture.clear(walk.page)
    seen = marks.seen(walk.page, with_teasers=not walk.claims.has_article) if markup else None
    title, first = fields.head(walk)
    authors = fields.authors(walk)
    standfirst = fields.standfirst(walk, title)
    credit_links = credit_line.linked(walk.page)
    section = fields.section(walk)
    found, container, last = _body(walk, title, credit_links)
    if detail := _excess(walk, found):
        return _refused(walk.page.url, Reason.TOO_LARGE, detail, encoding=encoding)
    pictures = (
        scope.pictures(container, place=walk.place, last=last, taken=walk.cleared.pictures)
        if container is not None
        else []
    )
    captions = fields.captions(walk, pictures)
    cleaned = clean.clean(
        found,
        known=clean.Known(
            title=title,
            standfirst=standfirst,
            names=walk.names,
            watermarks=tuple(phrase for phrase, _ in walk.profile.watermarks)
            if walk.profile
            else (),
            authors=authors,
            is_written_by=len(fields.organisations(walk, authors)) < len(authors),
            lines=frozenset(map(typography.fold, walk.seen.lines)),
            alts=tuple(
                p.alt for p in walk.cleared.pictures if p.alt and not p.caption and len(p.alt) > 8
            ),
            credit_links=credit_links,
            remove_text=walk.ruleset.remove_text if walk.ruleset else (),
            body_stop=walk.ruleset.body_stop if walk.ruleset else (),
        ),
    )
    if cleaned.signed:
        authors = cleaned.signed
        walk.readers["authors"] = "page"
    rest = _without_known(walk, cleaned.blocks)
    text = "\n".join(block.text for block in rest.blocks)
    walk.language = fields.language_of(walk, title, text)
    published = moments.published(walk)
    modified = moments.modified(walk, published=published)
    credit, source_url = fields.credit(walk, cleaned)
    is_paywalled = fields.flag(
        walk,
        "paywalled",
        otherwise=genres.is_paywalled(is_free=walk.claims.is_free, blocks=cleaned.blocks),
    )
    verdict = judge.judge(
        judge.Evidence(
            url=walk.page.url,
            title=title,
            title_element=walk.page.title,
            blocks=tuple(rest.blocks),
            page_text=_page_text(walk.page) if len(text) < judge.STUB else "",
            is_article=walk.claims.has_article or bool(walk.ruled.bodies),
            has_date=published is not None
            and walk.readers.get("published") != datestatements.SEARCHED,
            has_heading=bool(first),
            link_share=seen.link_share if seen and not walk.claims.has_article else 0.0,
            is_truncated=is_truncated,
            is_paywalled=is_paywalled,
            markup=markup,
            seen=seen,
            og_type=(walk.page.meta("og:type") or "").lower(),
            has_author=bool(authors),
            has_stated_date=bool(walk.claims.published),
            is_ruled=bool(walk.ruled.bodies),
            unscripted=markup.unscripted if markup else "",
            states_news=marks.states_news(walk.claims),
            usual_size=walk.profile.usual_size if walk.profile else 0,
            same_text_count=_same_text_count(walk, cleaned.blocks, rest.blocks),
        )
    )
    reading = Reading(
        url=walk.page.url,
        verdict=Verdict.QUARANTINED if verdict else Verdict.BELIEVED,
        reason=verdict[0] if verdict else None,
        detail=verdict[1] if verdict else None,
        title=title,
        standfirst=standfirst,
        blocks=tuple(rest.blocks),
        captions=people.distinct_texts([*captions, *cleaned.captions]),
        images=fields.images(walk, pictures),
        authors=authors,
        organisations=fields.organisations(walk, authors),
        published=published,
        modified=modified,
        language=walk.language,
        section=section,
        tags=fields.tags(walk),
        canonical_url=fields.canonical_url(walk),
        credit=credit,
        source_url=source_url,
        watermark=cleaned.watermark,
        is_paywalled=is_paywalled,
        is_live=fields.flag(
            walk, "live", otherwise=genres.is_live(walk.page.url, walk.claims.types)
        ),
        is_opinion=fields.flag(
            walk,
            "opinion",
            otherwise=genres.is_opinion(walk.page.url, types=walk.claims.types, sections=section),
        ),
        is_amp=genres.is_amp(walk.page),
        is_print=genres.is_print(walk.page),
        encoding=encoding,
        readers=dict(sorted(walk.readers.items())),
        certainty=certainty.of(walk.readers, confirmed=walk.confirmed),
        removed=(
            *_hidden_inside(walk, container),
            *_passed_over(walk),
            *cleaned.removed,
            *rest.removed,
        ),
        profile=walk.profile.name if walk.profile else None,
    )
    odd = walk.profile.oddity(reading, container=rest.container) if walk.profile else None
    if odd and reading.verdict is Verdict.BELIEVED:
        return replace(reading, verdict=Verdict.QUARANTINED, reason=Reason.LAYOUT, detail=odd)
    return reading


def _excess(walk: Walk, found: list[Block]) -> str | None:
    """What of a page is more than any article has; None where nothing is."""
    if walk.unasked:
        return f"no end of the text in so many lines that {walk.unasked} more were not asked about"
    if sum(len(block.text) for block in found) > _MOST_TEXT or len(found) > _MOST_BLOCKS:
        return "more text than any article has"
    return None


# --- rules -----------------------------------------------------------------------------------------------------------


def _apply_rules(walk: Walk) -> None:
    """The rules of the capture's day; where their body is not on the page, those of the stated day of publication."""
    days = [walk.fetched_at.astimezone(walk.zone).date()]
    if stated := datestatements.first_stated(walk, walk.claims.published):
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


def _body(
    walk: Walk, title: str | None, credit_links: Mapping[str, str]
) -> tuple[list[Block], Element | None, Element | None]:
    """The body's raw blocks, the element that holds them, and the last element with text of it."""
    for element in walk.ruled.captions:
        pages.drop(element)
    if walk.ruled.bodies:
        found = [block for container in walk.ruled.bodies for block in blocks.walk(container)]
        walk.readers["body"] = "rules"
        return found, scope.container(walk.ruled.bodies), None
    claims = walk.claims
    told = traits.Told(
        title=title,
        place=walk.place,
        descriptions=[claim.value for claim in claims.descriptions],
        stated=claims.article_body,
        credit_links=credit_links,
    )
    found_body = general.read(survey.of(walk.page.body), told, source=walk.page.source)
    if found_body.blocks:
        walk.readers["body"] = found_body.reader
    elements = found_body.elements
    walk.passed_over, walk.unasked = found_body.passed_over, found_body.unasked
    return found_body.blocks, scope.container(elements), elements[-1] if elements else None


def _without_known(walk: Walk, found: list[Block]) -> repeats.Rest:
    """The blocks without what the site's profile knows from its other pages."""
    if walk.profile is None:
        return repeats.Rest(found, [], None)
    lines = sighting.lines_of(walk.page.body, starts=repeats.starts_of(found))
    return repeats.without_known(found, walk.profile, lines=lines)


# --- what the verdict rests on ---------------------------------------------------------------------------------------


def _same_text_count(walk: Walk, *readings: list[Block]) -> int:
    """At how many other addresses the text stood, with what the profile takes out and without it."""
    if walk.profile is None or not walk.profile.texts:
        return 0
    return walk.profile.same_text_count(
        "\n".join(block.text for block in found if block.kind != "embed") for found in readings
    )


def _page_text(page: Page) -> str:
    return typography.settle(" ".join(pages.texts(page.body))[:20_000])


def _hidden_inside(walk: Walk, container: Element | None) -> list[Removed]:
    """Hidden text that stood among the article's own."""
    if container is None:
        return []
    return [
        Removed(typography.shortened(text), "hidden")
        for parent, text in walk.cleared.hidden[:200]
        if parent is container or container in parent.iterancestors()
    ][:50]


def _passed_over(walk: Walk) -> list[Removed]:
    """Lines that stood among the body's and were not chosen."""
    return [
        Removed(typography.shortened(text, limit=_PASSED_OVER), "not body")
        for text in walk.passed_over[:_MOST_PASSED_OVER]
    ]
