"""What was learnt of a site, as a person or a program sees it. Imports the archive and the pipeline."""

from datetime import datetime
from typing import Any

from config.settings import Settings
from config.site import SiteConfig
from crawler.learning import SiteBusy, learn_site
from db.archive import Archive
from db.archiving import crawls, profiles
from db.archiving.profiles import KnownProfile
from db.errors import ArchiveMissing
from morgue.cli import output
from morgue.cli.access import clock_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.moments import shown
from morgue.cli.opened import archive_errors, archive_of, asking
from pipeline.context import LeaseLost
from pipeline.profiles import profile as learnt
from pipeline.profiles.profile import LEARNER_VERSION, Normal, Profile

_SHOWN = 20  # repeated lines


def show(
    settings: Settings, site: SiteConfig, *, as_of: datetime | None, as_json: bool
) -> ExitCode:
    """Print what was learnt of the site last, or had been by a moment."""
    with asking(settings) as session:
        site_id = _number(session, site)
        known = profiles.newest_profile(session, site_id, known_at=as_of)
        if known is None and as_of is not None:
            raise Failure(
                f"{site.name} was not learnt yet as of {shown(as_of)}",
                remedy=f"`morgue sites profile {site.name}` shows what is known now.",
                code=ExitCode.NOTHING,
            )
        count = profiles.article_count(session, site_id)
    if known is None:
        raise Failure(
            f"{site.name} was not learnt yet: it has {count} articles",
            remedy="The crawl that finds the fifth learns it at its end; "
            f"`morgue sites learn {site.name}` does so now.",
            code=ExitCode.NOTHING,
        )
    _tell(site, known, as_json=as_json)
    return ExitCode.OK


def learn(settings: Settings, site: SiteConfig, *, as_json: bool) -> ExitCode:
    """Learn the site now, and print what was learnt."""
    with archive_of(settings) as archive:
        known = _learn(settings, site, archive)
    _tell(site, known, as_json=as_json)
    return ExitCode.OK


def known_profiles(settings: Settings, *, site: str | None = None) -> dict[str, bytes]:
    """What was learnt of the archive's sites, or of one of them, by name; nothing where there is no archive."""
    try:
        with (
            archive_errors(),
            Archive.open(
                settings.archive_url,
                clock=clock_of(settings),
                captures=settings.capture_store,
                read_only=True,
            ) as archive,
            archive.read() as session,
        ):
            found = profiles.newest_profiles(session, learner=LEARNER_VERSION, site=site)
    except Failure as failure:
        if isinstance(failure.__cause__, ArchiveMissing):
            return {}
        raise Failure(
            str(failure), remedy="`--no-profile` reads without what was learnt.", code=failure.code
        ) from failure
    return {name: known.content for name, known in found.items()}


def _learn(settings: Settings, site: SiteConfig, archive: Archive) -> KnownProfile:
    with archive.read() as session:
        site_id = _number(session, site)
        if profiles.article_count(session, site_id) == 0:
            raise Failure(
                f"there is no article of {site.name} to learn from",
                remedy=f"`morgue crawl {site.name}` fetches some.",
                code=ExitCode.NOTHING,
            )
    try:
        return learn_site(
            settings, site, site_id=site_id, archive=archive, clock=clock_of(settings)
        )
    except (SiteBusy, LeaseLost) as error:
        raise Failure(
            str(error), remedy="Try again when the crawl has ended.", code=ExitCode.ARCHIVE
        ) from error


def _number(session: Any, site: SiteConfig) -> int:
    found = crawls.site_id(session, site.name)
    if found is None:
        raise Failure(
            f"{site.name} was never crawled",
            remedy=f"`morgue crawl {site.name}` begins.",
            code=ExitCode.NOTHING,
        )
    return found


def _tell(site: SiteConfig, known: KnownProfile, *, as_json: bool) -> None:
    try:
        profile = learnt.of_content(known.content)
    except ValueError as error:
        raise Failure(
            f"the profile of {site.name} is not understood: {error}",
            remedy=f"`morgue sites learn {site.name}` makes a new one.",
            code=ExitCode.NOTHING,
        ) from error
    if as_json:
        output.document(_document(site, known, profile))
    else:
        _print(site, known, profile)


def _document(site: SiteConfig, known: KnownProfile, profile: Profile) -> dict[str, Any]:
    return {
        "site": site.name,
        "number": known.number,
        "profile": profile.name,
        "sha256": known.digest_sha256,
        "learned_at": known.learned_at,
        "learner": known.learner,
        "articles": known.article_count,
        "pages": profile.pages,
        "repeated_lines": len(profile.lines),
        "lines": [{"pages": count, "text": text} for count, text in profile.shown],
        "texts_at_many_addresses": len(profile.texts),
        "watermarks": [{"copies": count, "text": text} for text, count in profile.watermarks],
        "body_paths": [{"pages": count, "path": path} for path, count in profile.containers],
        "fields": dict(profile.fields),
        "text": _spread(profile.text),
        "paragraphs": _spread(profile.paragraphs),
    }


def _spread(normal: Normal) -> dict[str, int]:
    return {
        "least": normal.least,
        "lower": normal.lower,
        "median": normal.median,
        "upper": normal.upper,
        "most": normal.most,
    }


def _print(site: SiteConfig, known: KnownProfile, profile: Profile) -> None:
    learned_at = known.learned_at.strftime("%Y-%m-%d %H:%M UTC")
    output.line(f"{site.name}: profile {known.number} ({profile.name}), learnt {learned_at}")
    output.line(
        f"from {profile.pages} pages with different stories, of {known.article_count} articles"
    )
    for words, normal in (("characters", profile.text), ("paragraphs", profile.paragraphs)):
        output.line(
            f"A page yields {normal.median} {words}; half of them {normal.lower} to {normal.upper}, "
            f"all {normal.least} to {normal.most}."
        )
    found = ", ".join(f"{name} {count}" for name, count in profile.fields.items())
    output.line(f"Fields found, on how many pages: {found or 'none'}.")
    output.line("The text stands in:")
    for path, count in profile.containers:
        output.line(f"  {count:>3}  {output.one_line(path)}")
    if profile.texts:
        most = max(profile.texts.values())
        output.line(
            f"Texts that stand at many addresses: {len(profile.texts)}, one of them at {most}."
        )
    for phrase, count in profile.watermarks:
        copies = "one copy" if count == 1 else f"{count} copies"
        output.line(
            f"It injects “{output.one_line(phrase)}”: found in {copies} beside the original."
        )
    output.line(f"{len(profile.lines)} lines repeat; the pages that have them:")
    for count, text in profile.shown[:_SHOWN]:
        output.line(f"  {count:>3}  {output.one_line(text)}")
