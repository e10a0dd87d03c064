import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.errors import ConfigError
from config.site import RuleSet, SiteConfig, SourceConfig, ad_hoc_site, load_sites

BASE = "name: harbour\ntitle: Harbour Post\nhome: https://www.harbourpost.example/\n"


def site(**more: object) -> SiteConfig:
    written = {"name": "harbour", "title": "Harbour Post", "home": "https://harbourpost.example/"}
    return SiteConfig.model_validate(written | more)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: a\ntitle: A\nhome: a.example\ntime_zone: Mars\n")
    (tmp_path / "b.yaml").write_text("name: [\n")
    (tmp_path / "c.yaml").write_text("name: c\ntitle: C\nhome: https://c.example/\n")
    (tmp_path / "d.yml").write_text("name: d\n")
    with pytest.raises(ConfigError) as caught:
        load_sites(tmp_path)
    places = [(Path(p.file or "").name, p.line, p.where) for p in caught.value.problems]
    assert places == [
        ("a.yaml", 3, "home"),
        ("a.yaml", 4, "time_zone"),
        ("b.yaml", 2, ""),
        ("d.yml", None, ""),
    ]
    assert str(caught.value).endswith("d.yml: is not read. Rename it to d.yaml.")


def test_only_the_named_files_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("name: [\n")
    (tmp_path / "harbour.yaml").write_text(BASE)
    assert list(load_sites(tmp_path, names=["harbour", "harbour"])) == ["harbour"]


def test_an_unknown_name_brings_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "harbour.yaml").write_text(BASE)
    with pytest.raises(ConfigError, match=r"has no site harbor\. Did you mean harbour\?"):
        load_sites(tmp_path, names=["harbor"])


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sites: cannot be read: No such file .* set sites_dir"):
        load_sites(tmp_path / "sites")


def test_hidden_files_and_other_kinds_are_left_alone(tmp_path: Path) -> None:
    for name in (".harbour.yaml", "harbour.yaml~", "README.md"):
        (tmp_path / name).write_text("[")
    assert load_sites(tmp_path) == {}


def test_a_name_of_digits_and_a_language_called_no_stay_text(tmp_path: Path) -> None:
    (tmp_path / "1815.yaml").write_text(
        "name: 1815\ntitle: 1815\nhome: http://a.example\nlanguage: no\nverified_live: yes\n"
    )
    loaded = load_sites(tmp_path)["1815"]
    assert (loaded.name, loaded.title, loaded.language) == ("1815", "1815", "no")
    assert loaded.verified_live is True


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90s", 90), ("30m", 1800), ("2h", 7200), ("1h30m", 5400), ("1d", 86400), ("1w", 604800)],
)
def test_durations_are_read_as_they_are_written(written: str, seconds: int) -> None:
    schedule = site(schedule={"every": written}).schedule
    assert schedule.every == timedelta(seconds=seconds)


def test_a_site_says_its_durations_as_they_are_written() -> None:
    written = site(schedule={"every": "90m"}).model_dump(mode="json")
    assert written["schedule"]["every"] == "1h30m"


def test_a_schedule_without_times_is_hourly_and_one_with_cron_is_not() -> None:
    assert site().schedule.every == timedelta(hours=1)
    assert site(schedule={"cron": "0 3 * * *"}).schedule.every is None


def test_sources_know_their_kind_url_and_rank() -> None:
    source = SourceConfig.model_validate({"section": "https://a.example/", "links": "h2 a"})
    assert (source.kind, source.url, source.rank) == ("section", "https://a.example/", 3)
    assert source.links is not None
    assert source.links.css == "h2 a"


def test_sources_are_ranked_by_their_freshness() -> None:
    kinds = ["sitemap", "follow", "feed", "section", "wordpress", "news_sitemap"]
    sources = [SourceConfig.model_validate({kind: "https://a.example/"}) for kind in kinds]
    assert [source.kind for source in sorted(sources, key=lambda source: source.rank)] == [
        "feed",
        "news_sitemap",
        "wordpress",
        "section",
        "sitemap",
        "follow",
    ]


def test_one_value_may_stand_for_a_list_of_one() -> None:
    written = site(
        allow="/news/",
        sources={"feed": "https://a.example/"},
        extract={"title": "h1", "published": {"css": "time", "attribute": "datetime"}},
    )
    assert [pattern.pattern for pattern in written.allow] == ["/news/"]
    assert written.sources[0].kind == "feed"
    assert written.extract[0].title[0].css == "h1"
    assert written.extract[0].published[0].attribute == "datetime"


def test_an_empty_list_key_holds_nothing() -> None:
    assert site(deny=None).deny == ()


def test_hosts_are_the_homes_its_www_twin_and_the_aliases() -> None:
    written = site(aliases=["amp.harbourpost.example", "HafenPost.example."])
    assert written.hosts == {
        "harbourpost.example",
        "www.harbourpost.example",
        "amp.harbourpost.example",
        "www.amp.harbourpost.example",
        "hafenpost.example",
        "www.hafenpost.example",
    }


