"""Builds an archive of many revisions by bulk inserts, for questions to be measured on.

The rows are as crawls write them, but without captures' bodies: sites, links, aliases, visits, captures, extractions,
revisions, removals, supersessions, changes and search rows. The same number of revisions gives the same archive.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from db import models
from db.archive import Archive
from db.asking import search
from db.statements import insert_rows, is_postgres, table_of

SITES = 200
ARTICLES_IN = 0.3  # articles a revision
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=365)
LAST = BEGAN + SPAN
WORDS = 45  # of a text: some 300 bytes
BATCH = 5_000
DIGEST = b"d" * 32

_VOCABULARY = 20_000


@dataclass(frozen=True, slots=True)
class Event:
    """A revision of an article, first seen at a moment."""

    at: datetime
    article: int
    number: int


def vocabulary() -> list[str]:
    """Words, the frequent ones first."""
    dice = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(dice.choices(letters, k=dice.randint(4, 9))) for _ in range(_VOCABULARY)]


def article_count(revisions: int) -> int:
    """How many articles have so many revisions."""
    return int(revisions * ARTICLES_IN)


def url_key(article: int) -> str:
    """The URL key under which an article was met first."""
    return f"site-{article % SITES}.example/{article}"


def build(archive: Archive, revisions: int) -> None:
    """Fill an empty archive."""
    articles = article_count(revisions)
    events = _events(revisions, articles)
    last: dict[int, int] = {}
    for revision_id, event in enumerate(events, 1):
        last[event.article] = revision_id
    with archive.write() as session:
        _add_sites(session)
        for rows in _batches(_articles(events, last)):
            insert_rows(session, models.Article, rows)
        for rows in _batches(_links(articles)):
            insert_rows(session, models.Link, rows)
        for rows in _batches(_aliases(articles)):
            insert_rows(session, models.ArticleUrl, rows)
    texts = _texts()
    visit_ids = iter(range(1, 1 << 40))
    for at in range(0, len(events), BATCH):
        with archive.write() as session:
            part = events[at : at + BATCH]
            _add_revisions(session, part, texts, first_id=at + 1, visit_ids=visit_ids)
        if at % (BATCH * 20) == 0:
            print(f"built {at} of {len(events)}", flush=True)
    with archive.write() as session:
        for rows in _batches(_supersessions(events)):
            insert_rows(session, models.Supersession, rows)
        for rows in _batches(_removals(articles)):
            insert_rows(session, models.Removal, rows)
        session.execute(
            text("UPDATE counter SET value = :n WHERE name = 'change'"), {"n": len(events)}
        )
        if not is_postgres(session):
            session.execute(text("INSERT INTO search (search) VALUES ('optimize')"))
    _settle(archive)


def _events(revisions: int, articles: int) -> list[Event]:
    """The revisions in the order in which they were seen; article 1 is met first."""
    dice = random.Random(3)
    step = SPAN * 0.9 / articles
    met = [BEGAN + step * n for n in range(articles)]
    counts = [1] * articles
    for _ in range(revisions - articles):
        counts[min(int(dice.random() ** 1.5 * articles), articles - 1)] += 1
    found = []
    for article, count in enumerate(counts, 1):
        at = met[article - 1]
        for number in range(1, count + 1):
            found.append(Event(at, article, number))
            at += timedelta(milliseconds=dice.randint(3_600_000, 40_000_000))
    found.sort(key=lambda event: (event.at, event.article))
    return found


def _texts() -> Iterator[list[str]]:
    """Texts with the word frequencies of a language."""
    dice = random.Random(2)
    words = vocabulary()
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    while True:
        yield dice.choices(words, cum_weights=weights, k=WORDS)


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _add_sites(session: Session) -> None:
    session.execute(
        insert(models.Site),
        [
            {
                "id": n + 1,
                "name": f"site-{n}",
                "title": f"Site {n}",
                "home": f"https://site-{n}.example/",
                "is_ad_hoc": False,
                "added_at": BEGAN,
                "failure_count": 0,
            }
            for n in range(SITES)
        ],
    )
    session.execute(
        insert(models.Crawl),
        [{"id": 1, "started_at": BEGAN, "trigger": "command", "owner": "bench:1"}],
    )
    session.execute(insert(models.Content), [{"sha256": DIGEST, "data": _content()}])


def _content() -> bytes:
    from db.archiving.contents import pack_content  # noqa: PLC0415

    return pack_content(b'{"text":""}', text="")


def _links(articles: int) -> Iterator[dict[str, Any]]:
    for article in range(1, articles + 1):
        yield {
            "id": article,
            "site_id": article % SITES + 1,
            "article_id": article,
            "url": f"https://{url_key(article)}",
            "url_key": url_key(article),
            "depth": 0,
            "found_at": BEGAN,
            "visit_count": 3,
            "failure_count": 0,
        }


def _articles(events: list[Event], last: dict[int, int]) -> Iterator[dict[str, Any]]:
    firsts = {event.article: event.at for event in reversed(events)}
    counts: dict[int, int] = {}
    for event in events:
        counts[event.article] = max(counts.get(event.article, 0), event.number)
    for article in sorted(firsts):
        yield {
            "id": article,
            "site_id": article % SITES + 1,
            "guid": None,
            "first_seen_at": firsts[article],
            "revision_count": counts[article],
            "revision_id": last[article],
            "gone_at": LAST if article % 60 == 0 else None,
        }


def _aliases(articles: int) -> Iterator[dict[str, Any]]:
    step = SPAN * 0.9 / articles
    for article in range(1, articles + 1):
        for form, at in (("", timedelta()), ("?a", timedelta(days=1))):
            if form and article % 5:
                continue
            yield {
                "article_id": article,
                "site_id": article % SITES + 1,
                "url": f"https://{url_key(article)}{form}",
                "url_key": f"{url_key(article)}{form}",
                "evidence": "canonical" if form else "asked",
                "from_at": BEGAN + step * (article - 1) + at,
                "to_at": None,
            }


def _add_revisions(
    session: Session,
    events: list[Event],
    texts: Iterator[list[str]],
    *,
    first_id: int,
    visit_ids: Iterator[int],
) -> None:
    rows: dict[type[models.Base], list[dict[str, Any]]] = {
        model: []
        for model in (
            models.Capture,
            models.Extraction,
            models.Revision,
            models.Visit,
            models.Change,
        )
    }
    indexed = []
    for number, event in enumerate(events, first_id):
        chosen = next(texts)
        title = " ".join(chosen[:6])
        body = " ".join(chosen)
        rows[models.Capture].append(_capture(number, event))
        rows[models.Extraction].append(_extraction(number, event))
        rows[models.Revision].append(_revision(number, event, title, body))
        rows[models.Visit] += _visits(number, event, visit_ids)
        rows[models.Change].append(_change(number, event))
        indexed.append(search.Indexed(number, title, body))
    for model, values in rows.items():
        insert_rows(session, model, values)
    search.index_revisions(session, indexed)


def _capture(number: int, event: Event) -> dict[str, Any]:
    return {
        "id": number,
        "link_id": event.article,
        "crawl_id": 1,
        "fetched_at": event.at,
        "url": f"https://{url_key(event.article)}",
        "status": 200,
        "headers": b"",
        "body_sha256": number.to_bytes(32, "big"),
        "body_size": 1,
        "is_truncated": False,
    }


def _extraction(number: int, event: Event) -> dict[str, Any]:
    return {
        "id": number,
        "capture_id": number,
        "extractor": "1",
        "rules_sha256": DIGEST,
        "content_sha256": DIGEST,
        "verdict": "believed",
        "read_at": event.at,
    }


def _revision(number: int, event: Event, title: str, body: str) -> dict[str, Any]:
    return {
        "id": number,
        "article_id": event.article,
        "number": event.number,
        "capture_id": number,
        "extraction_id": number,
        "first_seen_at": event.at,
        "previous_seen_at": None,
        "recorded_at": event.at,
        "title": title,
        "text": body,
        "authors": ["A. Writer"],
        "published_at": event.at,
        "language": "en",
        "normal_sha256": number.to_bytes(32, "big"),
    }


def _visits(number: int, event: Event, ids: Iterator[int]) -> Iterator[dict[str, Any]]:
    """The look that saw the revision first, and another one."""
    for outcome, later in (("new", 0), ("same_bytes", 1)):
        yield {
            "id": next(ids),
            "crawl_id": 1,
            "link_id": event.article,
            "visited_at": event.at + timedelta(minutes=30 * later),
            "outcome": outcome,
            "status": 304 if later else 200,
            "capture_id": None if later else number,
            "revision_id": number,
            "detail": None,
            "recorded_at": None,
        }


def _change(number: int, event: Event) -> dict[str, Any]:
    return {
        "id": number,
        "recorded_at": event.at,
        "reached_at": event.at,
        "kind": "revision",
        "site_id": event.article % SITES + 1,
        "article_id": event.article,
        "revision_id": number,
        "action_id": None,
    }


def _supersessions(events: list[Event]) -> Iterator[dict[str, Any]]:
    """One of fifty revisions that are not their article's first does not stand any more."""
    ids = {(event.article, event.number): number for number, event in enumerate(events, 1)}
    for number, event in enumerate(events, 1):
        has_later = (event.article, event.number + 1) in ids
        if event.number > 1 and has_later and number % 50 == 0:
            yield {
                "revision_id": number,
                "by_revision_id": ids[event.article, event.number - 1],
                "action_id": None,
                "reason": "reextracted",
                "superseded_at": LAST,
                "restored_at": None,
            }


def _removals(articles: int) -> Iterator[dict[str, Any]]:
    for article in range(60, articles + 1, 60):
        yield {
            "article_id": article,
            "evidence": "410",
            "detail": None,
            "suspected_at": LAST,
            "confirmed_at": LAST,
            "returned_at": None,
            "recorded_at": LAST,
        }


def _settle(archive: Archive) -> None:
    """Let the database know what it holds, as it would by itself in time; ids go on after ours."""
    with archive.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if archive.url.get_backend_name() == "postgresql":
            for model in (models.Site, models.Link, models.Article, models.Revision, models.Visit):
                name = table_of(model).name
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
                    )
                )
            connection.execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(text("ANALYZE"))
