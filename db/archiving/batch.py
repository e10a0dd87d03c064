"""One batch of ledger entries on its way into the tables: settles each in turn, then writes all rows.

Rows are gathered first and written per table in the order of their keys. Knows the state of the
articles it touches, and keeps it true while entries of the same article follow each other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session

from db.archiving.article_states import ArticleState, KnownSuspicion, load_articles
from db.archiving.batch_rows import Rows
from db.archiving.contents import digest, pack_content
from db.archiving.entries import Archived, Entry, NewArticle, NewExtraction, NewRevision
from db.archiving.looks import alive_elsewhere
from db.archiving.revision_rows import Footing, indexed, read_back, revision_row
from db.histories import removals
from db.histories.changes import ChangeKind, NewChange
from db.histories.removals import Evidence
from db.histories.variants import Seen, Sight, Text
from db.models import (
    GUID_LIMIT,
    Article,
    Extraction,
    Revision,
    Visit,
    VisitOutcome,
    storable,
)
from db.statements import reserve_ids

_ASKED_LATELY = timedelta(hours=1)
"""A link that was looked at so lately needs no look because another of its article is gone."""

_OUTCOMES = {
    Sight.NEW: VisitOutcome.NEW,
    Sight.REVISED: VisitOutcome.REVISED,
    Sight.RETURNED: VisitOutcome.REVISED,
    Sight.VARIANT: VisitOutcome.VARIANT,
}

PROMPTLY = timedelta(minutes=1)
"""A visit recorded so soon was learnt when it took place; of others the moment is kept."""


class _Proof(NamedTuple):
    """A text, and the capture and extraction that prove it."""

    revision: NewRevision
    capture_id: int
    extraction_id: int


class Batch:
    """Entries that are written together. Each entry's capture must not have been archived before."""

    def __init__(
        self,
        session: Session,
        entries: Sequence[Entry],
        *,
        locked: Mapping[int, Row[*tuple[Any, ...]]],
        now: datetime,
    ) -> None:
        """Read the state of the articles that the entries name, and reserve ids, in a few statements.

        Those in `locked` have been read (db.archiving.following).
        """
        self._session = session
        self._now = now
        self._rows = Rows()
        self.changes: list[NewChange] = []  # for the stream, once all else is written
        self._created: dict[NewArticle, ArticleState] = {}
        self._articles = load_articles(session, entries, locked=locked)
        self._alive = alive_elsewhere(
            session,
            {
                (entry.article, entry.link_id)
                for entry in entries
                if entry.evidence is not None and isinstance(entry.article, int)
            },
        )
        self._showing: dict[int, set[int]] = defaultdict(set)  # links, by the article they showed
        new = {e.article for e in entries if isinstance(e.article, NewArticle)}
        self._visit_ids = iter(reserve_ids(session, Visit, len(entries)))
        self._article_ids = iter(reserve_ids(session, Article, len(new)))
        self._extraction_ids = iter(
            reserve_ids(session, Extraction, sum(e.extraction is not None for e in entries))
        )
        self._revision_ids = iter(
            reserve_ids(session, Revision, sum(self._may_add(e) for e in entries))
        )

    def add(self, entry: Entry) -> Archived:
        """Settle one entry and gather its rows."""
        article = self._article_of(entry)
        extraction_id = next(self._extraction_ids) if entry.extraction else None
        outcome, revision_id, number = entry.outcome, entry.seen_revision_id, None
        seen = self._look(entry, article) if article is not None else None
        if article is not None and seen is not None:
            outcome = self._outcome(entry, seen)
            text = article.known.order.texts[seen.place]
            if seen.is_revision:
                proof = self._proof(entry, article, text, extraction_id)
                self._add_revision(proof, article, text)
                number = article.revision_count
            revision_id = text.revision_id
        if entry.extraction is not None and extraction_id is not None:
            self._add_extraction(entry, entry.extraction, extraction_id, article)
        if article is not None:
            self._see(entry, article, revision_id)
        visit_id = self._add_visit(entry, outcome, revision_id)
        self._add_link_state(entry, article, revision_id, is_edit=outcome is VisitOutcome.REVISED)
        return Archived(
            visit_id=visit_id,
            outcome=outcome,
            article_id=article.id if article else None,
            revision_id=revision_id,
            revision_number=number,
        )

    def write(self) -> None:
        """Insert and update everything that was gathered."""
        articles = [*self._articles.values(), *self._created.values()]
        for article in articles:
            self._rows.add_removals(article)
        self._note_aliases()
        self._rows.write(self._session, articles, now=self._now)

    def _note_aliases(self) -> None:
        """Tell the stream of URLs that came or went, where nothing larger is told of it."""
        told = {
            each.article_id
            for each in self.changes
            if each.kind in (ChangeKind.GONE, ChangeKind.BACK)
        }
        for article_id in self._rows.changed_aliases(self._session, set(self._articles)):
            if article_id not in told:
                self._note(ChangeKind.ALIAS, self._articles[article_id])

    def _may_add(self, entry: Entry) -> bool:
        """Whether this look may make a revision: it brings a text, or sees one that may be returned to."""
        if entry.revision is not None:
            return True
        return (
            entry.seen_revision_id is not None
            and isinstance(entry.article, int)
            and self._articles[entry.article].is_followed
        )

    def _look(self, entry: Entry, article: ArticleState) -> Seen | None:
        """What the look comes to by the rule of variants; None where it saw no text of the article."""
        order = article.known.order
        if entry.revision is not None:
            sha256: bytes | None = entry.revision.normal_sha256
        elif entry.seen_revision_id is not None:
            sha256 = article.known.digest_of(entry.seen_revision_id)
        else:
            sha256 = None
        if sha256 is None:
            if entry.evidence is not None:
                order.lose(link_id=entry.link_id, at=entry.visited_at)
            return None
        was_open = order.open_set
        members = set(was_open.from_at) if was_open else set()
        seen = order.see(sha256, link_id=entry.link_id, at=entry.visited_at)
        now_open = order.open_set or was_open
        if now_open is not None:
            has_joined = len(now_open.from_at) > len(members)
            if has_joined or now_open.to_at is not None:
                ids = {place: order.texts[place].revision_id or 0 for place in now_open.from_at}
                self._rows.add_variants(
                    article.id, now_open, ids, is_known={ids[place] for place in members}
                )
                self._note(ChangeKind.VARIANT, article)
        return seen

    def _outcome(self, entry: Entry, seen: Seen) -> VisitOutcome:
        if seen.sight in _OUTCOMES:
            return _OUTCOMES[seen.sight]
        return VisitOutcome.SAME_TEXT if entry.revision is not None else entry.outcome

    def _proof(
        self, entry: Entry, article: ArticleState, text: Text, extraction_id: int | None
    ) -> _Proof:
        """The text that the look saw, with what proves it: the look's own capture if it brought a page."""
        if entry.revision is not None:
            assert entry.capture_id is not None
            assert extraction_id is not None
            return _Proof(entry.revision, entry.capture_id, extraction_id)
        earlier = next(
            each.revision_id
            for each in reversed(article.known.order.texts[:-1])
            if each.digest == text.digest
        )
        row = self._rows.revision(earlier) or self._session.get_one(Revision, earlier)
        # its own sample is not kept; that of the text beside it has nearly all of it
        revision = replace(read_back(row), shingles=article.shingles)
        return _Proof(revision, row.capture_id, row.extraction_id)

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

    def _add_revision(self, proof: _Proof, article: ArticleState, text: Text) -> None:
        revision = proof.revision
        text.revision_id = revision_id = next(self._revision_ids)
        article.known.places[revision_id] = len(article.known.order.texts) - 1
        article.revision_count += 1
        article.revision_id = revision_id
        article.text = storable(revision.text) or ""
        article.shingles = tuple(dict.fromkeys(revision.shingles))
        article.is_changed = True
        self._note(ChangeKind.REVISION, article)
        self._rows.unrelated.append({"article_id": article.id, "site_id": article.site_id})
        footing = Footing(
            revision_id=revision_id,
            article_id=article.id,
            number=article.revision_count,
            capture_id=proof.capture_id,
            extraction_id=proof.extraction_id,
            first_seen_at=text.first_seen_at,
            previous_seen_at=text.previous_seen_at,
        )
        self._rows.revisions.append(revision_row(revision, footing, now=self._now))
        self._rows.indexed.append(indexed(revision_id, revision))

    def _note(self, kind: ChangeKind, article: ArticleState) -> None:
        """Remember what the stream of changes is to say, with the article's newest revision."""
        self.changes.append(NewChange(kind, article.site_id, article.id, article.revision_id))

    def _see(self, entry: Entry, article: ArticleState, revision_id: int | None) -> None:
        """Keep the article's state: there or gone, and its aliases."""
        if entry.evidence is not None:
            self._miss(entry, article, entry.evidence)
            return
        if revision_id is not None:
            self._showing[article.id].add(entry.link_id)
            self._meet(entry, article)
            if not entry.aliases:
                self._rows.seen_links[entry.link_id] = article.id
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
                    "because": storable(alias.because),
                },
            )

    def _miss(self, entry: Entry, article: ArticleState, evidence: Evidence) -> None:
        """A link of the article shows it no longer: it may be gone, if no other does."""
        self._showing[article.id].discard(entry.link_id)
        self._rows.add_gone_link(entry, article)
        if self._showing[article.id]:
            return
        if article.id in self._alive:
            self._rows.ask_others(entry, article, before=entry.visited_at - _ASKED_LATELY)
            return
        suspicion = removals.suspect(
            article.suspicion,
            evidence,
            link_id=entry.link_id,
            at=entry.visited_at,
            detail=storable(entry.detail, 2000),
        )
        if suspicion is not article.suspicion:
            article.suspicion = suspicion
            article.suspicions.append(KnownSuspicion(suspicion))
        if suspicion.confirmed_at is not None and article.gone_at is None:
            article.gone_at = suspicion.suspected_at
            article.is_changed = True
            self._note(ChangeKind.GONE, article)

    def _meet(self, entry: Entry, article: ArticleState) -> None:
        """A text of the article was seen: it is there, whatever was suspected."""
        if article.suspicion is not None:
            article.suspicion.end(entry.visited_at)
            article.suspicion = None
        if article.gone_at is not None:
            article.gone_at = None
            article.is_changed = True
            self._note(ChangeKind.BACK, article)

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
                "recorded_at": self._now if abs(self._now - entry.visited_at) > PROMPTLY else None,
            }
        )
        return visit_id

    def _add_link_state(
        self,
        entry: Entry,
        article: ArticleState | None,
        revision_id: int | None,
        *,
        is_edit: bool,
    ) -> None:
        state = entry.link_state
        due_at = state.due_at
        if entry.evidence is not None and article is not None and article.suspicion is not None:
            due_at = article.suspicion.look_again_by(entry.visited_at, due_at=due_at)
        self._rows.links.append(
            {
                "b_id": entry.link_id,
                "b_article_id": article.id if article else None,
                "b_revision_id": revision_id,
                "b_visited_at": entry.visited_at,
                "b_due_at": due_at,
                "b_etag": state.etag,
                "b_last_modified": state.last_modified,
                "b_failure_count": state.failure_count,
                "b_modified_at": state.modified_at,
                "b_due_rule": state.due_rule,
                "b_edits": int(is_edit),
                "b_edited_at": entry.visited_at if is_edit else None,
                "b_is_live": state.is_live,
            }
        )
