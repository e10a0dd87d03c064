"""Makes the auditor of a site: what the archive and the site's file say that decides why a page is missing."""

from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive, Session
from db.archiving import profiles
from db.asking import completeness
from db.asking.completeness import Doubt
from morgue.auditing import Auditor
from pipeline.context import CrawlContext
from pipeline.profiles.profile import LEARNER_VERSION
from pipeline.reading import EXTRACTOR_VERSION


def auditor_of(
    archive: Archive, session: Session, settings: Settings, site: SiteConfig
) -> Auditor | None:
    """The auditor; None where the site was never crawled."""
    now = archive.clock.now()
    state = completeness.site_state(session, site.name, hosts=site.hosts, now=now)
    if state is None:
        return None
    known = (
        profiles.newest_profile(session, state.id, learner=LEARNER_VERSION)
        if settings.learn_profiles
        else None
    )
    context = CrawlContext(
        settings=settings,
        sites={site.name: site},
        site_ids={site.name: state.id},
        archive=archive,
        crawl_id=0,
        clock=archive.clock,
        profiles={site.name: known} if known else {},
    )
    rules_sha256 = context.rules_sha256(site.name)

    def is_present(doubt: Doubt) -> bool:
        return doubt.extractor == EXTRACTOR_VERSION and doubt.rules_sha256 == rules_sha256

    return Auditor(site=site, state=state, now=now, is_present=is_present)
