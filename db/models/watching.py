"""Tables of how sites do and who is told of it: days in numbers, what was learnt of them, alerts. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.values import Base, Words


class SiteDay(Base):
    """What a day of a site came to, in a few numbers: counted from the ledger, and countable again."""

    __tablename__ = "site_day"
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # of UTC, as in 2026-03-01
    counts: Mapped[dict[str, Any]]  # db.asking.site_days


class SiteHealth(Base):
    """What the detectors know of a site from its days so far: derived from them, kept for speed."""

    __tablename__ = "site_health"
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10))  # the last one that was learnt from
    learner: Mapped[str] = mapped_column(String(8))  # the version of what learnt
    state: Mapped[dict[str, Any]]


class AlertRule(Base):
    """How far a rule of the settings has followed the stream of changes."""

    __tablename__ = "alert_rule"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    change_id: Mapped[int] = mapped_column(Integer)  # the last one that it has seen


class Alert(Base):
    """Something that a rule of the settings wants somebody to be told, and until when it held."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("rule", "occasion"), Index(None, "raised_at"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))
    occasion: Mapped[str] = mapped_column(
        String(200)
    )  # what it is about and since when: told once, however often it is seen
    subject: Mapped[str] = mapped_column(Words)  # a site, a source, an article: for people
    site_id: Mapped[int | None] = mapped_column(Integer)
    article_id: Mapped[int | None] = mapped_column(Integer)
    raised_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]  # of what lasts: when it was over
    evidence: Mapped[dict[str, Any]]


class AlertDelivery(Base):
    """An alert on its way to one channel: written before it is sent, tried until it is delivered."""

    __tablename__ = "alert_delivery"
    __table_args__ = (UniqueConstraint("alert_id", "channel"), Index(None, "next_at"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    channel: Mapped[str] = mapped_column(String(64))
    attempt_count: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime | None]  # when it is tried next; None: no more
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Words)
