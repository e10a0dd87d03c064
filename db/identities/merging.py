"""What a person may do to the identity of articles: merge two, split one, undo either. Each leaves an action.

Takes a write session and never commits. Knows what is nonsense, and says so; db.identities.joining moves the rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from db.errors import ActionRefused
from db.histories import changes, seen
from db.histories.changes import ChangeKind, NewChange
from db.histories.resettle import Shingles, Why
from db.identities import joining, parting
from db.identities.actions import add_action
from db.identities.joining import Moved
from db.identities.parting import KeyOf
from db.models import Action, Article, ArticleUrl, KeptApart, Link, Site


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something, when and why."""

    actor: str  # user@host:pid
    now: datetime
    reason: str | None = None


@dataclass(slots=True)
class Done:
    """What an action came to."""

    action_id: int
    kind: str
    article_id: int  # the one acted upon
    other_id: int  # the one merged into it, or split off
    urls: tuple[str, ...] = ()  # that moved
    superseded_count: int = 0
    added_count: int = 0
    restored_count: int = 0
    undone_id: int | None = None  # the action that it undid


@dataclass(slots=True)
class _Doing:
    session: Session
    doer: Doer
    shingles_of: Shingles
    changes: list[NewChange] = field(default_factory=list)

    def why(self, reason: str, action_id: int) -> Why:
        return Why(reason, now=self.doer.now, action_id=action_id)

    def tell(self, kind: ChangeKind, articles: Iterable[Article], action_id: int) -> None:
        self.changes += [
            NewChange(kind, one.site_id, one.id, one.revision_id, action_id) for one in articles
        ]

    def done(self, action: Action, other_id: int, moved: Moved, **more: Any) -> Done:
        """Write the stream, and say what was done."""
        session = self.session
        session.flush()
        changes.record(session, [*moved.changes, *self.changes], now=self.doer.now)
        urls = session.scalars(
            select(ArticleUrl.url).where(ArticleUrl.id.in_(moved.alias_ids)).order_by(ArticleUrl.id)
        ).all()
        assert action.article_id is not None
        return Done(
            action_id=action.id,
            kind=action.kind,
            article_id=action.article_id,
            other_id=other_id,
            urls=tuple(urls),
            superseded_count=moved.superseded_count,
            added_count=moved.added_count,
            **{"restored_count": moved.restored_count} | more,
        )


def merge(
    session: Session, kept_id: int, other_id: int, *, doer: Doer, shingles_of: Shingles
) -> Done:
    """Make two articles of one site one: what the other has goes to the kept one.

    Raises:
        ActionRefused: They cannot be one.
    """
    if kept_id == other_id:
        raise ActionRefused(f"article {kept_id} cannot be merged with itself: name another one")
    kept, other = _locked(session, kept_id, other_id)
    _require_whole(kept)
    _require_whole(other)
    if kept.site_id != other.site_id:
        names = dict(session.execute(select(Site.id, Site.name)).all())
        raise ActionRefused(
            f"article {kept.id} is of {names[kept.site_id]}, article {other.id} of"
            f" {names[other.site_id]}: what another site publishes is an article of its own"
        )
    doing = _Doing(session, doer, shingles_of)
    action = _begin(session, "merge", kept, doer)
    arguments = _merge(doing, kept, other, action, reason="merged")
    moved = arguments.pop("moved")
    action.arguments = {"other": other.id} | arguments
    doing.tell(ChangeKind.MERGED, (kept, other), action.id)
    return doing.done(action, other.id, moved)


