"""Tables of what people did to the archive, and of what holds it to its past. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.values import Base, Words


class Action(Base):
    """What a person had done to the archive beside crawling: merge, split, undo, pause, prune ... The audit."""

    __tablename__ = "action"
    __table_args__ = (Index(None, "article_id"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    acted_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(Words)  # user@host:pid
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))  # the one acted upon
    reason: Mapped[str | None] = mapped_column(Words)  # as the person gave it
    arguments: Mapped[dict[str, Any]]  # all that an undo needs
    undone_at: Mapped[datetime | None]


class Supersession(Base):
    """A revision that no longer counts, and the one that stands for it. The revision itself is never changed.

    What the archive said before `superseded_at`, and after `restored_at`, counts the revision.
    """

    __tablename__ = "supersession"
    __table_args__ = (Index(None, "revision_id"), Index(None, "by_revision_id"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    by_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"))
    reason: Mapped[str] = mapped_column(String(16))  # "reextracted", "merged", "split", "undone"
    superseded_at: Mapped[datetime]
    restored_at: Mapped[datetime | None]


class KeptApart(Base):
    """Two articles that a person told from each other: no page of the one is taken for the other. Both ways."""

    __tablename__ = "kept_apart"
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))


class AliasMove(Base):
    """A URL that a person's action took from one article to another: who had it until then."""

    __tablename__ = "alias_move"
    __table_args__ = (Index(None, "from_article_id"), Index(None, "article_url_id"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_url_id: Mapped[int] = mapped_column(ForeignKey("article_url.id"))
    from_article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    to_article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    moved_at: Mapped[datetime]


class TreeHead(Base):
    """The root of a Merkle tree (RFC 6962) over the captures or the revisions known at one time. Only ever added."""

    __tablename__ = "tree_head"
    __table_args__ = (UniqueConstraint("tree", "size"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    tree: Mapped[str] = mapped_column(String(10))  # "capture", "revision"
    size: Mapped[int] = mapped_column(BigInteger)  # leaves
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    frontier: Mapped[bytes] = mapped_column(
        LargeBinary
    )  # roots of its whole subtrees, largest first
    members: Mapped[bytes] = mapped_column(
        LargeBinary
    )  # ids of the leaves that came since the last
    made_at: Mapped[datetime]