@pytest.mark.parametrize(
    ("home", "url", "is_covered"),
    [
        ("https://a.example/", "http://WWW.A.example:80/x?y#z", True),
        ("https://www.a.example/", "https://a.example./", True),
        ("https://a.example/", "https://a.example:8443/", False),
        ("https://a.example/", "https://b.a.example/", False),
        ("https://a.example/", "https://a.example.evil.example/", False),
        ("https://a.example/", "mailto:desk@a.example", False),
        ("https://a.example/", "https://[broken/", False),
        ("https://a.example/", "", False),
        ("http://127.0.0.1:8010/", "http://127.0.0.1:8010/a", True),
        ("http://127.0.0.1:8010/", "http://127.0.0.1:8011/a", False),
        ("http://[::1]:8010/", "http://[::1]:8010/a", True),
        ("https://hafenpost-köln.example/", "https://xn--hafenpost-kln-smb.example/", True),
    ],
)
def test_a_site_covers_its_own_hosts_and_ports_alone(home: str, url: str, is_covered: bool) -> None:  # noqa: FBT001
    assert site(home=home).covers(url) is is_covered


def test_a_site_wants_what_it_allows_and_does_not_deny() -> None:
    written = site(allow=["/news/", "/sport/"], deny=r"\?print=")
    assert written.wants("https://harbourpost.example/news/1")
    assert not written.wants("https://harbourpost.example/shop/1")
    assert not written.wants("https://harbourpost.example/sport/1?print=1")
    assert not written.wants("https://elsewhere.example/news/1")


def test_a_source_wants_what_it_allows_and_does_not_deny() -> None:
    source = SourceConfig.model_validate(
        {"sitemap": "https://a.example/", "allow": "/en/", "deny": "/en/video"}
    )
    assert source.wants("https://a.example/en/1")
    assert not source.wants("https://a.example/fr/1")
    assert not source.wants("https://a.example/en/video/1")


def test_each_day_has_the_rules_that_held_on_it() -> None:
    written = site(
        extract=[
            {"valid_until": "2020-12-31", "title": "h3"},
            {"valid_until": "2023-06-30", "title": "h2"},
            {"title": "h1"},
        ]
    )

    def title_on(day: str) -> str | None:
        rules = written.rules_on(date.fromisoformat(day))
        assert rules is not None
        return rules.title[0].css

    assert title_on("1999-01-01") == "h3"
    assert title_on("2020-12-31") == "h3"
    assert title_on("2021-01-01") == "h2"
    assert title_on("2023-07-01") == "h1"
    assert title_on("2999-01-01") == "h1"


def test_a_site_whose_rules_ended_has_none_today() -> None:
    written = site(extract={"valid_until": "2020-12-31", "title": "h3"})
    assert written.rules_on(date(2021, 1, 1)) is None
    assert site().rules_on(date(2021, 1, 1)) is None


def test_the_digest_of_the_rules_changes_with_them_and_with_nothing_else() -> None:
    digest = site(extract={"title": "h1"}).rules_sha256()
    assert len(digest) == 32
    assert site(extract=[{"title": [{"css": "h1"}]}], cookies=True).rules_sha256() == digest
    for other in (
        site(extract={"title": "h2"}),
        site(extract={"title": "h1", "body_stop": "^Read"}),
        site(extract={"title": "h1"}, language="en"),
        site(extract={"title": "h1"}, time_zone="Asia/Tokyo"),
        site(extract={"title": "h1"}, title="Harbour"),
    ):
        assert other.rules_sha256() != digest


def test_the_digest_of_the_rules_is_the_same_in_every_release() -> None:
    written = site(extract={"title": {"xpath": "//h1", "regex": "(.+)"}}, language="de")
    assert written.rules_sha256().hex() == (
        "6a85de6a728373f703b05b1a261cabd366c3fb50f0e8f427fdab5528b894bfb1"
    )


def test_a_site_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        site().title = "Other"  # type: ignore[misc]


def test_a_rule_set_can_be_made_in_code() -> None:
    rules = RuleSet.model_validate({"remove_text": re.compile("^Ad"), "valid_until": date.max})
    assert rules.remove_text[0].search("Ad: buy")


@pytest.mark.parametrize(
    ("url", "name", "home"),
    [
        ("https://www.news.example/a/b?c", "adhoc-news-example", "https://www.news.example/"),
        ("http://127.0.0.1:8000/x", "adhoc-127-0-0-1-8000", "http://127.0.0.1:8000/"),
        ("HTTP://A-B.example", "adhoc-a--b-example", "http://a-b.example/"),
        ("http://[::1]:8000/x", "adhoc---1-8000", "http://[::1]:8000/"),
        (
            "https://bücher.example/",
            "adhoc-xn----bcher--kva-example",
            "https://xn--bcher-kva.example/",
        ),
    ],
)
def test_a_url_of_no_site_makes_a_site_of_its_host(url: str, name: str, home: str) -> None:
    made = ad_hoc_site(url)
    assert (made.name, made.home, made.sources, made.extract) == (name, home, (), ())
    assert made.covers(url)


def test_hosts_that_differ_by_dash_and_dot_are_two_ad_hoc_sites() -> None:
    assert ad_hoc_site("https://a-b.example/").name != ad_hoc_site("https://a.b.example/").name


@pytest.mark.parametrize("url", ["nonsense", "ftp://a.example/", "https://", "mailto:a@b.example"])
def test_what_cannot_be_crawled_makes_no_site(url: str) -> None:
    with pytest.raises(ValueError, match=r"has no scheme|has the scheme|has no host"):
        ad_hoc_site(url)
