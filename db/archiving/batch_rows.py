"""The rows of one batch of ledger entries, by table, and the statements that write them. Decides nothing.

Rows are written per table in the order of their keys, so that a batch costs a handful of statements whatever its size.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from db.archiving.article_states import ARTICLE_CHANGE, ArticleState, article_change, article_row
from db.archiving.entries import Entry
from db.asking import search
from db.histories.variants import VariantSet
from db.models import (
    Article,
    ArticleUrl,
    Content,
    Extraction,
    Link,
    Quarantine,
    Removal,
    Revision,
    Unrelated,
    Variant,
    Visit,
)
from db.statements import Row, chunks, insert_or_ignore, insert_rows, run_many, table_of


@dataclass(slots=True)
class Rows:
    """Rows to be inserted and changes to be made."""

    contents: dict[bytes, Row] = field(default_factory=dict)
    extractions: list[Row] = field(default_factory=list)
    revisions: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    aliases: dict[tuple[int, str], Row] = field(default_factory=dict)
    quarantines: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    gone_links: list[Row] = field(default_factory=list)
    seen_links: dict[int, int] = field(
        default_factory=dict
    )  # link -> article that it shows as before
    met_again: list[tuple[int, str]] = field(default_factory=list)  # URLs that had been lost
    asked_links: list[Row] = field(default_factory=list)  # others of an article that lost one
    variants: dict[tuple[int, int, int], Row] = field(
        default_factory=dict
    )  # by article, set, revision
    settled_sets: list[Row] = field(default_factory=list)  # what was said of them counts no longer
    removals: list[Row] = field(default_factory=list)
    changed_removals: list[Row] = field(default_factory=list)  # likewise
    unrelated: list[Row] = field(default_factory=list)
    indexed: list[search.Indexed] = field(default_factory=list)

    def write(self, session: Session, articles: Sequence[ArticleState], *, now: datetime) -> None:
        """Insert and update everything; also what became of these articles."""
        known_now = {"recorded_at": now}
        withdrawn_now = {"b_withdrawn_at": now}
        contents = [self.contents[sha256] for sha256 in sorted(self.contents)]
        insert_or_ignore(session, Content, contents)
        insert_rows(session, Article, [article_row(a) for a in articles if a.is_new])
        insert_rows(session, Extraction, self.extractions)
        insert_rows(session, Revision, self.revisions)
        insert_or_ignore(session, Unrelated, self.unrelated)
        insert_rows(session, Visit, self.visits)
        insert_rows(session, Quarantine, self.quarantines)
        changed = [a for a in articles if a.is_changed and not a.is_new]
        run_many(session, ARTICLE_CHANGE, [article_change(a) for a in changed])
        run_many(session, _SET_WITHDRAWN, [row | withdrawn_now for row in self.settled_sets])
        insert_rows(session, Variant, [row | known_now for row in self.variants.values()])
        withdrawn = [row | withdrawn_now for row in self.changed_removals]
        run_many(session, _REMOVAL_WITHDRAWN, withdrawn)
        insert_rows(session, Removal, [row | known_now for row in self.removals])
        known = {article.id for article in articles if not article.is_new}
        self._write_aliases(session, known)
        run_many(session, _LINK_STATE, self.links)
        run_many(session, _ALIAS_GONE, self.gone_links)
        run_many(session, _ASK_OTHERS, self.asked_links)
        search.index_revisions(session, self.indexed)

    def add_variants(
        self,
        article_id: int,
        variants: VariantSet,
        revision_ids: Mapping[int, int],
        *,
        is_known: Collection[int],
    ) -> None:
        """What is to be said of a set of variants: its new members, or all of them, if it has settled.

        Args:
            article_id: The article.
            variants: The set.
            revision_ids: Of its members, by place.
            is_known: Revisions that were members before.
        """
        is_settled = variants.to_at is not None
        if is_settled:
            self.settled_sets.append({"b_article_id": article_id, "b_number": variants.number})
        for place, from_at in variants.from_at.items():
            revision_id = revision_ids[place]
            if is_settled or revision_id not in is_known:
                self.variants[article_id, variants.number, revision_id] = {
                    "article_id": article_id,
                    "number": variants.number,
                    "revision_id": revision_id,
                    "from_at": from_at,
                    "to_at": variants.to_at,
                }

    def add_removals(self, article: ArticleState) -> None:
        """What became of the article's removals."""
        for suspicion, number, said in article.suspicions:
            if suspicion.said == said:
                continue
            if number is not None:
                self.changed_removals.append({"b_id": number})
            self.removals.append({"article_id": article.id} | suspicion.said._asdict())

    def add_gone_link(self, entry: Entry, article: ArticleState) -> None:
        """A link at which the article is no longer."""
        self.gone_links.append(
            {
                "b_link_id": entry.link_id,
                "b_article_id": article.id,
                "b_to_at": entry.visited_at,
            }
        )

    def ask_others(self, entry: Entry, article: ArticleState, *, before: datetime) -> None:
        """Make the article's other links due that were looked at before this moment."""
        self.asked_links.append(
            {
                "b_article_id": article.id,
                "b_link_id": entry.link_id,
                "b_before": before,
                "b_at": entry.visited_at,
                "b_due_at": entry.visited_at,
            }
        )

    def changed_aliases(self, session: Session, known: set[int]) -> list[int]:
        """Those of these articles that a URL comes to, comes back to, or is lost by: once for each URL."""
        self.met_again = self._keys_met_again(session)
        met = [key for key in self.aliases if key[0] in known] + self.met_again
        lost = self._lost_keys(session)
        article_ids = sorted({article_id for article_id, _ in (*met, *lost)})
        holding = {
            (article_id, url_key)
            for chunk in chunks(article_ids)
            for article_id, url_key in session.execute(
                select(_ALIAS.article_id, _ALIAS.url_key).where(
                    _ALIAS.article_id.in_(chunk), _ALIAS.to_at.is_(None)
                )
            )
        }
        changed = [key for key in met if key not in holding]
        changed += [key for key in lost if key in holding or key in changed]
        return [article_id for article_id, _ in changed]

    def _keys_met_again(self, session: Session) -> list[tuple[int, str]]:
        """The URLs that were taken for lost, and show what they showed before."""
        return [
            (article_id, url_key)
            for chunk in chunks(sorted(self.seen_links))
            for link_id, article_id, url_key in session.execute(
                _LOST_BEFORE,
                {
                    "link_ids": chunk,
                    "article_ids": list({self.seen_links[link_id] for link_id in chunk}),
                },
            )
            if self.seen_links[link_id] == article_id
        ]

    def _lost_keys(self, session: Session) -> list[tuple[int, str]]:
        """The URLs at which articles are no longer."""
        articles = {row["b_link_id"]: row["b_article_id"] for row in self.gone_links}
        rows = [
            row
            for chunk in chunks(sorted(articles))
            for row in session.execute(select(_LINK.id, _LINK.url_key).where(_LINK.id.in_(chunk)))
        ]
        return [(articles[link_id], url_key) for link_id, url_key in rows]

    def revision(self, revision_id: int | None) -> Revision | None:
        """A revision that this batch adds."""
        row = next((row for row in self.revisions if row["id"] == revision_id), None)
        return Revision(**row) if row is not None else None

    def _write_aliases(self, session: Session, known: set[int]) -> None:
        insert_or_ignore(session, ArticleUrl, list(self.aliases.values()))
        seen = [row for row in self.aliases.values() if row["article_id"] in known]
        back = [_alias_key(row) for row in seen]
        back += [{"b_article_id": number, "b_url_key": key} for number, key in self.met_again]
        run_many(session, _ALIAS_BACK, back)
        met = [row for row in seen if row["evidence"] != "canonical"]
        run_many(
            session,
            _ALIAS_MET,
            [_alias_key(row) | {"b_evidence": row["evidence"]} for row in met],
        )


