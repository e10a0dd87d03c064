"""Profiles: what was learnt of a site has its digest, and what was read with it names it."""

from collections.abc import Iterator

from sqlalchemy import select

from db.archiving.contents import digest
from db.models import Extraction, SiteProfile
from db.verify.check import BODIES, Check, Step, Violation


def _digests(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(SiteProfile.id, SiteProfile.digest_sha256, SiteProfile.content)
        .where(SiteProfile.id.between(step.first, step.last))
        .order_by(SiteProfile.id)
    )
    for profile_id, sha256, content in rows:
        if digest(content) != sha256:
            detail = "its content does not have its digest"
            yield Violation("profiles", f"profile {profile_id}", detail)


def _named(step: Step) -> Iterator[Violation]:
    rows = step.session.execute(
        select(Extraction.id, Extraction.profile_id)
        .outerjoin(SiteProfile, SiteProfile.id == Extraction.profile_id)
        .where(
            Extraction.id.between(step.first, step.last),
            Extraction.profile_id.is_not(None),
            SiteProfile.id.is_(None),
        )
        .order_by(Extraction.id)
    )
    for extraction_id, missing_id in rows:
        detail = f"it was read with profile {missing_id}, which is not there"
        yield Violation("profiles_named", f"extraction {extraction_id}", detail)


CHECKS = (
    Check(
        "profiles",
        "what was learnt of a site has its digest",
        over=SiteProfile.id,
        find=_digests,
        step=BODIES,
    ),
    Check(
        "profiles_named",
        "the profile that an extraction was read with is there",
        over=Extraction.id,
        find=_named,
    ),
)
