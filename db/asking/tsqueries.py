"""A search as Postgres answers it: by tsquery in two indexes of words without places, phrases by the tokens themselves.

Most texts are folded by the database's own `morgue_folded` (migrations.slim_search) and stored nowhere but as what is
shown; of the others `search.folded` has the tokens of db.asking.folding. Knows columns; must not know FTS5.
"""

from collections.abc import Iterable

from db.asking.terms import Index, Query, Source, Term

_PLAIN = "morgue_folded(revision.title, revision.standfirst, revision.text)"
_STORED = "search.folded"

BY_INDEX = "SELECT set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)"
"""Until the transaction ends, the planner folds no text that an index can tell of.

It takes the texts that a bitmap finds to be folded once more, which they are only where the bitmap grows over work_mem:
of a word that most texts have, it would rather fold all.
"""

RATED = 2_000
"""So many of the revisions that an index finds are rated, those recorded last; the others follow, the newest first.

A text has to be folded again to be rated: 0.3 ms each. A word that half of a large archive has is no good question.
"""

_RATING = """CASE WHEN row_number() OVER (ORDER BY revision.id DESC) <= {rated} THEN (
    SELECT sum(
        ln(1 + (length(t.folded) - length(replace(t.folded, word, ''))) / length(word))
        + CASE WHEN strpos(split_part(t.folded, chr(10), 1), word) > 0 THEN 4 ELSE 0 END
    ) / ln(100 + max(length(t.folded)))
    FROM (SELECT {folded} AS folded OFFSET 0) AS t, unnest(CAST(:words AS text[])) AS word
) END"""
"""More for each time a word stands there, less for each time more; a word in the headline weighs as much as fifty."""


def sources(query: Query) -> list[Source]:
    """The two indexes, with the same parameters."""
    return [
        _source(query, _PLAIN, "", key=None),
        _source(query, _STORED, "search.folded IS NOT NULL AND ", key="revision_id"),
    ]


def _source(query: Query, folded: str, where: str, *, key: str | None) -> Source:
    parameters: dict[str, object] = {
        "words": [f" {' '.join(each.tokens)}" for each in query.wanted]
    }
    terms = (*query.wanted, *query.excluded)
    is_exact = all(len(term.tokens) == 1 and not term.is_in_title for term in terms)
    parameters["query"] = _tsquery(query.groups, query.excluded if is_exact else ())
    index = Index(
        condition=f"{where}CAST({folded} AS tsvector) @@ CAST(:query AS tsquery)",
        rating=_RATING.format(folded=folded, rated=RATED),
        key=key,
        check=None if is_exact else _standing(query, folded, parameters),
        is_apart=True,
    )
    return Source(index, parameters)


def _tsquery(groups: Iterable[Iterable[Term]], excluded: Iterable[Term]) -> str:
    """The query without the order of tokens, and without where they stand: what the index knows."""
    wanted = " & ".join(f"({' | '.join(map(_lexemes, group))})" for group in groups)
    return wanted + "".join(f" & !({_lexemes(each)})" for each in excluded)


def _lexemes(term: Term) -> str:
    *firsts, last = (f"'{token}'" for token in term.tokens)
    return f"({' & '.join([*firsts, last + (':*' if term.is_prefix else '')])})"


def _standing(query: Query, folded: str, parameters: dict[str, object]) -> str:
    """The condition that the terms stand in the tokens as they are asked for."""

    def stands(term: Term) -> str:
        name = f"term_{len(parameters)}"
        # several spaces are one gap; tokens are letters and digits: nothing of them is an operator
        parameters[name] = f" {' +'.join(term.tokens)}" + ("" if term.is_prefix else " ")
        where = f"split_part({folded}, chr(10), 1)" if term.is_in_title else folded
        return f"{where} ~ :{name}"

    wanted = [f"({' OR '.join(map(stands, group))})" for group in query.groups]
    return " AND ".join(wanted + [f"NOT {stands(each)}" for each in query.excluded])