ELSEWHERE = "elsewhere"
"""The `due_rule` of a link whose article was found gone at another URL: pipeline.revisits.plan.DueRule."""

_LINK = table_of(Link).c
_LINK_STATE = (
    update(table_of(Link))
    .where(_LINK.id == bindparam("b_id"))
    .values(
        article_id=func.coalesce(bindparam("b_article_id"), _LINK.article_id),
        revision_id=func.coalesce(bindparam("b_revision_id"), _LINK.revision_id),
        visited_modified_at=func.coalesce(
            bindparam("b_modified_at", type_=_LINK.modified_at.type), _LINK.visited_modified_at
        ),
        visited_at=bindparam("b_visited_at"),
        visit_count=_LINK.visit_count + 1,
        due_at=bindparam("b_due_at"),
        etag=bindparam("b_etag"),
        last_modified=bindparam("b_last_modified"),
        failure_count=bindparam("b_failure_count"),
        due_rule=bindparam("b_due_rule"),
        edit_count=func.coalesce(_LINK.edit_count, 0) + bindparam("b_edits"),
        edited_at=func.coalesce(
            bindparam("b_edited_at", type_=_LINK.edited_at.type), _LINK.edited_at
        ),
        is_live=func.coalesce(bindparam("b_is_live"), _LINK.is_live),
    )
)

_ASK_OTHERS = (  # they were there when last seen: whether they still are tells what has become of the article
    update(table_of(Link))
    .where(
        _LINK.article_id == bindparam("b_article_id"),
        _LINK.id != bindparam("b_link_id"),
        _LINK.visited_at < bindparam("b_before"),
        or_(_LINK.due_at.is_(None), _LINK.due_at > bindparam("b_at")),
    )
    .values(due_at=bindparam("b_due_at"), due_rule=ELSEWHERE)
)

_ALIASES = table_of(ArticleUrl)
_ALIAS = _ALIASES.c
_LOST_BEFORE = (
    select(_LINK.id, _ALIAS.article_id, _ALIAS.url_key)
    .join(_ALIASES, _ALIAS.url_key == _LINK.url_key)
    .where(
        _LINK.id.in_(bindparam("link_ids", expanding=True)),
        _ALIAS.article_id.in_(bindparam("article_ids", expanding=True)),
        _ALIAS.to_at.is_not(None),
    )
)
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


_VARIANT = table_of(Variant).c
_SET_WITHDRAWN = (
    update(table_of(Variant))
    .where(
        _VARIANT.article_id == bindparam("b_article_id"),
        _VARIANT.number == bindparam("b_number"),
        _VARIANT.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("b_withdrawn_at"))
)
_REMOVAL_WITHDRAWN = (
    update(table_of(Removal))
    .where(table_of(Removal).c.id == bindparam("b_id"))
    .values(withdrawn_at=bindparam("b_withdrawn_at"))
)
