"""What a request is for: travels in its meta, through redirects and retries, to the answer."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from scrapy import Request

from config.site import SiteConfig

KEY: Final = "asked"


@dataclass(slots=True)
class Asked:
    """One question to a site, however many requests it takes."""

    site: SiteConfig
    what: Literal["page", "source", "robots"]
    url: str
    redirects: list[tuple[int, str]] = field(default_factory=list)  # (status, where to)
    try_count: int = 0  # requests that were made again
    retry_after_s: int | None = None  # asked to wait for longer than we wait
    subject: Any = None  # the link or the source's run; the spider's business


def asked_of(request: Request) -> Asked | None:
    """What the request is for; None for a request that the spider did not make."""
    found = request.meta.get(KEY)
    return found if isinstance(found, Asked) else None


class Refused(Exception):  # noqa: N818  not an error: we chose not to ask
    """We do not ask this, and why: "robots", "private address" ..."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooManyRedirects(Exception):  # noqa: N818
    """The redirects did not end."""


class Stopping(Exception):  # noqa: N818
    """The crawl is being stopped: nothing is wrong with the link."""