def split(
    session: Session,
    article_id: int,
    url_keys: Sequence[str],
    *,
    doer: Doer,
    shingles_of: Shingles,
    key_of: KeyOf,
) -> Done:
    """Make what was seen at these URLs an article of its own, which stays apart.

    Args:
        session: A write session.
        article_id: The article that has them.
        url_keys: The keys of URLs that were asked for, as pipeline.urls.key gives them.
        doer: Who does it.
        shingles_of: The sample of a text.
        key_of: The key of a URL.

    Raises:
        ActionRefused: They are not its URLs, or all of them are.
    """
    (kept,) = _locked(session, article_id)
    _require_whole(kept)
    links = parting.links_to_split(session, kept, url_keys)
    link_ids = {link.id for link in links}
    looks = seen.tell(session, [kept.id])[kept.id].looks
    theirs = [look for look in looks if look.link_id in link_ids]
    rest = [look for look in looks if look.link_id not in link_ids]
    if not any(look.text for look in theirs):
        raise ActionRefused(
            f"no look at these URLs saw a text of article {kept.id}: there is nothing to split off"
        )
    if not any(look.text for look in rest):
        raise ActionRefused(
            f"these are all URLs at which article {kept.id} was seen: leave it one of them"
        )
    doing = _Doing(session, doer, shingles_of)
    action = _begin(session, "split", kept, doer)
    other = _new_article(session, kept, links, first_seen_at=min(look.at for look in theirs))
    own = parting.addresses(session, rest, key_of) | parting.keys_of(
        session, {look.link_id for look in rest}
    )
    aliases = parting.aliases(session, kept.id, parting.addresses(session, theirs, key_of) - own)
    moved = joining.part(
        session,
        kept,
        other,
        link_ids,
        why=doing.why("split", action.id),
        shingles_of=shingles_of,
        looks=looks,
    )
    moved.alias_ids = joining.move_aliases(
        session, aliases, other.id, action_id=action.id, now=doer.now
    )
    joining.keep_apart(session, [(kept.id, other.id)], action_id=action.id)
    action.arguments = {"other": other.id, "links": moved.link_ids, "aliases": moved.alias_ids}
    doing.tell(ChangeKind.SPLIT, (kept, other), action.id)
    return doing.done(action, other.id, moved)


def undo(session: Session, action_id: int, *, doer: Doer, shingles_of: Shingles) -> Done:
    """Take a merge or a split back. What was seen since goes with the links at which it was seen.

    Raises:
        ActionRefused: It cannot be undone, or something that builds on it must be undone before.
    """
    done = session.get(Action, action_id, with_for_update=True)
    if done is None:
        raise ActionRefused(f"there is no action {action_id}: `morgue article actions` lists them")
    _require_undoable(done)
    assert done.article_id is not None
    other_id = int(done.arguments["other"])
    kept, other = _locked(session, done.article_id, other_id)
    _require_last(session, done, (kept.id, other.id))
    doing = _Doing(session, doer, shingles_of)
    action = _begin(session, "undo", kept, doer)
    count, restored = joining.restore(session, done.id, now=doer.now, site_id=kept.site_id)
    doing.changes += restored
    session.execute(delete(KeptApart).where(KeptApart.action_id == done.id))
    arguments: dict[str, Any] = {}
    if done.kind == "merge":
        moved = _undo_merge(doing, kept, other, done, action)
        doing.tell(ChangeKind.SPLIT, (kept, other), action.id)
    else:
        arguments = _merge(doing, kept, other, action, reason="merged")
        moved = arguments.pop("moved")
        doing.tell(ChangeKind.MERGED, (kept, other), action.id)
    moved.restored_count = count
    action.arguments = {"undoes": done.id, "other": other.id} | arguments
    done.undone_at = doer.now
    return doing.done(action, other.id, moved, undone_id=done.id)


def _merge(
    doing: _Doing, kept: Article, other: Article, action: Action, *, reason: str
) -> dict[str, Any]:
    """What a merge moves, and all that undoing it needs."""
    session = doing.session
    apart = _forget_apart(session, kept, other, action)
    moved = joining.join(
        session,
        kept,
        other,
        why=doing.why(reason, action.id),
        shingles_of=doing.shingles_of,
        action_id=action.id,
    )
    return {
        "moved": moved,
        "links": moved.link_ids,
        "aliases": moved.alias_ids,
        "apart": apart,
    }


