"""What 0004 makes of the search on Postgres: words without places, most of them not stored at all.

Frozen with 0004. `search.words` held each word with its places, 8 KB of a text of 4 KB. Now the index of most texts is
over an expression of the revision itself; only what `morgue_folded` cannot fold has its tokens in `search.folded`.
Shingles, which were words too, have a column and an index of their own. The way down brings back the same tsvectors.
"""

PENDING = "gin_pending_list_limit = 256"
"""Kilobytes that wait to be indexed: more saves no work worth naming, is never given back, and each search reads it."""

FOLDED = "morgue_folded(title, standfirst, text)::tsvector"

CREATE_FUNCTION = r"""
CREATE FUNCTION morgue_folded(title text, standfirst text, body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 AS $function$
DECLARE
    folded text COLLATE "C" := replace(title, chr(10), ' ') || ' ' || chr(10) || ' '
        || replace(
            coalesce(nullif(standfirst, '') || CASE WHEN body = '' THEN '' ELSE ' ' END, '') || body, chr(10), ' '
        );
    other CONSTANT text := '[^\u0001-\u007f\u0080-\u00b4\u00b6-\u00c5\u00c7-\u00cf'
        '\u00d1-\u00d7\u00d9-\u00dd\u00df-\u00e5\u00e7-\u00ef\u00f1-\u00f7\u00f9-\u00fd'
        '\u00ff-\u010f\u0112-\u0125\u0128-\u0130\u0132-\u0137\u0139-\u0140\u0143-\u0148\u014c-\u0151\u0154-\u0165\u0168-\u017f'
        '\u1ea0-\u1ef9\u2000-\u206f\u20a0-\u20bf\ufeff]';
BEGIN
    IF char_length(folded) > 100003 THEN
        RETURN NULL;
    END IF;
    IF char_length(folded) <> octet_length(folded) THEN
        IF folded ~ other THEN
            RETURN NULL;
        END IF;
        folded := regexp_replace(normalize(replace(folded, chr(223), 'ss'), NFKD), '[\u0300-\u036f]+', '', 'g');
    END IF;
    folded := ' ' || regexp_replace(lower(folded), '[^a-z0-9 \n]+', ' ', 'g') || ' ';
    IF folded ~ '[a-z0-9]{64}' THEN
        RETURN NULL;
    END IF;
    RETURN folded;
END
$function$
"""
"""Title and text as tokens between spaces, a line each; NULL where db.asking.folding would give others."""

_SHINGLES = """
(SELECT array_agg(('x' || lpad(substr(word, 2), 12, '0'))::bit(48)::bigint)
 FROM unnest(tsvector_to_array(words)) AS word WHERE word LIKE '§%')
"""

_TOKENS = """
(SELECT ' ' || coalesce(string_agg(lexeme, ' ' ORDER BY place) FILTER (WHERE weight = 'A'), '') || ' ' || chr(10)
     || ' ' || coalesce(string_agg(lexeme, ' ' ORDER BY place) FILTER (WHERE weight = 'D'), '') || ' '
 FROM unnest(words) AS found, unnest(found.positions, found.weights) AS at(place, weight))
"""

UP = (
    CREATE_FUNCTION,
    "ALTER TABLE search RENAME TO former_search",
    "ALTER TABLE former_search RENAME CONSTRAINT search_pkey TO former_search_pkey",
    "CREATE TABLE search (revision_id integer PRIMARY KEY REFERENCES revision (id), folded text, shingles bigint[])",
    f"""
    INSERT INTO search (revision_id, folded, shingles)
    SELECT f.revision_id,
           CASE WHEN morgue_folded(r.title, r.standfirst, r.text) IS NULL THEN coalesce(f.folded, {_TOKENS}) END,
           {_SHINGLES}
    FROM former_search AS f JOIN revision AS r ON r.id = f.revision_id
    """,
    "DROP TABLE former_search",
    f"CREATE INDEX ix_revision_words ON revision USING gin (({FOLDED})) WITH ({PENDING})",
    f"CREATE INDEX ix_search_folded ON search USING gin ((folded::tsvector)) WITH ({PENDING}) WHERE folded IS NOT NULL",
    f"CREATE INDEX ix_search_shingles ON search USING gin (shingles) WITH ({PENDING})",
)

DOWN = (
    "DROP INDEX ix_revision_words",
    "ALTER TABLE search RENAME TO slim_search",
    "ALTER TABLE slim_search RENAME CONSTRAINT search_pkey TO slim_search_pkey",
    (
        "CREATE TABLE search (revision_id integer PRIMARY KEY REFERENCES revision (id), words tsvector NOT NULL,"
        " folded text)"
    ),
    """
    INSERT INTO search (revision_id, words, folded)
    SELECT t.revision_id, CAST(concat_ws(' ', placed.words, sampled.words) AS tsvector),
           CASE WHEN placed.last > 16383 OR placed.most > 255 THEN
               concat(' ', array_to_string(token.title, ' '), ' ', chr(10), ' ', array_to_string(token.body, ' '), ' ')
           END
    FROM (
        SELECT s.revision_id, coalesce(s.folded, morgue_folded(r.title, r.standfirst, r.text)) AS folded, s.shingles
        FROM slim_search AS s JOIN revision AS r ON r.id = s.revision_id
    ) AS t
    CROSS JOIN LATERAL (
        SELECT string_to_array(btrim(regexp_replace(split_part(t.folded, chr(10), 1), ' +', ' ', 'g')), ' ') AS title,
               string_to_array(btrim(regexp_replace(split_part(t.folded, chr(10), 2), ' +', ' ', 'g')), ' ') AS body
    ) AS token
    CROSS JOIN LATERAL (
        SELECT string_agg(word || ':' || least(place, 16383) || weight, ' ') AS words,
               cardinality(token.title) + 10 + cardinality(token.body) AS last,
               (
                   SELECT max(n)
                   FROM (SELECT count(*) AS n FROM unnest(token.title || token.body) AS w GROUP BY w) AS counted
               ) AS most
        FROM (
            SELECT word, place, 'A' AS weight FROM unnest(token.title) WITH ORDINALITY AS a(word, place)
            UNION ALL
            SELECT word, place + cardinality(token.title) + 9, ''
            FROM unnest(token.body) WITH ORDINALITY AS b(word, place)
        ) AS all_words
    ) AS placed
    CROSS JOIN LATERAL (
        SELECT string_agg('''§' || to_hex(shingle) || '''', ' ') AS words
        FROM unnest(t.shingles) AS shingle
    ) AS sampled
    """,
    "DROP TABLE slim_search",
    "DROP FUNCTION morgue_folded",
    "CREATE INDEX ix_search_words ON search USING gin (words)",
)
