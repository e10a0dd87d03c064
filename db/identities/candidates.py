"""The articles of a site that pages may be: by URL, by guid, by parts of their text. Takes a session, writes nothing.

Gives candidates in bulk; judging them is the pipeline's.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from db.archiving.entries import CandidateRow
from db.asking import search
from db.models import Article, ArticleUrl, KeptApart, Revision
from db.statements import chunks, is_postgres, unpack_hashes

GUID_SHARED_BY = 20
"""A guid that more articles than this carry says nothing: the newest of them are candidates."""

LOOKED_UP = 16
"""Shingles of a text that candidates are looked up by: its smallest, which is a sample of its own."""

FURNITURE = 200
"""A shingle that more texts than this hold is part of no one's story: it finds nothing."""

SHARED = 0.2
LEAST_SHARED = 2
"""Shingles looked up that a text must share, as a share of those that are no furniture, and at least."""

ALIKE = 5
"""Articles with most in common that are candidates for one text."""

GUIDS_KNOWN = 200
GUIDS_NEEDED = 5
GUIDS_DISTINCT = 0.95
"""Of the newest articles of a site, how many tell whether its guids are good, and what share must be distinct."""


def articles_at(
    session: Session, site_id: int, url_keys: Collection[str]
) -> dict[str, frozenset[int]]:
    """The site's articles that have these URLs, by URL key; of merged ones the article that they are."""
    found: dict[str, set[int]] = defaultdict(set)
    for chunk in chunks(sorted(set(url_keys))):
        rows = session.execute(
            select(ArticleUrl.url_key, ArticleUrl.article_id).where(
                ArticleUrl.site_id == site_id, ArticleUrl.url_key.in_(chunk)
            )
        )
        for url_key, article_id in rows:
            found[url_key].add(article_id)
    survivor = survivors(session, set().union(*found.values()))
    return {key: frozenset(survivor[each] for each in ids) for key, ids in found.items()}


def articles_with(
    session: Session, site_id: int, guids: Collection[str]
) -> dict[int, frozenset[str]]:
    """The site's articles that carry these guids, the newest ones of each; a merged one's count as the survivor's."""
    found: dict[int, str] = {}
    for chunk in chunks(sorted(set(guids))):
        # newest first, so that a guid used for everything gives its last articles, up to the limit
        rows = session.execute(
            select(Article.id, Article.guid)
            .where(Article.site_id == site_id, Article.guid.in_(chunk))
            .order_by(Article.id.desc())
            .limit(GUID_SHARED_BY * len(chunk))
        )
        found |= {article_id: str(guid) for article_id, guid in rows}
    survivor = survivors(session, found)
    carried: dict[int, set[str]] = defaultdict(set)
    for article_id, guid in found.items():
        carried[survivor[article_id]].add(guid)
    return {article_id: frozenset(guids) for article_id, guids in carried.items()}


def articles_like(session: Session, site_id: int, texts: Iterable[Sequence[int]]) -> set[int]:
    """The site's articles of which a text, an earlier one too, shares parts with one of these texts' shingles."""
    wanted: dict[int, list[int]] = defaultdict(list)
    for number, shingles in enumerate(texts):
        for shingle in sorted(set(shingles))[:LOOKED_UP]:
            wanted[search.shingle_key(shingle)].append(number)
    telling = {
        key: holders
        for key, holders in _holders(session, list(wanted)).items()
        if len(holders) <= FURNITURE
    }
    asked: dict[int, int] = defaultdict(int)
    shared: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for key, holders in telling.items():
        for number in wanted[key]:
            asked[number] += 1
            for revision_id in holders:
                shared[number][revision_id] += 1
    alike: set[int] = set()
    owners = _owners(session, site_id, {each for counts in shared.values() for each in counts})
    for number, counts in shared.items():
        least = max(LEAST_SHARED, SHARED * asked[number])
        near = sorted(
            (-count, revision_id)
            for revision_id, count in counts.items()
            if count >= least and revision_id in owners
        )
        alike.update(list(dict.fromkeys(owners[each] for _, each in near))[:ALIKE])
    return set(survivors(session, alike).values())


def survivors(session: Session, article_ids: Iterable[int]) -> dict[int, int]:
    """For each article the one that it was merged into, itself where it was not."""
    survivor = {article_id: article_id for article_id in article_ids}
    waiting = set(survivor)
    while waiting:
        merged: dict[int, int] = {}
        for chunk in chunks(sorted(waiting)):
            rows = session.execute(
                select(Article.id, Article.merged_into_id).where(
                    Article.id.in_(chunk), Article.merged_into_id.is_not(None)
                )
            )
            merged |= {article_id: into for article_id, into in rows if into is not None}
        survivor = {each: merged.get(now, now) for each, now in survivor.items()}
        waiting = set(merged.values())
    return survivor


