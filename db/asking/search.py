"""Full-text search: its index, and its query language compiled for each database to give the same answers.

Knows revisions by number only. The index holds the tokens of db.asking.folding.

    words           all of them                 "a phrase"      next to each other
    a OR b          one of them                 -word           not this one
    title:word      in the headline             begin*          words that begin so
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.asking import folding, tsqueries
from db.asking.terms import Index, Query, Source, Term
from db.errors import QueryNotUnderstood
from db.statements import is_postgres

QUERY_LENGTH = 1000

_QUOTES = str.maketrans("“”„«»", '"' * 5)
_48_BITS = 0xFFFF_FFFF_FFFF
_PART = re.compile(r"""(-?)(title:)?(?:"([^"]*)(?:"|$)|(\S+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Indexed:
    """What of a revision is searched: its words, and the shingles by which copies find their source."""

    revision_id: int
    title: str
    text: str
    shingles: Sequence[int] = ()


def parse(words: str) -> Query:
    """The query that a person wrote.

    Raises:
        QueryNotUnderstood: Nothing in it can be searched for.
    """
    if len(words) > QUERY_LENGTH:
        raise QueryNotUnderstood(f"the search is longer than {QUERY_LENGTH} characters: shorten it")
    groups: list[list[Term]] = []
    excluded: list[Term] = []
    is_alternative = False
    for match in _PART.finditer(words.translate(_QUOTES)):
        minus, title, phrase, word = match.groups()
        if word == "OR" and not minus and not title:
            is_alternative = bool(groups)
            continue
        term = _term(phrase if word is None else word, is_in_title=bool(title))
        if term is None:
            continue
        if minus:
            if is_alternative:
                raise QueryNotUnderstood(
                    '"OR -word" would find nearly everything: leave one of them out'
                )
            excluded.append(term)
        elif is_alternative:
            groups[-1].append(term)
        else:
            groups.append([term])
        is_alternative = False
    if not groups:
        raise QueryNotUnderstood("the search has no word that must be found: add one")
    return Query(tuple(map(tuple, groups)), tuple(excluded))


def index_revisions(session: Session, texts: Sequence[Indexed]) -> None:
    """Add the texts of revisions to the index. On Postgres the rows of the revisions are written before or after."""
    if not texts:
        return
    connection = session.connection()
    if is_postgres(session):
        connection.exec_driver_sql(
            "INSERT INTO search (revision_id, folded, shingles) VALUES (%s, %s, %s)",
            [(each.revision_id, _stored(each), _sample(each.shingles)) for each in texts],
        )
        return
    connection.exec_driver_sql(
        "INSERT INTO search (rowid, title, text, shingles) VALUES (?, ?, ?, ?)",
        [
            (
                each.revision_id,
                " ".join(folding.tokens(each.title)),
                " ".join(folding.tokens(each.text)),
                " ".join(f"§{shingle_key(value):x}" for value in each.shingles),
            )
            for each in texts
        ],
    )


def shingle_key(value: int) -> int:
    """What of a shingle is looked up: 48 bits, which is plenty for finding candidates."""
    return value & _48_BITS


def looked_up(session: Session, key: int) -> int | str:
    """The key of a shingle as the database looks it up: a number, or a query of one token that no word is."""
    return key if is_postgres(session) else f'"§{key:x}"'


def sources(session: Session, query: Query) -> list[Source]:
    """Where the query finds revisions: SQLite has one index, Postgres two (db.asking.tsqueries)."""
    if is_postgres(session):
        return tsqueries.sources(query)
    index = Index(
        condition="search MATCH :query", rating="-bm25(search, 4.0, 1.0, 0.0)", key="rowid"
    )
    return [Source(index, {"query": _fts5(query)})]


def ask_the_index(session: Session) -> None:
    """Have this transaction find revisions by the index, however many texts have the words."""
    if is_postgres(session):
        session.connection().exec_driver_sql(tsqueries.BY_INDEX)


def _term(words: str, *, is_in_title: bool) -> Term | None:
    tokens, is_prefix = folding.query_tokens(words)
    if not tokens:
        return None
    return Term(tuple(tokens), is_prefix or words.endswith("*"), is_in_title)


def _fts5(query: Query) -> str:
    def term(each: Term) -> str:
        scope = "title : " if each.is_in_title else ""
        return f'{scope}"{" ".join(each.tokens)}"{" *" if each.is_prefix else ""}'

    wanted = " AND ".join(f"({' OR '.join(map(term, group))})" for group in query.groups)
    return f"({wanted})" + "".join(f" NOT ({term(each)})" for each in query.excluded)


def _stored(each: Indexed) -> str | None:
    """The tokens of a text, title first; None of one that Postgres folds by itself."""
    if folding.is_plain(each.title, each.text):
        return None
    title, text = folding.tokens(each.title), folding.tokens(each.text)
    return f" {' '.join(title)} \n {' '.join(text)} "


def _sample(shingles: Sequence[int]) -> list[int] | None:
    return [shingle_key(value) for value in shingles] or None
