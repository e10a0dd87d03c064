"""Last pipeline: at a site's end, what its pages have in common is learnt, where there are many more of them.

Knows when to learn, and from which captures. Must not know what a profile says, nor Scrapy.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import structlog

from config.clock import Clock
from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive, Session
from db.archiving import links, profiles, relations
from db.archiving.entries import KeptCapture, KnownLink
from db.archiving.profiles import KnownProfile
from db.captures import CaptureError
from db.errors import ArchiveError
from pipeline import extraction
from pipeline.context import CrawlContext, LeaseLost, context_of
from pipeline.items import Fetched
from pipeline.profiles import profile, profiling, sighting
from pipeline.reading import Reason
from pipeline.stages.reading_process import ReadingProcess
from pipeline.text.watermark import MAX_COPIED

_LONGEST_S = 120.0
"""How long the pages of one site may take to be read again; if they take longer, nothing is learnt."""

_AT_A_TIME = 4
"""Pages in memory: one is read while the next is fetched from the store."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One site to be learnt, and where."""

    archive: Archive
    site: SiteConfig
    site_id: int
    settings: Settings
    clock: Clock
    reading: ReadingProcess
    require: Callable[
        [Session], None
    ]  # in the transaction that writes: whether the site is still ours
    is_ending: Callable[[], bool] = lambda: False


class LearnProfiles:
    """Learns each site once all its pages are archived. A crawl that is killed before leaves it to the next."""

    def __init__(self, context: CrawlContext) -> None:
        self._context = context
        self._turn = asyncio.Lock()  # sites that end together are learnt one after the other
        if context.settings.learn_profiles:
            context.endings.append(self.site_ended)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """For the crawl that the Scrapy crawler belongs to."""
        return cls(context_of(crawler))

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Let the page pass: it will be learnt from in the archive."""
        return fetched

    async def site_ended(self, site: str) -> None:
        """Learn the site if its articles have reached the next step, while it is still ours."""
        async with self._turn:
            if not self._context.is_ending():
                await self._learn(site, self._context.reading)

    async def _learn(self, site: str, reading: ReadingProcess) -> None:
        """Learn one site. The crawl has done its work: what goes wrong here is said, and left to the next."""
        context = self._context
        lesson = Lesson(
            archive=context.archive,
            site=context.sites[site],
            site_id=context.site_ids[site],
            settings=context.settings,
            clock=context.clock,
            reading=reading,
            require=lambda session: context.require_leases(session, [site]),
            is_ending=context.is_ending,
        )
        try:
            if not await asyncio.to_thread(is_due, context.archive, lesson.site_id):
                return
            async with asyncio.timeout(_LONGEST_S):
                learnt = await learn(lesson)
        except (ArchiveError, LeaseLost, TimeoutError) as error:
            log.warning("profile_not_learnt", site=site, error=f"{type(error).__name__}: {error}")
            return
        if learnt is not None:
            context.tell("profile_learnt", site, number=learnt.number, pages=learnt.page_count)


def is_due(archive: Archive, site_id: int) -> bool:
    """Whether there is more to learn than the newest profile says: articles, injected phrases, texts at many places."""
    with archive.read() as session:
        count = profiles.article_count(session, site_id)
        last = profiles.newest_profile(session, site_id, learner=profile.LEARNER_VERSION)
        phrases = {phrase for phrase, _ in relations.watermarks(session, site_id)[:MAX_COPIED]}
        shared = _shared_texts(session, site_id)
    if profiling.step(count) > (profiling.step(last.article_count) if last else 0):
        return True
    known = profile.of_content(last.content) if last else None
    known_phrases = {phrase for phrase, _ in known.watermarks} if known else set()
    known_texts = set(known.texts) if known else set()
    return not (phrases <= known_phrases and set(shared) <= known_texts)


async def learn(lesson: Lesson, *, takes_odd: bool = False) -> KnownProfile | None:
    """Learn the site from its latest captures, read again without a profile; None where the crawl ends meanwhile.

    The same captures and reprints give the same profile. `takes_odd`: those count, too, that were not believed
    because they are unlike the others.
    """
    kept = await asyncio.to_thread(_kept, lesson, takes_odd=takes_odd)
    sightings = []
    for start in range(0, len(kept.captures), _AT_A_TIME):
        if lesson.is_ending():
            return None
        some = kept.captures[start : start + _AT_A_TIME]
        tasks = await asyncio.to_thread(_tasks, lesson, some, kept.links)
        seen = await asyncio.gather(*(lesson.reading.sight(task) for task in tasks))
        sightings += [sighting for sighting in seen if sighting is not None]
    learnt = await asyncio.to_thread(
        profiling.learn, sightings, watermarks=kept.watermarks, texts=kept.texts
    )

    def write() -> KnownProfile:
        with lesson.archive.write() as session:
            lesson.require(session)
            return profiles.add_profile(
                session,
                lesson.site_id,
                learner=profile.LEARNER_VERSION,
                content=learnt.content,
                article_count=kept.article_count,
                page_count=learnt.pages,
                now=lesson.clock.now(),
            )

    return await asyncio.to_thread(write)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the archive has of a site that it can be learnt from."""

    article_count: int
    captures: list[KeptCapture]
    links: dict[int, KnownLink]
    watermarks: list[tuple[str, int]]
    texts: dict[int, int]


def _kept(lesson: Lesson, *, takes_odd: bool) -> _Kept:
    with lesson.archive.read() as session:
        captures = profiles.captures_to_learn_from(
            session,
            lesson.site_id,
            limit=profiling.MOST_PAGES,
            quarantined_for=Reason.LAYOUT.value if takes_odd else None,
        )
        return _Kept(
            article_count=profiles.article_count(session, lesson.site_id),
            captures=captures,
            links=links.load_links(session, sorted({capture.link_id for capture in captures})),
            watermarks=relations.watermarks(session, lesson.site_id),
            texts=_shared_texts(session, lesson.site_id),
        )


def _shared_texts(session: Session, site_id: int) -> dict[int, int]:
    """The texts that stand at many addresses, and at how many."""
    found: dict[int, int] = {}
    for shared in profiles.shared_texts(session, site_id, fewest=profiling.MANY_ADDRESSES):
        count = profiling.addresses(shared.links)
        if count >= profiling.MANY_ADDRESSES and (whole := sighting.whole_of(shared.text)):
            found[whole] = count
    chosen = sorted(found, key=lambda whole: (-found[whole], whole))[: profiling.MOST_TEXTS]
    return {whole: found[whole] for whole in chosen}


def _tasks(
    lesson: Lesson, captures: Sequence[KeptCapture], known: dict[int, KnownLink]
) -> list[extraction.Task]:
    """The captures as they were read first; one whose body is damaged is passed over: `morgue verify` names it."""
    tasks = []
    for capture in captures:
        try:
            with lesson.archive.read() as session:
                body = lesson.archive.captures.get(session, capture.body_sha256)
        except CaptureError:
            continue
        link = known[capture.link_id]
        headers = {name.lower(): value for name, value in capture.headers}
        tasks.append(
            extraction.Task(
                body=body,
                url=capture.url_answered or capture.url,
                site=lesson.site,
                fetched_at=capture.fetched_at,
                content_type=headers.get("content-type"),
                feed_title=link.title,
                feed_published=link.published_at,
                is_truncated=capture.is_truncated,
                max_depth=lesson.settings.max_depth,
            )
        )
    return tasks
