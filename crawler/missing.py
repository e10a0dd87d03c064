"""Links that a source lists no more, though it lists older ones: they are looked at now.

Knows what a document listed before, and by which rule a link is missed. Must not know what has become of it: a look
decides that, and only a look. Takes a session and never commits.
"""

from datetime import datetime

from crawler.sources.listing import Listing, Past, missed
from db.archive import Session
from db.archiving import listings
from db.archiving.listings import KnownList


def look_for_missing(
    session: Session,
    listing: Listing,
    *,
    site_id: int,
    source_id: int,
    url: str,
    now: datetime,
) -> int:
    """Compare a document of a source with what it listed before, and keep it. Returns how many links are due for that.

    Read again, it has nothing new to say.

    Args:
        session: A write session.
        listing: What the document lists; read whole.
        site_id: Whose it is.
        source_id: Of which source.
        url: Of the document.
        now: When it was read.
    """
    listed = listings.link_ids(session, site_id, listing.keys)
    before = listings.load(session, source_id, url)
    if before is None:
        listings.store(session, source_id, url, KnownList(now, tuple(listed), 0.0, 0.0))
        return 0
    found = missed(before.link_ids, listed, order=listing.order)
    past = Past(before.left_count, before.missed_count).after(found, now - before.read_at)
    listings.store(session, source_id, url, KnownList(now, tuple(listed), past.left, past.missed))
    if not (found.links and past.is_orderly):
        return 0
    return listings.look_for(session, found.links, now=now)
