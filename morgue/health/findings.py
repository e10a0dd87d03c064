"""What detectors find: what is wrong, with whom, since when, by which numbers. Knows words for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What can be wrong."""

    LAYOUT = "layout"  # pages are not read as they were: fields, bodies, doubts
    DEAD_FEED = "dead_feed"  # a source brings nothing, or errors, while others do
    QUIET = "quiet"  # the whole site brings nothing new
    BLOCKED = "blocked"  # walls, 401, 403, 429
    CERTIFICATE = "certificate"
    DNS = "dns"
    UNREACHABLE = "unreachable"  # timeouts, refused connections, server errors
    GAP = "gap"  # not crawled though it should have been
    HANGING = "hanging"  # its crawl goes on and on, or is ended from outside
    WRONG_304 = "wrong_304"  # a feed said that it had not changed, and it had


REMEDIES: Mapping[Kind, str] = {
    Kind.LAYOUT: "look at a page with `morgue sites try URL` and renew the site's rules; then "
    "`morgue reextract` reads the kept pages again",
    Kind.DEAD_FEED: "open the source in a browser; name its new address in the site's file, or remove it",
    Kind.QUIET: "open the site in a browser: if it publishes, `morgue crawl SITE -v` shows what its sources say",
    Kind.BLOCKED: "the site refuses you: crawl it less (`politeness`, `schedule`), and write to its owner",
    Kind.CERTIFICATE: "nothing, if its owner renews the certificate; else look at its address",
    Kind.DNS: "check that its name still exists, and this machine's resolver",
    Kind.UNREACHABLE: "nothing, if the site is down: it is asked at pauses that double",
    Kind.GAP: "see that `morgue up` runs: its log says why it begins no crawl",
    Kind.HANGING: "look at its log with `-v`; lower max_crawl_minutes, or timeout_s",
    Kind.WRONG_304: "nothing: the source is asked without conditions from now on",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong."""

    kind: Kind
    site: str  # "" where it is about all of them
    since: datetime
    words: str  # in a sentence, with the numbers
    part: str = ""  # of the site: a field, a source
    numbers: Mapping[str, Any] = field(default_factory=dict)  # then and now
    examples: tuple[str, ...] = ()  # URLs to look at

    @property
    def whom(self) -> str:
        """The site, for people."""
        return self.site or "all sites"

    @property
    def occasion(self) -> str:
        """What it is about: the same for as long as it lasts."""
        return " ".join(f"{self.kind} {self.site} {self.part}".split())[:180]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES[self.kind].replace("SITE", self.site)
