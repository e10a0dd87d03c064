"""What captures that were read again come to: which texts their looks saw, and what of the archive changes by it.

Knows the order: what a look saw, which article it was, which revisions stand, rows. Must not know processes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from db.archive import Session
from db.archiving.captured import load_captures
from db.archiving.entries import Alias, NewArticle
from db.archiving.links import load_links
from db.archiving.revision_rows import shown
from db.histories import changes, reextraction, rereadings, resettle, seen
from db.histories.changes import ChangeKind, NewChange
from db.histories.reextraction import Doubted, Reader
from db.histories.rereadings import Numbered, Reread
from db.histories.resettle import Settlement, Why
from db.histories.settling import Look, Plan, Standing, Text, plan
from db.identities import aliases
from pipeline import fingerprint
from pipeline.context import CrawlContext
from pipeline.items import Fetched
from pipeline.rereading import Again, Missing
from pipeline.stages.decide import decide
from pipeline.stages.revisions import revision_of

Reads = Mapping[int, Again | Missing]
"""What was read again, by capture."""

Guests = Mapping[int, Sequence[tuple[Doubted, tuple[Alias, ...]]]]
"""Pages in quarantine of links that show no article, with their URLs, by the article that they do show."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A revision that no longer counts, and what stands for it."""

    number: int
    before: Mapping[str, object]
    after: Mapping[str, object] | None  # None: nothing does

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that say something else now."""
        if self.after is None:
            return ()
        return tuple(name for name, said in self.before.items() if said != self.after[name])


@dataclass(slots=True)
class Outcome:
    """What reading an article's pages again comes to."""

    article_id: int | None  # None: an article that is new
    replaced: list[Replaced] = field(default_factory=list)
    added: int = 0  # texts that no revision had
    healed: int = 0  # pages out of quarantine
    doubted: int = 0  # pages in quarantine still
    refused: Counter[str] = field(default_factory=Counter)  # believed pages that no longer are
    unread: int = 0  # pages that could not be read: what was read before still counts
    missing: tuple[int, ...] = ()  # captures that have to be read first: nothing was done
    elsewhere: tuple[Doubted, ...] = ()  # pages out of quarantine that show another article


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the pages of one site are settled again."""

    context: CrawlContext
    site: str
    site_id: int
    reader: Reader


@dataclass(slots=True)
class _Draft:
    """An article on its way to being settled."""

    article_id: int
    outcome: Outcome
    told: seen.Told
    doubted: list[Doubted]
    healed: dict[int, tuple[Alias, ...]] = field(default_factory=dict)  # visit -> URLs of its page
    looks: list[Look] = field(default_factory=list)


def settle_articles(
    session: Session,
    article_ids: Sequence[int],
    reads: Reads,
    *,
    desk: Desk,
    guests: Guests | None = None,
    why: Why | None,
) -> list[Outcome]:
    """Settle articles of the site again, all of whose pages were read again.

    Args:
        session: A write session; a read session will do where `why` is None.
        article_ids: The articles.
        reads: What was read again. An article of which a page is not there is left, and says so.
        desk: Where, and by whom it was read.
        guests: Pages of other links that are found to show these articles.
        why: For what is written; None: nothing is written, only told.
    """
    if why is not None:
        for article_id in sorted(article_ids):
            resettle.lock(session, article_id)
    drafts = _drafts(session, article_ids, reads, guests or {})
    ready = [draft for draft in drafts if not draft.outcome.missing]
    _heal(session, ready, reads, desk, guests or {})
    captures = sorted({capture for draft in ready for capture in _captures_of(draft)})
    numbered = rereadings.number_extractions(session, captures, reader=desk.reader) if why else {}
    told: list[NewChange] = []
    settled: list[Reread] = []
    for draft in ready:
        draft.looks = _looks(draft, reads, numbered)
        if why is None:
            _tell(draft.outcome, plan(draft.looks, draft.told.standing), draft.told.standing)
            continue
        settlement = resettle.prepare(
            session, draft.article_id, draft.looks, standing=draft.told.standing
        )
        _tell(draft.outcome, settlement.plan, draft.told.standing)
        readings = _readings(draft, settlement, reads, numbered)
        if settlement.is_settled:
            settled += readings
        else:  # revisions name their extractions
            rereadings.write_readings(session, readings, reader=desk.reader, now=why.now)
        resettle.write(session, settlement, why=why, shingles_of=fingerprint.shingles)
        told += [*_released(session, draft, settlement, why), *settlement.changes]
    if why is not None:
        rereadings.write_readings(session, settled, reader=desk.reader, now=why.now)
        changes.record(session, told, now=why.now)
    return [draft.outcome for draft in drafts]


def settle_link(
    session: Session, link_id: int, reads: Reads, *, desk: Desk, why: Why | None
) -> list[Outcome]:
    """Settle the pages in quarantine of a link that shows no article: what they show may be known, or new.

    Nobody else may write for the site meanwhile: two could find the same new article.
    """
    doubted = reextraction.doubted_looks(session, [link_id])
    believed = [look for look in doubted if _is_believed(reads.get(look.capture_id))]
    found = _identified(session, believed, reads, desk)
    homes: dict[int | NewArticle, list[tuple[Doubted, tuple[Alias, ...]]]] = defaultdict(list)
    for look in believed:
        if look.visit_id in found:
            home, urls = found[look.visit_id]
            homes[home].append((look, urls))
    rest = [look for look in doubted if look.visit_id not in found]
    outcomes = [_still_doubted(session, rest, reads, desk, why)]
    for home, looks in homes.items():
        if isinstance(home, int):
            article_id = home
        elif why is None:
            outcomes.append(Outcome(None, added=1, healed=len(looks)))
            continue
        else:
            article_id = aliases.add_article(
                session, desk.site_id, guid=home.guid, first_seen_at=looks[0][0].at
            )
        outcomes += settle_articles(
            session, [article_id], reads, desk=desk, guests={article_id: looks}, why=why
        )
    return outcomes


def _still_doubted(
    session: Session,
    rest: Sequence[Doubted],
    reads: Reads,
    desk: Desk,
    why: Why | None,
) -> Outcome:
    """Note what was read of the pages that show no article still."""
    outcome = Outcome(None, doubted=len(rest))
    if why is not None:
        read = {
            look.capture_id: look for look in rest if isinstance(reads.get(look.capture_id), Again)
        }
        numbered = rereadings.number_extractions(session, sorted(read), reader=desk.reader)
        readings = [
            _reading(each, look.link_id, numbered[capture_id])
            for capture_id, look in sorted(read.items())
            if isinstance(each := reads[capture_id], Again)
        ]
        rereadings.write_readings(session, readings, reader=desk.reader, now=why.now)
    return outcome


def _drafts(
    session: Session,
    article_ids: Sequence[int],
    reads: Reads,
    guests: Guests,
) -> list[_Draft]:
    told = seen.tell(session, article_ids)
    doubted: dict[int | None, list[Doubted]] = defaultdict(list)
    for look in reextraction.doubted_looks(session, seen.links_of(session, article_ids)):
        doubted[look.article_id].append(look)
    drafts = []
    for article_id in article_ids:
        drafts.append(
            _Draft(article_id, Outcome(article_id), told[article_id], doubted[article_id])
        )
        wanted = {look.capture_id for look in told[article_id].looks if look.capture_id is not None}
        wanted |= {look.capture_id for look in doubted[article_id]}
        wanted |= {look.capture_id for look, _ in guests.get(article_id, ())}
        drafts[-1].outcome.missing = tuple(sorted(wanted - reads.keys()))
    return drafts


def _captures_of(draft: _Draft) -> Iterable[int]:
    """The captures of the article, of whose reading a row is kept."""
    elsewhere = {look.visit_id for look in draft.outcome.elsewhere}
    for look in draft.told.looks:
        if look.capture_id is not None:
            yield look.capture_id
    for doubted in draft.doubted:
        if doubted.visit_id not in elsewhere:
            yield doubted.capture_id


def _heal(
    session: Session,
    drafts: Sequence[_Draft],
    reads: Reads,
    desk: Desk,
    guests: Guests,
) -> None:
    """Find which pages in quarantine are believed now, and which article they show."""
    believed = [
        look for draft in drafts for look in draft.doubted if _is_believed(reads[look.capture_id])
    ]
    found = _identified(session, believed, reads, desk)
    for draft in drafts:
        mine = {visit: urls for visit, (home, urls) in found.items() if home == draft.article_id}
        strays = [
            look
            for look in draft.doubted
            if _is_believed(reads[look.capture_id]) and look.visit_id not in mine
        ]
        draft.outcome.elsewhere = tuple(strays)
        draft.healed = {
            look.visit_id: mine[look.visit_id] for look in draft.doubted if look.visit_id in mine
        }
        for look, urls in guests.get(draft.article_id, ()):
            draft.doubted.append(look)
            draft.healed[look.visit_id] = urls
        draft.outcome.healed = len(draft.healed)
        draft.outcome.doubted = len(draft.doubted) - len(draft.healed) - len(strays)


def _identified(
    session: Session, looks: Sequence[Doubted], reads: Reads, desk: Desk
) -> dict[int, tuple[int | NewArticle, tuple[Alias, ...]]]:
    """Which article each of these looks would have shown, had it been believed; decided as a crawl decides."""
    if not looks:
        return {}
    captures = load_captures(session, [look.capture_id for look in looks])
    known = load_links(session, sorted({look.link_id for look in looks}))
    pages = []
    for look in looks:
        again = reads[look.capture_id]
        assert isinstance(again, Again)
        capture = captures[look.capture_id]
        pages.append(
            Fetched(
                site=desk.site,
                link=known[look.link_id],
                crawl_id=capture.crawl_id,
                url=capture.url,
                fetched_at=capture.fetched_at,
                status=capture.status,
                url_answered=capture.url_answered,
                redirects=capture.redirects,
                headers=capture.headers,
                body=b"",
                capture_id=look.capture_id,
                result=again.result,
            )
        )
    decisions = decide(session, pages, context=desk.context)
    return {
        look.visit_id: (decision.entry.article, decision.entry.aliases)
        for look, decision in zip(looks, decisions, strict=True)
        if decision.entry.article is not None
    }


def _looks(draft: _Draft, reads: Reads, numbered: Mapping[int, Numbered]) -> list[Look]:
    """The looks at the article with what they saw, as it is read now."""
    looks = _read_looks(draft, reads, numbered)
    found = [look for look in looks if look.visit_id not in draft.healed]
    for doubted in draft.doubted:
        if doubted.visit_id in draft.healed:
            text = _text(reads[doubted.capture_id], numbered)
            found.append(
                Look(
                    doubted.visit_id,
                    doubted.link_id,
                    doubted.at,
                    text,
                    capture_id=doubted.capture_id,
                )
            )
    return sorted(found, key=lambda look: look.visit_id)


def _read_looks(draft: _Draft, reads: Reads, numbered: Mapping[int, Numbered]) -> list[Look]:
    """Those that had seen a text before.

    A look without a readable page saw what others saw that were held to see the same; if there is none,
    it saw what it was held to see.
    """
    fresh: dict[int, Text] = {}  # by the revision that looks were held to see
    for look in draft.told.looks:
        again = reads.get(look.capture_id) if look.capture_id is not None else None
        if look.seen_as is not None and _is_believed(again):
            fresh.setdefault(look.seen_as, _text(again, numbered))
    found = []
    before: dict[tuple[int, int | None], Text | None] = {}  # what a link's last page showed
    for look in draft.told.looks:
        like = (look.link_id, look.seen_as)
        again = reads.get(look.capture_id) if look.capture_id is not None else None
        if look.text is None:
            found.append(look)
            continue
        if isinstance(again, Again) and again.is_refused:
            before[like] = None
            draft.outcome.refused[again.reading.reason or ""] += 1
            continue
        if _is_believed(again):
            before[like] = _text(again, numbered)
        elif look.capture_id is not None:
            before[like] = fresh.get(look.seen_as or 0, look.text)
            draft.outcome.unread += 1
        elif like not in before:
            before[like] = fresh.get(look.seen_as or 0, look.text)
        text = before[like]
        if text is not None:
            found.append(replace(look, text=text))
    return found


def _text(again: Again | Missing | None, numbered: Mapping[int, Numbered]) -> Text:
    assert isinstance(again, Again)
    number = numbered.get(again.capture_id)
    return Text(
        revision_of(again.result),
        capture_id=again.capture_id,
        extraction_id=number.id if number else 0,
    )


def _is_believed(again: Again | Missing | None) -> bool:
    return isinstance(again, Again) and again.is_believed


def _tell(outcome: Outcome, made: Plan, standing: Sequence[Standing]) -> None:
    """Note what changes."""
    by_id = {one.id: one for one in standing}
    for revision_id, place in made.superseded.items():
        one = by_id[revision_id]
        run = made.runs[place] if place is not None else None
        after = (
            None
            if run is None or _is_fallback(run.looks, revision_id)
            else shown(run.text.revision)
        )
        outcome.replaced.append(Replaced(one.number, shown(one.revision), after))
    successors = set(made.superseded.values())
    outcome.added = sum(
        run.revision_id is None and place not in successors for place, run in enumerate(made.runs)
    )


def _is_fallback(looks: Sequence[Look], revision_id: int) -> bool:
    """Whether none of the revision's looks is among these: they are another text's."""
    return all(look.seen_as != revision_id for look in looks)


def _readings(
    draft: _Draft, settlement: Settlement, reads: Reads, numbered: Mapping[int, Numbered]
) -> list[Reread]:
    """The rows of what was read, each with the revision that its look saw."""
    texts = {
        revision_id: str(shown(run.text.revision)["text"])
        for revision_id, run in zip(settlement.revision_ids, settlement.plan.runs, strict=True)
    }
    pages = [(look.visit_id, look.link_id, look.capture_id) for look in draft.told.looks]
    elsewhere = {look.visit_id for look in draft.outcome.elsewhere}
    pages += [
        (look.visit_id, look.link_id, look.capture_id)
        for look in draft.doubted
        if look.visit_id not in elsewhere
    ]
    before = {look.visit_id for look in draft.told.looks}
    found = []
    for visit_id, link_id, capture_id in pages:
        again = reads.get(capture_id) if capture_id is not None else None
        if not isinstance(again, Again):
            continue
        revision_id = settlement.saw.get(visit_id)
        reading = _reading(again, link_id, numbered[again.capture_id])
        reason = again.reading.reason
        if again.is_refused and visit_id in before and reason is not None:
            reading = replace(reading, refused=(reason.value, again.reading.detail))
        elif revision_id is not None:
            reading = replace(reading, revision_id=revision_id, text=texts[revision_id])
        found.append(reading)
    return found


def _reading(again: Again, link_id: int, number: Numbered) -> Reread:
    return Reread(
        capture_id=again.capture_id,
        link_id=link_id,
        extraction=number,
        content=again.result.content,
        is_believed=again.is_believed,
        revision_id=None,
    )


def _released(session: Session, draft: _Draft, settlement: Settlement, why: Why) -> list[NewChange]:
    """Take what was healed out of quarantine; its URLs are the article's."""
    healed = [look for look in draft.doubted if look.visit_id in draft.healed]
    if not healed:
        return []
    rereadings.release(session, [look.capture_id for look in healed], now=why.now)
    for look in healed:
        aliases.add_aliases(
            session, draft.article_id, settlement.site_id, draft.healed[look.visit_id], now=look.at
        )
        aliases.lead_link(
            session,
            look.link_id,
            article_id=draft.article_id,
            revision_id=settlement.saw.get(look.visit_id),
        )
    revisions = dict.fromkeys(settlement.saw.get(look.visit_id) for look in healed)
    return [
        NewChange(
            ChangeKind.RELEASED, settlement.site_id, draft.article_id, revision_id, why.action_id
        )
        for revision_id in revisions
    ]