def has_telling_guids(session: Session, site_id: int) -> bool:
    """Whether the site's newest articles have guids, and each its own."""
    newest = (
        select(Article.guid)
        .where(Article.site_id == site_id)
        .order_by(Article.first_seen_at.desc())
        .limit(GUIDS_KNOWN)
        .subquery()
    )
    count, distinct = session.execute(
        select(func.count(newest.c.guid), func.count(newest.c.guid.distinct()))
    ).one()
    return bool(count >= GUIDS_NEEDED and distinct >= GUIDS_DISTINCT * count)


def candidate_rows(
    session: Session, article_ids: Iterable[int], *, guids: Mapping[int, frozenset[str]]
) -> list[CandidateRow]:
    """These articles, each with its URLs and its newest revision.

    Args:
        session: Any session.
        article_ids: None of them merged into another.
        guids: Further guids that they go by.
    """
    found = []
    for chunk in chunks(sorted(set(article_ids))):
        keys: dict[int, list[str]] = defaultdict(list)
        stated: dict[int, list[str]] = defaultdict(list)
        aliases = (
            select(ArticleUrl.article_id, ArticleUrl.url_key, ArticleUrl.evidence)
            .where(ArticleUrl.article_id.in_(chunk))
            .order_by(ArticleUrl.id)
        )
        for article_id, url_key, evidence in session.execute(aliases):
            (stated if evidence == "canonical" else keys)[article_id].append(url_key)
        apart: dict[int, set[int]] = defaultdict(set)
        pairs = select(KeptApart.article_id, KeptApart.other_id)
        for article_id, other_id in session.execute(pairs.where(KeptApart.article_id.in_(chunk))):
            apart[article_id].add(other_id)
        rows = session.execute(_NEWEST.where(Article.id.in_(chunk)).order_by(Article.id))
        found += [
            CandidateRow(
                article_id=row.id,
                url_keys=tuple(keys[row.id]),
                stated_keys=tuple(stated[row.id]),
                guids=guids.get(row.id, frozenset()) | ({row.guid} if row.guid else set()),
                apart=frozenset(apart[row.id]),
                first_seen_at=row.first_seen_at,
                gone_at=row.gone_at,
                shingles=unpack_hashes(row.shingles),
                revision_id=row.revision_id,
                revision_number=row.revision_count,
                normal_sha256=row.normal_sha256,
                title=row.title,
                standfirst=row.standfirst,
                text=row.text,
                published=row.published,
            )
            for row in rows
        ]
    return found


_NEWEST = select(
    Article.id,
    Article.guid,
    Article.first_seen_at,
    Article.gone_at,
    Article.shingles,
    Article.revision_count,
    Revision.id.label("revision_id"),
    Revision.normal_sha256,
    Revision.title,
    Revision.standfirst,
    Revision.text,
    Revision.published,
).outerjoin(Revision, Revision.id == Article.revision_id)


def _holders(session: Session, keys: Sequence[int]) -> dict[int, list[int]]:
    """The revisions that hold each shingle; of one that very many hold, more than FURNITURE."""
    if not keys:
        return {}
    statement = _HOLDERS_POSTGRES if is_postgres(session) else _HOLDERS_SQLITE
    values = [search.looked_up(session, key) for key in keys]
    rows = session.execute(statement, {"keys": json.dumps(values), "most": FURNITURE + 1})
    return {
        keys[place]: json.loads(holders) if isinstance(holders, str) else holders
        for place, holders in rows
        if holders
    }


_HOLDERS_SQLITE = text(
    "SELECT t.key AS place, (SELECT json_group_array(revision_id) FROM"
    " (SELECT rowid AS revision_id FROM search WHERE search MATCH t.value LIMIT :most))"
    " AS holders FROM json_each(:keys) AS t"
)
_HOLDERS_POSTGRES = text(
    "SELECT CAST(t.place AS int) - 1 AS place, array_agg(s.revision_id) AS holders"
    " FROM json_array_elements_text(CAST(:keys AS json)) WITH ORDINALITY AS t(value, place)"
    " JOIN search AS s ON s.shingles @> ARRAY[CAST(t.value AS bigint)]"
    " GROUP BY t.place HAVING count(*) < CAST(:most AS int)"
)


def _owners(session: Session, site_id: int, revision_ids: Collection[int]) -> dict[int, int]:
    """The articles of these revisions, of this site's."""
    owners: dict[int, int] = {}
    for chunk in chunks(sorted(revision_ids)):
        rows = session.execute(
            select(Revision.id, Revision.article_id)
            .join(Article, Article.id == Revision.article_id)
            .where(Revision.id.in_(chunk), Article.site_id == site_id)
        )
        owners |= {row.id: row.article_id for row in rows}
    return owners
