"""What is known of a page and of articles, as `identify` weighs it. Values in, values out.

Knows how a look, its reading and an article's row are spelled. Must not judge, nor ask the archive.
"""

from db.archiving.entries import Alias, CandidateRow
from pipeline import identify, urls
from pipeline.extraction import Result
from pipeline.items import Fetched
from pipeline.likeness import Said


def evidence_of(fetched: Fetched, result: Result) -> identify.Evidence:
    """What is known of a page that was read."""
    reading = result.reading
    return identify.Evidence(
        url_key=fetched.link.url_key,
        answered_key=urls.key(fetched.url_answered or fetched.url),
        canonical_key=urls.key(reading.canonical_url) if reading.canonical_url else None,
        guid=fetched.link.guid,
        said=Said(
            title=reading.title,
            text=reading.text,
            text_digest=result.normal_sha256,
            shingles=result.shingles,
            published=str(reading.published) if reading.published else None,
        ),
        found_at=fetched.link.found_at,
        seen_at=fetched.fetched_at,
    )


def keys_of(page: identify.Evidence) -> set[str]:
    """The URL keys that a page goes by, or says that it does."""
    return {key for key in (page.url_key, page.answered_key, page.canonical_key) if key}


def candidate_of(row: CandidateRow) -> identify.Candidate:
    """An article of the archive that a page may be."""
    return identify.Candidate(
        article_id=row.article_id,
        url_keys=frozenset(row.url_keys),
        guids=row.guids,
        said=Said(
            title=row.title,
            text=row.text or "",
            text_digest=row.normal_sha256,
            shingles=row.shingles,
            published=row.published,
        ),
        stated_keys=frozenset(row.stated_keys),
        apart=row.apart,
        first_seen_at=row.first_seen_at,
    )


def aliases_of(fetched: Fetched, result: Result, found: identify.Identity) -> tuple[Alias, ...]:
    """The URLs behind the keys that the page goes by, with what made it this article."""
    spelled = {
        "asked": fetched.url,
        "redirect": fetched.url_answered or fetched.url,
        "canonical": result.reading.canonical_url or fetched.url,
    }
    because = found.because or None
    return tuple(
        Alias(spelled[one.evidence], one.url_key, one.evidence, because) for one in found.aliases
    )
