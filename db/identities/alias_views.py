"""The URLs of articles as of a moment: whose they were, on what evidence, until when. Takes a read session.

Whose a URL was is db.identities.owners' to say; when it ended, the looks'.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from db.asking.asof import AsOf
from db.identities.belonging import Looks
from db.identities.owners import aliases_of


@dataclass(frozen=True, slots=True)
class AliasView:
    """A URL of an article, from when to when, and on what evidence."""

    url: str
    url_key: str
    evidence: str
    from_at: datetime
    to_at: datetime | None


def of_articles(
    session: Session, article_ids: Collection[int], *, as_of: AsOf, looks: Mapping[int, Looks]
) -> defaultdict[int, list[AliasView]]:
    """The URLs of these articles, those met first first."""
    found: defaultdict[int, list[AliasView]] = defaultdict(list)
    for owner, row in aliases_of(session, article_ids, known_at=as_of.known_at):
        if as_of.said_at is None or row.from_at <= as_of.said_at:
            found[owner].append(_view(row, as_of, looks[owner]))
    return found


def address(aliases: Sequence[AliasView]) -> str:
    """The URL under which an article was met first, of those that still hold."""
    if not aliases:
        return ""
    return next((alias.url for alias in aliases if alias.to_at is None), aliases[0].url)


def _view(row: Row[*tuple[Any, ...]], as_of: AsOf, looks: Looks) -> AliasView:
    return AliasView(
        url=row.url,
        url_key=row.url_key,
        evidence=_evidence(row, as_of, looks),
        from_at=row.from_at,
        to_at=_ended_at(row, as_of, looks),
    )


def _evidence(alias: Row[*tuple[Any, ...]], as_of: AsOf, looks: Looks) -> str:
    """What says that the URL is the article's: until it was asked for, only a canonical link."""
    was_shown = alias.url_key in looks.showed_at
    if as_of.said_at is not None and alias.evidence == "asked" and not was_shown:
        return "canonical"
    return str(alias.evidence)


def _ended_at(alias: Row[*tuple[Any, ...]], as_of: AsOf, looks: Looks) -> datetime | None:
    """When a URL ceased to be the article's. The looks say it; else the alias, if it had ended by then."""
    ended_at = looks.ended.get(alias.url_key)
    if ended_at is not None or alias.to_at is None:
        return ended_at
    if as_of.said_at is not None and alias.to_at > as_of.said_at:
        return None
    showed_at = looks.showed_at.get(alias.url_key)
    return None if showed_at is not None and showed_at > alias.to_at else alias.to_at
