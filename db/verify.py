"""Checks that the archive keeps its promises, over all of it. Reads only; knows no way to repair.

Every check reads in steps of its own, so that a crawl beside it is not held up.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Integer, func, select, text
from sqlalchemy.orm import Session, aliased

from db.archive import Archive
from db.captures import CaptureError
from db.contents import digest, unpack_content
from db.models import (
    Article,
    ArticleUrl,
    Capture,
    Content,
    Extraction,
    Link,
    Revision,
    SiteProfile,
    Visit,
)
from db.statements import is_postgres

STEP = 500
MOST = 1000
"""Violations of one kind that are told: an archive that is damaged throughout says so sooner."""


@dataclass(frozen=True)
class Violation:
    """A promise that is not kept."""

    promise: str  # a short name, such as "revision_numbers"
    what: str  # "article 7", "capture 12" ...
    detail: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is."""

    promise: str
    done: int
    total: int


def verify(
    archive: Archive, *, progress: Callable[[Progress], None] = lambda _: None
) -> list[Violation]:
    """Check every promise. An empty list means that all are kept."""
    violations: list[Violation] = []
    checks = (_revision_numbers, _neighbours, _articles, _proofs, _aliases, _visits, _profiles)
    for check in checks:
        with archive.read() as session:
            violations += itertools.islice(check(session), MOST)
    violations += itertools.islice(_searched(archive, progress), MOST)
    violations += itertools.islice(_contents(archive, progress), MOST)
    violations += itertools.islice(_captures(archive, progress), MOST)
    return violations


def _revision_numbers(session: Session) -> Iterator[Violation]:
    rows = session.execute(
        select(
            Revision.article_id, func.count(), func.min(Revision.number), func.max(Revision.number)
        )
        .group_by(Revision.article_id)
        .having((func.min(Revision.number) != 1) | (func.max(Revision.number) != func.count()))
    )
    for article_id, count, first, last in rows:
        detail = f"{count} revisions are numbered from {first} to {last}"
        yield Violation("revision_numbers", f"article {article_id}", detail)


def _neighbours(session: Session) -> Iterator[Violation]:
    previous = aliased(Revision)
    rows = session.execute(
        select(Revision.article_id, Revision.number)
        .join(
            previous,
            (previous.article_id == Revision.article_id) & (previous.number == Revision.number - 1),
        )
        .where(previous.normal_sha256 == Revision.normal_sha256)
    )
    for article_id, number in rows:
        detail = f"revision {number} says the same as the one before it"
        yield Violation("revisions_differ", f"article {article_id}", detail)


def _articles(session: Session) -> Iterator[Violation]:
    newest = (
        select(Revision.article_id, func.max(Revision.number).label("number"))
        .group_by(Revision.article_id)
        .subquery()
    )
    stated = aliased(Revision)
    rows = session.execute(
        select(Article.id, Article.revision_count, newest.c.number, stated.number)
        .outerjoin(newest, newest.c.article_id == Article.id)
        .outerjoin(stated, stated.id == Article.revision_id)
        .where(
            (Article.revision_count != func.coalesce(newest.c.number, 0))
            | (func.coalesce(stated.number, 0) != func.coalesce(newest.c.number, 0))
        )
    )
    for article_id, count, number, named in rows:
        detail = f"counts {count} and names {named} as its newest, but {number} is"
        yield Violation("article_newest", f"article {article_id}", detail)


def _proofs(session: Session) -> Iterator[Violation]:
    rows = session.execute(
        select(Revision.id, Revision.article_id, Revision.number)
        .outerjoin(Capture, Capture.id == Revision.capture_id)
        .outerjoin(Extraction, Extraction.id == Revision.extraction_id)
        .where(Capture.id.is_(None) | Extraction.id.is_(None))
    )
    for _, article_id, number in rows:
        detail = f"revision {number} has no capture or extraction that proves it"
        yield Violation("revision_proof", f"article {article_id}", detail)


def _aliases(session: Session) -> Iterator[Violation]:
    rows = session.execute(
        select(Article.id)
        .outerjoin(ArticleUrl, ArticleUrl.article_id == Article.id)
        .where(ArticleUrl.id.is_(None))
    )
    for (article_id,) in rows:
        yield Violation("article_url", f"article {article_id}", "it has no URL")


