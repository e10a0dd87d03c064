"""How many requests a site's file still allows, from what its crawls made. Knows the two settings, no engine."""

from datetime import datetime, timedelta
from typing import Any

from config.site import SiteConfig
from db.archiving import rhythms

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def left(session: Any, site: SiteConfig, site_id: int, *, now: datetime) -> int | None:
    """Requests that a crawl beginning now may make; None where the site has no budget.

    A crawl counts with all its requests until it is an hour, or a day, since it ended: never too few are counted.
    """
    polite = site.politeness
    allowed = [
        (window, count)
        for window, count in ((_HOUR, polite.requests_per_hour), (_DAY, polite.requests_per_day))
        if count is not None
    ]
    if not allowed:
        return None
    longest = max(window for window, _ in allowed)
    made = rhythms.requests_since(session, site_id, now - longest)
    return min(
        max(count - sum(number for at, number in made if at > now - window), 0)
        for window, count in allowed
    )
