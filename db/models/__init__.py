"""The tables of the archive: what we know. No behaviour, no queries.

Annotations are read at run time by SQLAlchemy. No server defaults and no expression indexes: Alembic
cannot compare them on both databases.
"""

from db.models.articles import Article, ArticleUrl, Reprint, Revision
from db.models.captured import (
    Capture,
    Content,
    Dictionary,
    Extraction,
    Frame,
    PrunedBody,
    Quarantine,
    Unread,
    Unrelated,
    Visit,
)
from db.models.crawling import (
    Crawl,
    CrawlSite,
    Lease,
    Link,
    RobotsFile,
    Site,
    SiteProfile,
    SiteRhythm,
    Source,
    SourceLook,
)
from db.models.deeds import Action, AliasMove, KeptApart, Supersession, TreeHead
from db.models.filling import Backfill, BackfillDocument, BackfillLink
from db.models.history import Change, Counter, Edit, Removal, Variant
from db.models.values import (
    GUID_LIMIT,
    BackfillState,
    Base,
    CrawlOutcome,
    DocumentState,
    Moment,
    SourceOutcome,
    VisitOutcome,
    Words,
    storable,
    to_millisecond,
)
from db.models.watching import Alert, AlertDelivery, AlertRule, SiteDay, SiteHealth

__all__ = [
    "GUID_LIMIT",
    "Action",
    "Alert",
    "AlertDelivery",
    "AlertRule",
    "AliasMove",
    "Article",
    "ArticleUrl",
    "Backfill",
    "BackfillDocument",
    "BackfillLink",
    "BackfillState",
    "Base",
    "Capture",
    "Change",
    "Content",
    "Counter",
    "Crawl",
    "CrawlOutcome",
    "CrawlSite",
    "Dictionary",
    "DocumentState",
    "Edit",
    "Extraction",
    "Frame",
    "KeptApart",
    "Lease",
    "Link",
    "Moment",
    "PrunedBody",
    "Quarantine",
    "Removal",
    "Reprint",
    "Revision",
    "RobotsFile",
    "Site",
    "SiteDay",
    "SiteHealth",
    "SiteProfile",
    "SiteRhythm",
    "Source",
    "SourceLook",
    "SourceOutcome",
    "Supersession",
    "TreeHead",
    "Unread",
    "Unrelated",
    "Variant",
    "Visit",
    "VisitOutcome",
    "Words",
    "storable",
    "to_millisecond",
]