def _undo_merge(
    doing: _Doing, kept: Article, other: Article, done: Action, action: Action
) -> Moved:
    session = doing.session
    arguments = done.arguments
    other.merged_into_id = None
    link_ids = set(
        session.scalars(
            select(Link.id).where(Link.id.in_(arguments["links"]), Link.article_id == kept.id)
        )
    )
    moved = joining.part(
        session,
        kept,
        other,
        link_ids,
        why=doing.why("undone", action.id),
        shingles_of=doing.shingles_of,
    )
    aliases = session.scalars(
        select(ArticleUrl).where(
            ArticleUrl.id.in_(arguments["aliases"]), ArticleUrl.article_id == kept.id
        )
    ).all()
    moved.alias_ids = joining.move_aliases(
        session, aliases, other.id, action_id=action.id, now=doing.doer.now
    )
    for first, second, by_action in arguments.get("apart", ()):
        joining.keep_apart(session, [(first, second)], action_id=by_action)
    return moved


def _locked(session: Session, *article_ids: int) -> list[Article]:
    """These articles, to which nobody else adds until the transaction ends."""
    rows = session.scalars(
        select(Article)
        .where(Article.id.in_(article_ids))
        .order_by(Article.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {article.id: article for article in rows}
    for article_id in article_ids:
        if article_id not in found:
            raise ActionRefused(f"the archive has no article {article_id}")
    return [found[article_id] for article_id in article_ids]


def _require_whole(article: Article) -> None:
    if article.merged_into_id is not None:
        raise ActionRefused(
            f"article {article.id} was merged into {article.merged_into_id}: name that one"
        )


def _require_undoable(action: Action) -> None:
    if action.undone_at is not None:
        raise ActionRefused(f"action {action.id} has been undone already")
    if action.kind == "undo":
        raise ActionRefused(
            f"action {action.id} is an undo itself: merge or split again, as action"
            f" {action.arguments['undoes']} did"
        )
    if action.kind not in {"merge", "split"}:
        raise ActionRefused(
            f"action {action.id} is a {action.kind}: only merges and splits are undone"
        )


def _require_last(session: Session, action: Action, article_ids: Sequence[int]) -> None:
    """What was done to these articles since builds on the action."""
    since = session.scalars(
        select(Action)
        .where(
            Action.id > action.id,
            Action.kind.in_(("merge", "split")),
            Action.undone_at.is_(None),
            or_(Action.site_id == action.site_id, Action.article_id.in_(article_ids)),
        )
        .order_by(Action.id.desc())
    )
    for later in since:
        if {later.article_id, later.arguments["other"]} & set(article_ids):
            raise ActionRefused(
                f"action {later.id}, a {later.kind}, came after action {action.id} and builds on it:"
                f" undo {later.id} first"
            )


def _begin(session: Session, kind: str, article: Article, doer: Doer) -> Action:
    action_id = add_action(
        session,
        kind,
        actor=doer.actor,
        arguments={},
        now=doer.now,
        site_id=article.site_id,
        article_id=article.id,
        reason=doer.reason,
    )
    return session.get_one(Action, action_id)


def _new_article(
    session: Session, kept: Article, links: Sequence[Link], *, first_seen_at: datetime
) -> Article:
    guids = {link.guid for link in links} - {kept.guid, None}
    article = Article(
        site_id=kept.site_id,
        guid=min(filter(None, guids)) if guids else None,
        first_seen_at=first_seen_at,
        revision_count=0,
        revision_id=None,
        gone_at=None,
        shingles=None,
        merged_into_id=None,
    )
    session.add(article)
    session.flush()
    return article


def _forget_apart(
    session: Session, kept: Article, other: Article, action: Action
) -> list[tuple[int, int, int]]:
    """They were told apart, and are one now; what the other was told from, the kept one is."""
    rows = session.scalars(
        select(KeptApart).where(KeptApart.article_id == other.id).order_by(KeptApart.other_id)
    ).all()
    between = [
        (row.article_id, row.other_id, row.action_id) for row in rows if row.other_id == kept.id
    ]
    if between:
        session.execute(
            delete(KeptApart).where(
                or_(
                    (KeptApart.article_id == other.id) & (KeptApart.other_id == kept.id),
                    (KeptApart.article_id == kept.id) & (KeptApart.other_id == other.id),
                )
            )
        )
    others = [(kept.id, row.other_id) for row in rows if row.other_id != kept.id]
    joining.keep_apart(session, others, action_id=action.id)
    return between
