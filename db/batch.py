"""One batch of ledger entries on its way into the tables: settles each in turn, then writes all rows.

Rows are gathered first and written per table in the order of their keys. Knows the state of the
articles it touches, and keeps it true while entries of the same article follow each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from db import search
from db.article_states import (
    ARTICLE_CHANGE,
    ArticleState,
    alive_elsewhere,
    article_change,
    article_row,
    load_articles,
)
from db.changes import ChangeKind, NewChange
from db.contents import digest, pack_content
from db.entries import Archived, Entry, NewArticle, NewExtraction, NewRevision
from db.models import (
    GUID_LIMIT,
    Article,
    ArticleUrl,
    Content,
    Extraction,
    Link,
    Quarantine,
    Revision,
    Unrelated,
    Visit,
    VisitOutcome,
    storable,
)
from db.revision_rows import Footing, indexed, revision_row
from db.statements import (
    Row,
    insert_or_ignore,
    insert_rows,
    reserve_ids,
    run_many,
    table_of,
)


@dataclass(slots=True)
class _Rows:
    """Rows to be inserted, by table."""

    contents: dict[bytes, Row] = field(default_factory=dict)
    extractions: list[Row] = field(default_factory=list)
    revisions: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    aliases: dict[tuple[int, str], Row] = field(default_factory=dict)
    quarantines: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    gone_links: list[Row] = field(default_factory=list)
    unrelated: list[Row] = field(default_factory=list)
    indexed: list[search.Indexed] = field(default_factory=list)


class Batch:
    """Entries that are written together. Each entry's capture must not have been archived before."""

    def __init__(self, session: Session, entries: Sequence[Entry], *, now: datetime) -> None:
        """Read the state of the articles that the entries name, and reserve ids, in a few statements."""
        self._session = session
        self._now = now
        self._rows = _Rows()
        self.changes: list[NewChange] = []  # for the stream, once all else is written
        self._created: dict[NewArticle, ArticleState] = {}
        self._articles = load_articles(session, entries)
        self._alive = alive_elsewhere(session, entries)
        new = {e.article for e in entries if isinstance(e.article, NewArticle)}
        self._visit_ids = iter(reserve_ids(session, Visit, len(entries)))
        self._article_ids = iter(reserve_ids(session, Article, len(new)))
        self._extraction_ids = iter(
            reserve_ids(session, Extraction, sum(e.extraction is not None for e in entries))
        )
        self._revision_ids = iter(
            reserve_ids(session, Revision, sum(e.revision is not None for e in entries))
        )

    def add(self, entry: Entry) -> Archived:
        """Settle one entry and gather its rows."""
        article = self._article_of(entry)
        extraction_id = next(self._extraction_ids) if entry.extraction else None
        outcome, revision_id, number = entry.outcome, entry.seen_revision_id, None
        if entry.revision is not None:
            assert article is not None
            assert extraction_id is not None
            if article.normal_sha256 == entry.revision.normal_sha256:
                outcome, revision_id = VisitOutcome.SAME_TEXT, article.revision_id
            else:
                is_first = article.revision_id is None
                outcome = VisitOutcome.NEW if is_first else VisitOutcome.REVISED
                revision_id = self._add_revision(entry, entry.revision, article, extraction_id)
                number = article.revision_count
        if entry.extraction is not None and extraction_id is not None:
            self._add_extraction(entry, entry.extraction, extraction_id, article)
        if article is not None:
            self._see(entry, article, revision_id)
        visit_id = self._add_visit(entry, outcome, revision_id)
        self._add_link_state(entry, outcome, article, revision_id)
        return Archived(
            visit_id=visit_id,
            outcome=outcome,
            article_id=article.id if article else None,
            revision_id=revision_id,
            revision_number=number,
        )

    def write(self) -> None:
        """Insert and update everything that was gathered."""
        session, rows = self._session, self._rows
        articles = [*self._articles.values(), *self._created.values()]
        contents = [rows.contents[sha256] for sha256 in sorted(rows.contents)]
        insert_or_ignore(session, Content, contents)
        insert_rows(session, Article, [article_row(a) for a in articles if a.is_new])
        insert_rows(session, Extraction, rows.extractions)
        insert_rows(session, Revision, rows.revisions)
        insert_or_ignore(session, Unrelated, rows.unrelated)
        insert_rows(session, Visit, rows.visits)
        insert_rows(session, Quarantine, rows.quarantines)
        changed = [a for a in articles if a.is_changed and not a.is_new]
        run_many(session, ARTICLE_CHANGE, [article_change(a) for a in changed])
        insert_or_ignore(session, ArticleUrl, list(rows.aliases.values()))
        seen = [row for row in rows.aliases.values() if row["article_id"] in self._articles]
        run_many(session, _ALIAS_BACK, [_alias_key(row) for row in seen])
        met = [row for row in seen if row["evidence"] != "canonical"]
        run_many(
            session,
            _ALIAS_MET,
            [_alias_key(row) | {"b_evidence": row["evidence"]} for row in met],
        )
        run_many(session, _LINK_STATE, rows.links)
        run_many(session, _ALIAS_GONE, rows.gone_links)
        search.index_revisions(session, rows.indexed)

    def _article_of(self, entry: Entry) -> ArticleState | None:
        if entry.article is None:
            return None
        if isinstance(entry.article, int):
            return self._articles[entry.article]
        article = self._created.get(entry.article)
        if article is None:
            article = ArticleState(
                id=next(self._article_ids),
                site_id=entry.site_id,
                guid=storable(entry.article.guid, GUID_LIMIT),
                first_seen_at=entry.visited_at,
                is_new=True,
            )
            self._created[entry.article] = article
        return article

    def _add_extraction(
        self,
        entry: Entry,
        extraction: NewExtraction,
        extraction_id: int,
        article: ArticleState | None,
    ) -> None:
        sha256 = digest(extraction.content)
        if sha256 not in self._rows.contents:
            self._rows.contents[sha256] = {
                "sha256": sha256,
                "revision_id": article.revision_id if article else None,
                "data": pack_content(extraction.content, text=article.text if article else ""),
            }
        self._rows.extractions.append(
            {
                "id": extraction_id,
                "capture_id": entry.capture_id,
                "extractor": extraction.extractor,
                "rules_sha256": extraction.rules_sha256,
                "content_sha256": sha256,
                "verdict": "believed" if extraction.is_believed else "quarantined",
                "read_at": self._now,
                "profile_id": extraction.profile_id,
            }
        )
        if not extraction.is_believed:
            self._rows.quarantines.append(
                {
                    "extraction_id": extraction_id,
                    "link_id": entry.link_id,
                    "reason": extraction.reason or "unknown",
                    "detail": extraction.detail,
                    "quarantined_at": entry.visited_at,
                }
            )

    def _add_revision(
        self, entry: Entry, revision: NewRevision, article: ArticleState, extraction_id: int
    ) -> int:
        revision_id = next(self._revision_ids)
        previous_seen_at = article.seen_at
        if previous_seen_at is not None:  # a clock that was set back does not turn the order round
            previous_seen_at = min(previous_seen_at, entry.visited_at)
        article.revision_count += 1
        article.revision_id = revision_id
        article.normal_sha256 = revision.normal_sha256
        article.text = storable(revision.text) or ""
        article.seen_at = None
        article.shingles = tuple(dict.fromkeys(revision.shingles))
        article.is_changed = True
        self._note(ChangeKind.REVISION, article)
        self._rows.unrelated.append({"article_id": article.id, "site_id": article.site_id})
        footing = Footing(
            revision_id=revision_id,
            article_id=article.id,
            number=article.revision_count,
            capture_id=entry.capture_id or 0,
            extraction_id=extraction_id,
            first_seen_at=entry.visited_at,
            previous_seen_at=previous_seen_at,
        )
        self._rows.revisions.append(revision_row(revision, footing, now=self._now))
        self._rows.indexed.append(indexed(revision_id, revision))
        return revision_id

    def _note(self, kind: ChangeKind, article: ArticleState) -> None:
        """Remember what the stream of changes is to say, with the article's newest revision."""
        self.changes.append(NewChange(kind, article.site_id, article.id, article.revision_id))

    def _see(self, entry: Entry, article: ArticleState, revision_id: int | None) -> None:
        """Keep the article's state: there or gone, its aliases, when its newest revision was seen."""
        if entry.outcome is VisitOutcome.GONE:
            if article.gone_at is None and article.id not in self._alive:
                article.gone_at = entry.visited_at
                article.is_changed = True
                self._note(ChangeKind.GONE, article)
            return
        if revision_id is not None:
            if revision_id == article.revision_id:
                article.seen_at = max(filter(None, (article.seen_at, entry.visited_at)))
            if article.gone_at is not None:
                article.gone_at = None
                article.is_changed = True
                self._note(ChangeKind.BACK, article)
        for alias in entry.aliases:
            self._rows.aliases.setdefault(
                (article.id, alias.url_key),
                {
                    "article_id": article.id,
                    "site_id": article.site_id,
                    "url": alias.url,
                    "url_key": alias.url_key,
                    "evidence": alias.evidence,
                    "from_at": entry.visited_at,
                    "to_at": None,
                },
            )

    def _add_visit(self, entry: Entry, outcome: VisitOutcome, revision_id: int | None) -> int:
        visit_id = next(self._visit_ids)
        self._rows.visits.append(
            {
                "id": visit_id,
                "crawl_id": entry.crawl_id,
                "link_id": entry.link_id,
                "visited_at": entry.visited_at,
                "outcome": outcome.value,
                "status": entry.status,
                "capture_id": entry.capture_id,
                "revision_id": revision_id,
                "detail": storable(entry.detail, 2000),
            }
        )
        return visit_id

    def _add_link_state(
        self,
        entry: Entry,
        outcome: VisitOutcome,
        article: ArticleState | None,
        revision_id: int | None,
    ) -> None:
        state = entry.link_state
        self._rows.links.append(
            {
                "b_id": entry.link_id,
                "b_article_id": article.id if article else None,
                "b_revision_id": revision_id,
                "b_visited_at": entry.visited_at,
                "b_due_at": state.due_at,
                "b_etag": state.etag,
                "b_last_modified": state.last_modified,
                "b_failure_count": state.failure_count,
                "b_modified_at": state.modified_at,
            }
        )
        if outcome is VisitOutcome.GONE and article is not None:
            self._rows.gone_links.append(
                {
                    "b_link_id": entry.link_id,
                    "b_article_id": article.id,
                    "b_to_at": entry.visited_at,
                }
            )


