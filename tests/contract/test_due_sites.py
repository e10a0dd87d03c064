"""Which sites a daemon would crawl now."""

from datetime import timedelta

from config.clock import ManualClock
from config.site import SiteConfig
from db.archive import Archive
from db.archiving import crawls
from db.models import Site
from morgue.cli.due import due_sites


def site(name: str, **schedule: object) -> SiteConfig:
    given = {"name": name, "title": name, "home": f"https://{name}.example/", "schedule": schedule}
    return SiteConfig.model_validate(given)


def add(archive: Archive, one: SiteConfig, *, due_in: timedelta) -> None:
    now = archive.clock.now()
    with archive.write() as session:
        crawls.ensure_site(session, name=one.name, title=one.title, home=one.home, now=now)
        session.query(Site).filter_by(name=one.name).update({"due_at": now + due_in})


def names(archive: Archive, *sites: SiteConfig) -> list[str]:
    return [one.name for one in due_sites(archive, sites)]


def test_the_longest_due_comes_first_and_a_new_site_last(archive: Archive) -> None:
    one, two, three, new = site("one"), site("two"), site("three"), site("new")
    add(archive, one, due_in=-timedelta(hours=1))
    add(archive, two, due_in=-timedelta(hours=2))
    add(archive, three, due_in=timedelta(seconds=1))
    assert names(archive, one, two, three, new) == ["two", "one", "new"]


def test_a_site_that_became_due_before_its_quiet_hours_waits_for_their_end(
    archive: Archive, clock: ManualClock
) -> None:
    now = clock.now().time().replace(microsecond=0)
    begin, end = f"{now:%H:%M}", f"{(clock.now() + timedelta(hours=2)):%H:%M}"
    one = site("one", quiet=f"{begin}-{end}")
    add(archive, one, due_in=-timedelta(minutes=30))
    assert names(archive, one) == []
    clock.advance(timedelta(hours=2, minutes=1))
    assert names(archive, one) == ["one"]