def _visits(session: Session) -> Iterator[Violation]:
    rows = session.execute(
        select(Visit.id, Visit.link_id, Revision.article_id)
        .join(Link, Link.id == Visit.link_id)
        .outerjoin(Revision, Revision.id == Visit.revision_id)
        .where(Visit.outcome.in_(("new", "revised", "same_text")), Revision.id.is_(None))
    )
    for visit_id, link_id, _ in rows:
        detail = f"it saw a text at link {link_id}, but names no revision"
        yield Violation("visit_revision", f"visit {visit_id}", detail)


def _profiles(session: Session) -> Iterator[Violation]:
    """What was learnt of a site has its digest, and what was read with it names it."""
    rows = session.execute(
        select(SiteProfile.id, SiteProfile.digest_sha256, SiteProfile.content)
        .order_by(SiteProfile.id)
        .execution_options(yield_per=STEP)
    )
    for profile_id, sha256, content in rows:
        if digest(content) != sha256:
            yield Violation(
                "profiles", f"profile {profile_id}", "its content does not have its digest"
            )
    unnamed = session.execute(
        select(Extraction.id, Extraction.profile_id)
        .outerjoin(SiteProfile, SiteProfile.id == Extraction.profile_id)
        .where(Extraction.profile_id.is_not(None), SiteProfile.id.is_(None))
    )
    for extraction_id, missing_id in unnamed:
        detail = f"it was read with profile {missing_id}, which is not there"
        yield Violation("profiles", f"extraction {extraction_id}", detail)


def _searched(archive: Archive, progress: Callable[[Progress], None]) -> Iterator[Violation]:
    with archive.read() as session:
        key = "revision_id" if is_postgres(session) else "rowid"
    for numbers in _steps(archive, Revision.id, "search_rows", progress):
        with archive.read() as session:
            known = set(session.scalars(select(Revision.id).where(Revision.id.between(*numbers))))
            indexed = set(
                session.scalars(
                    text(
                        f"SELECT {key} AS n FROM search WHERE {key} BETWEEN :first AND :last"
                    ).columns(n=Integer),
                    {"first": numbers[0], "last": numbers[1]},
                )
            )
        for revision_id in sorted(known - indexed):
            yield Violation("search_rows", f"revision {revision_id}", "it cannot be searched")
        for revision_id in sorted(indexed - known):
            yield Violation("search_rows", f"revision {revision_id}", "searched, but not there")


def _contents(archive: Archive, progress: Callable[[Progress], None]) -> Iterator[Violation]:
    for first, last in _steps(archive, Extraction.id, "contents", progress):
        with archive.read() as session:
            rows = session.execute(
                select(Extraction.id, Content.sha256, Content.data, Revision.text)
                .outerjoin(Content, Content.sha256 == Extraction.content_sha256)
                .outerjoin(Revision, Revision.id == Content.revision_id)
                .where(Extraction.id.between(first, last))
            ).all()
        for extraction_id, sha256, data, base in rows:
            if sha256 is None or not _is_whole(data, sha256, base or ""):
                detail = "what it read does not have its digest"
                yield Violation("contents", f"extraction {extraction_id}", detail)


def _is_whole(data: bytes, sha256: bytes, base: str) -> bool:
    try:
        return digest(unpack_content(data, text=base)) == sha256
    except Exception:  # noqa: BLE001 - whatever the damage is called
        return False


def _captures(archive: Archive, progress: Callable[[Progress], None]) -> Iterator[Violation]:
    """Every body is there and has its digest; of a damaged one, the revisions that lose their proof."""
    for first, last in _steps(archive, Capture.id, "captures", progress):
        with archive.read() as session:
            bodies = session.execute(
                select(Capture.id, Capture.body_sha256).where(Capture.id.between(first, last))
            ).all()
            for capture_id, sha256 in bodies:
                try:
                    archive.captures.get(session, sha256)
                except CaptureError as error:
                    detail = f"{error}{_unproven(session, capture_id)}"
                    yield Violation("captures", f"capture {capture_id}", detail)


def _unproven(session: Session, capture_id: int) -> str:
    rows = session.execute(
        select(Revision.article_id, Revision.number).where(Revision.capture_id == capture_id)
    )
    lost = ", ".join(f"revision {number} of article {article_id}" for article_id, number in rows)
    return f"; unproven: {lost}" if lost else ""


def _steps(
    archive: Archive, column: object, promise: str, progress: Callable[[Progress], None]
) -> Iterable[tuple[int, int]]:
    """Ranges of numbers, from the first to the last there is."""
    with archive.read() as session:
        last = session.scalar(select(func.max(column))) or 0
    for first in range(1, last + 1, STEP):
        yield first, min(first + STEP - 1, last)
        progress(Progress(promise, min(first + STEP - 1, last), last))
