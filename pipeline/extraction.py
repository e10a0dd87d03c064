"""One whole extraction as a task that can be sent to another process: bytes in, everything derived from them out.

Knows the order decode, read, normalise, sample. Must not know archives, crawls or processes.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from config.site import SiteConfig
from pipeline import compare, fingerprint
from pipeline.reading import Reading, Reason, Verdict

if TYPE_CHECKING:
    from pipeline.profiles.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Task:
    """A capture to be read, and what its source said of it."""

    body: bytes
    url: str
    site: SiteConfig
    fetched_at: datetime
    content_type: str | None = None
    feed_title: str | None = None
    feed_published: datetime | None = None
    is_truncated: bool = False
    max_depth: int = 2000
    profile: bytes | None = None  # the content of the site's profile


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a task, ready to be archived."""

    reading: Reading
    content: bytes  # canonical JSON of the reading
    content_sha256: bytes
    normal_sha256: bytes
    shingles: tuple[int, ...]


def perform(task: Task) -> Result:
    """Read the capture. Never raises for any bytes: what cannot be read is quarantined."""
    # here, because a crawl hands its tasks to another process: it need not carry the readers too
    from pipeline import read  # noqa: PLC0415
    from pipeline.profiles import profile  # noqa: PLC0415

    reading = read.read(
        task.body,
        url=task.url,
        site=task.site,
        fetched_at=task.fetched_at,
        content_type=task.content_type,
        feed_title=task.feed_title,
        feed_published=task.feed_published,
        is_truncated=task.is_truncated,
        max_depth=task.max_depth,
        profile=profile.of_content(task.profile) if task.profile is not None else None,
    )
    return result_of(reading)


def sight(task: Task) -> "Sighting | None":
    """What the capture shows for learning its site's profile; None where it is no article.

    It is read without any profile, so that what is learnt depends on the captures alone.
    """
    from pipeline import decode  # noqa: PLC0415
    from pipeline.markup import furniture, page  # noqa: PLC0415
    from pipeline.profiles import sighting  # noqa: PLC0415

    reading = perform(replace(task, profile=None)).reading
    if reading.verdict is not Verdict.BELIEVED:
        return None
    decoded = decode.decode(task.body, content_type=task.content_type)
    parsed = page.parse(decoded.text, url=task.url, max_depth=task.max_depth)
    if isinstance(parsed, page.Refusal):
        return None
    furniture.clear(parsed)
    return sighting.sight(sighting.lines_of(parsed.body), reading)


def result_of(reading: Reading) -> Result:
    """Everything that is derived from a reading."""
    content = json.dumps(
        reading.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode("utf-8", "surrogatepass")
    is_believed = reading.verdict is Verdict.BELIEVED
    return Result(
        reading=reading,
        content=content,
        content_sha256=hashlib.sha256(content).digest(),
        normal_sha256=compare.normal_digest(
            title=reading.title or "", standfirst=reading.standfirst, text=reading.text
        ),
        shingles=fingerprint.shingles(reading.text) if is_believed else (),
    )


def has_failed(reading: Reading) -> bool:
    """Whether nothing could be read. A parser without memory says that there is nothing to read, too."""
    return reading.reason in (Reason.READER_FAILED, Reason.EMPTY)


def failure(task: Task, reason: Reason, detail: str) -> Result:
    """The result of a task whose reading took too long or killed its process."""
    return result_of(
        Reading(url=task.url, verdict=Verdict.QUARANTINED, reason=reason, detail=detail)
    )