_LINK = table_of(Link).c
_LINK_STATE = (
    update(table_of(Link))
    .where(_LINK.id == bindparam("b_id"))
    .values(
        article_id=func.coalesce(bindparam("b_article_id"), _LINK.article_id),
        revision_id=func.coalesce(bindparam("b_revision_id"), _LINK.revision_id),
        visited_modified_at=func.coalesce(bindparam("b_modified_at"), _LINK.visited_modified_at),
        visited_at=bindparam("b_visited_at"),
        visit_count=_LINK.visit_count + 1,
        due_at=bindparam("b_due_at"),
        etag=bindparam("b_etag"),
        last_modified=bindparam("b_last_modified"),
        failure_count=bindparam("b_failure_count"),
    )
)

_ALIAS = table_of(ArticleUrl).c
_ALIAS_BACK = (
    update(table_of(ArticleUrl))
    .where(
        _ALIAS.article_id == bindparam("b_article_id"),
        _ALIAS.url_key == bindparam("b_url_key"),
        _ALIAS.to_at.is_not(None),
    )
    .values(to_at=None)
)
_ALIAS_MET = (  # what only a canonical link had named was now asked for, or answered
    update(table_of(ArticleUrl))
    .where(
        _ALIAS.article_id == bindparam("b_article_id"),
        _ALIAS.url_key == bindparam("b_url_key"),
        _ALIAS.evidence == "canonical",
    )
    .values(evidence=bindparam("b_evidence"))
)
_ALIAS_GONE = (
    update(table_of(ArticleUrl))
    .where(
        _ALIAS.article_id == bindparam("b_article_id"),
        _ALIAS.url_key
        == select(_LINK.url_key).where(_LINK.id == bindparam("b_link_id")).scalar_subquery(),
        _ALIAS.to_at.is_(None),
    )
    .values(to_at=bindparam("b_to_at"))
)


def _alias_key(alias: Row) -> Row:
    return {"b_article_id": alias["article_id"], "b_url_key": alias["url_key"]}
