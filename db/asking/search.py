"""Full-text search: its index, and its query language compiled for each database to give the same answers.

Knows revisions by number only. The index holds tokens of db.asking.folding; neither database folds anything.

    words           all of them                 "a phrase"      next to each other
    a OR b          one of them                 -word           not this one
    title:word      in the headline             begin*          words that begin so
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.asking import folding
from db.errors import QueryNotUnderstood
from db.statements import is_postgres

QUERY_LENGTH = 1000

_TITLE_GAP = 10  # positions between headline and text, so that no phrase spans both
_MOST_POSITIONS = 255  # what a tsvector keeps of one word
_LAST_POSITION = 16_383  # what a tsvector can count to

_QUOTES = str.maketrans("“”„«»", '"' * 5)
_48_BITS = 0xFFFF_FFFF_FFFF
_PART = re.compile(r"""(-?)(title:)?(?:"([^"]*)(?:"|$)|(\S+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that stand next to each other."""

    tokens: tuple[str, ...]
    is_prefix: bool = False  # the last token may go on
    is_in_title: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One term of each group, and no term of the excluded ones."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        """All terms that may be found."""
        return tuple(term for group in self.groups for term in group)


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
    """Add the texts of revisions to the index."""
    if not texts:
        return
    rows = [
        (
            each.revision_id,
            folding.tokens(each.title),
            folding.tokens(each.text),
            [f"§{value & _48_BITS:x}" for value in each.shingles],
        )
        for each in texts
    ]
    connection = session.connection()
    if not is_postgres(session):
        connection.exec_driver_sql(
            "INSERT INTO search (rowid, title, text, shingles) VALUES (?, ?, ?, ?)",
            [(n, " ".join(title), " ".join(text), " ".join(more)) for n, title, text, more in rows],
        )
        return
    connection.exec_driver_sql(
        "INSERT INTO search (revision_id, words, folded) VALUES (%s, %s::tsvector, %s)",
        [(n, *_vector(title, text, more)) for n, title, text, more in rows],
    )


def shingle_token(value: int) -> str:
    """A shingle as a token that no word is: 48 bits of it, which is plenty for finding candidates."""
    return f"§{value & _48_BITS:x}"


def condition(session: Session, query: Query) -> tuple[str, dict[str, str]]:
    """The SQL condition on the table `search`, with its parameters."""
    if not is_postgres(session):
        return "search MATCH :query", {"query": _fts5(query)}
    exact = "search.words @@ CAST(:query AS tsquery)"
    parameters = {"query": _tsquery(query, _tsquery_term)}
    if all(len(term.tokens) == 1 for term in (*query.wanted, *query.excluded)):
        return exact, parameters
    # Texts too long for a tsvector to know all positions keep their tokens, and phrases are looked up there.
    parameters["loose"] = _tsquery(Query(query.groups), _tsquery_loose)
    long = _long_condition(query, parameters)
    loose = f"search.words @@ CAST(:loose AS tsquery) AND {long}"
    condition = f"((search.folded IS NULL AND {exact}) OR (search.folded IS NOT NULL AND {loose}))"
    return condition, parameters


def rank(session: Session) -> str:
    """How well a row fits, best first when ordered by: a word in the headline weighs four times."""
    if is_postgres(session):
        return "ts_rank('{0.25, 0.25, 0.25, 1.0}', search.words, CAST(:query AS tsquery)) DESC"
    return "bm25(search, 4.0, 1.0, 0.0)"


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


def _tsquery(query: Query, term: Callable[[Term], str]) -> str:
    wanted = " & ".join(f"({' | '.join(map(term, group))})" for group in query.groups)
    return wanted + "".join(f" & !({term(each)})" for each in query.excluded)


def _tsquery_term(term: Term) -> str:
    return " <-> ".join(_lexemes(term))


def _tsquery_loose(term: Term) -> str:
    """The term without the order of its tokens."""
    return f"({' & '.join(_lexemes(term))})"


def _lexemes(term: Term) -> list[str]:
    weight = "A" if term.is_in_title else ""
    last = len(term.tokens) - 1
    flags = ["*" if term.is_prefix and i == last else "" for i in range(last + 1)]
    return [
        f"'{token}'" + (f":{star}{weight}" if star or weight else "")
        for token, star in zip(term.tokens, flags, strict=True)
    ]


def _long_condition(query: Query, parameters: dict[str, str]) -> str:
    def found(term: Term) -> str:
        name = f"phrase_{len(parameters)}"
        parameters[name] = f" {' '.join(term.tokens)}" + ("" if term.is_prefix else " ")
        where = "split_part(search.folded, chr(10), 1)" if term.is_in_title else "search.folded"
        return f"strpos({where}, :{name}) > 0"

    wanted = [f"({' OR '.join(map(found, group))})" for group in query.groups]
    return " AND ".join(wanted + [f"NOT {found(each)}" for each in query.excluded])


def _vector(title: list[str], text: list[str], shingles: list[str]) -> tuple[str, str | None]:
    """A tsvector, written out, and the tokens themselves where it cannot know all of their places.

    Postgres puts the places of equal tokens together. Tokens are letters and digits: nothing to quote.
    """
    offset = len(title) + _TITLE_GAP
    words = [f"{token}:{min(place, _LAST_POSITION)}A" for place, token in enumerate(title, 1)]
    words += [f"{token}:{place}" for place, token in enumerate(text, offset)]
    words += [f"'{token}'" for token in shingles]
    is_long = offset + len(text) > _MOST_POSITIONS and (
        offset + len(text) > _LAST_POSITION
        or max(Counter(itertools.chain(title, text)).values()) > _MOST_POSITIONS
    )
    return " ".join(words), f" {' '.join(title)} \n {' '.join(text)} " if is_long else None
