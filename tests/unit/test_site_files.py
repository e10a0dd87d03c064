"""The files that are shipped: bundled sites, their JSON Schema, and the examples of the tutorial."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html

from config.schema import SCHEMA_FILE, schema_text
from config.settings import BUNDLED_SITES, load_settings
from config.site import FieldRule, SiteConfig, load_sites

ROOT = Path(__file__).resolve().parent.parent.parent
TUTORIAL = ROOT / "docs" / "add-a-site.md"
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))


TYPES: dict[str, Any] = {
    "string": str,
    "object": dict,
    "array": list,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}
NOTES = {"$schema", "$defs", "description", "default", "examples", "title", "format"}
LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, known: value in known,
    "pattern": lambda text, pattern: re.search(pattern, text) is not None,
    "minLength": lambda text, least: len(text) >= least,
    "maxLength": lambda text, most: len(text) <= most,
    "minimum": lambda number, least: number >= least,
    "maximum": lambda number, most: number <= most,
    "exclusiveMinimum": lambda number, bound: number > bound,
    "required": lambda value, names: set(names) <= set(value),
}


OF_STRINGS = {"pattern", "minLength", "maxLength"}
OF_OBJECTS = {"properties", "additionalProperties", "propertyNames", "required"}


def violations(value: Any, schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where a value breaks a schema: the keywords that ours uses, and no others."""
    schema = dict(schema)
    while "$ref" in schema:
        schema |= SCHEMA["$defs"][schema.pop("$ref").rpartition("/")[2]]
    expected = schema.pop("type", None)
    if isinstance(expected, list):  # each keyword holds for the type that it is about
        expected = next((each for each in expected if isinstance(value, TYPES[each])), expected[0])
        others = OF_OBJECTS if expected == "string" else OF_STRINGS
        schema = {keyword: part for keyword, part in schema.items() if keyword not in others}
    if expected and not isinstance(value, TYPES[expected]):
        yield f"{at}: is no {expected}"
        return
    for keyword in schema.keys() - NOTES - PARTS.keys():
        if not LIMITS[keyword](value, schema[keyword]):
            yield f"{at}: breaks {keyword} {schema[keyword]}"
    for keyword in PARTS.keys() & schema.keys():
        yield from PARTS[keyword](value, schema, at)


def of_alternatives(value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
    for keyword in {"anyOf", "oneOf"} & schema.keys():
        count = sum(not list(violations(value, part, at)) for part in schema[keyword])
        if count == 0 or (keyword == "oneOf" and count > 1):
            yield f"{at}: fits {count} of {keyword}"


def of_properties(value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, part in value.items():
        if name not in known and others is False:
            yield f"{at}.{name}: unknown"
        elif wanted := known.get(name, others):
            yield from violations(part, {} if wanted is True else wanted, f"{at}.{name}")


def of_names(value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
    for name in value:
        yield from violations(name, schema["propertyNames"], f"{at}.{name}")


def of_items(value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
    for number, item in enumerate(value):
        yield from violations(item, schema["items"], f"{at}.{number}")


PARTS: dict[str, Callable[[Any, dict[str, Any], str], Iterator[str]]] = {
    "anyOf": of_alternatives,
    "oneOf": of_alternatives,
    "properties": of_properties,
    "additionalProperties": of_properties,
    "propertyNames": of_names,
    "items": of_items,
}


class EditorLoader(yaml.SafeLoader):
    """YAML as editors read it: dates are text."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_an_editor(text: str) -> list[str]:
    return list(violations(yaml.load(text, Loader=EditorLoader), SCHEMA))


def tutorial_examples() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)


SITE_FILES = sorted(BUNDLED_SITES.glob("*.yaml"))


@pytest.mark.parametrize("file", SITE_FILES, ids=lambda file: file.stem)
def test_a_bundled_site_fits_the_schema(file: Path) -> None:
    assert as_an_editor(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", SITE_FILES, ids=lambda file: file.stem)
def test_a_bundled_site_is_loaded_without_complaint(file: Path) -> None:
    site = load_sites(BUNDLED_SITES, names=[file.stem])[file.stem]
    assert site.sources
    assert site.language
    assert site.time_zone != "UTC"
    assert not site.verified_live


def test_the_bundled_sites_are_of_several_countries_and_languages() -> None:
    sites = load_sites(BUNDLED_SITES).values()
    assert len(sites) > 10
    assert len({site.language for site in sites}) > 5
    assert len({site.time_zone for site in sites}) > 5


def test_no_host_belongs_to_two_bundled_sites() -> None:
    hosts = [host for site in load_sites(BUNDLED_SITES).values() for host in site.hosts]
    assert len(hosts) == len(set(hosts))


@pytest.mark.corpus
def test_the_bundled_sites_have_only_sources_that_are_known(shared: Path) -> None:
    publishers = json.loads((shared / "data" / "publishers.json").read_text(encoding="utf-8"))
    known = {url for p in publishers for urls in p["sources"].values() for url in urls}
    for site in load_sites(BUNDLED_SITES).values():
        if site.name != "globaltimes":
            assert {source.url for source in site.sources} <= known


def test_the_schema_file_is_the_one_that_the_models_make() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "run: .venv/bin/python -m config.schema"
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name: a\ntitle: A\n", ""),
        ("name: a\ntitle: A\nhome: https://a.example/\nhoem: x\n", ".hoem"),
        ("name: a\ntitle: A\nhome: a.example\n", ".home"),
        ("name: A\ntitle: A\nhome: https://a.example/\n", ".name"),
        ("name: a\ntitle: A\nhome: https://a.example/\nschedule: {every: 30}\n", ".schedule.every"),
        (
            "name: a\ntitle: A\nhome: https://a.example/\nschedule: {revisit: {soon: 1h}}\n",
            ".schedule.revisit.soon",
        ),
        (
            "name: a\ntitle: A\nhome: https://a.example/\npoliteness: {robots: maybe}\n",
            ".politeness.robots",
        ),
        (
            (
                "name: a\ntitle: A\nhome: https://a.example/\nsources:\n"
                "  - {feed: https://a.example/, sitemap: https://a.example/}\n"
            ),
            ".sources",
        ),
        (
            "name: a\ntitle: A\nhome: https://a.example/\nextract: {title: {css: h1, xpath: //h1}}\n",
            ".extract",
        ),
    ],
)
def test_the_schema_refuses_what_the_models_refuse(text: str, where: str) -> None:
    assert {line.split(":")[0] for line in as_an_editor(text)} == {where}


def selected(rule: FieldRule, page: Any) -> list[str]:
    """The texts that a rule selects, by the plainest reading of it."""
    found = page.cssselect(rule.css) if rule.css else page.xpath(rule.xpath)
    texts = [
        " ".join((item if isinstance(item, str) else item.text_content()).split()) for item in found
    ]
    if rule.regex:
        texts = [match[1] for text in texts if (match := rule.regex.search(text))]
    return texts


@pytest.mark.corpus
@pytest.mark.parametrize("article", ["202307/1294506", "202311/1302187"])
def test_the_rules_of_global_times_find_every_field_of_its_pages(
    shared: Path, article: str
) -> None:
    number = article.rpartition("/")[2]
    page_file = shared / "seeds" / "sites" / "globaltimes" / "page" / f"{article}.shtml"
    expected_file = shared / "seeds" / "expected" / f"globaltimes_{number}.json"
    page = html.fromstring(page_file.read_text(encoding="utf-8"))
    expected = json.loads(expected_file.read_text(encoding="utf-8"))
    site = load_sites(BUNDLED_SITES, names=["globaltimes"])["globaltimes"]
    rules = site.rules_on(date(2024, 1, 1))
    assert rules is not None

    def first(rule: tuple[FieldRule, ...]) -> list[str]:
        return selected(rule[0], page)

    def moments(rule: tuple[FieldRule, ...]) -> list[str]:
        naive = [datetime.strptime(text, rules.date_formats[0]) for text in first(rule)]  # noqa: DTZ007
        return [moment.replace(tzinfo=site.zone).isoformat() for moment in naive]

    assert site.wants(expected["url"])
    assert first(rules.title) == [expected["title"]]
    assert first(rules.authors) == expected["authors"]
    assert first(rules.section) == expected["section"]
    assert first(rules.captions) == expected["captions"]
    assert first(rules.credit) == [expected["credit"]] if "credit" in expected else True
    assert moments(rules.published) == [expected["published"]]
    assert moments(rules.modified) == ([expected["modified"]] if "modified" in expected else [])
    [body] = first(rules.body)
    assert all(" ".join(paragraph.split()) in body for paragraph in expected["paragraphs"])


def test_the_rules_of_global_times_are_not_taken_in_by_longer_lines() -> None:
    site = load_sites(BUNDLED_SITES, names=["globaltimes"])["globaltimes"]
    rules = site.rules_on(date(2024, 1, 1))
    assert rules is not None
    assert rules.remove_text[0].search("Global Times ")
    assert not rules.remove_text[0].search("He told the Global Times")


@pytest.mark.parametrize("number", range(len(tutorial_examples())))
def test_an_example_of_the_tutorial_can_be_loaded(tmp_path: Path, number: int) -> None:
    text = tutorial_examples()[number]
    name = re.search(r"^name: (\S+)$", text, re.MULTILINE)
    if "contact:" in text:
        (tmp_path / "morgue.yaml").write_text(text, encoding="utf-8")
        assert load_settings(env={}, cwd=tmp_path).contact
        return
    if name is None:  # a part of the file: it belongs behind the first example
        text = tutorial_site() + text
        name = re.search(r"^name: (\S+)$", text, re.MULTILINE)
    assert name
    (tmp_path / f"{name[1]}.yaml").write_text(text, encoding="utf-8")
    assert list(load_sites(tmp_path)) == [name[1]]
    assert as_an_editor(text) == []


def tutorial_site() -> str:
    """The least of a site file: what parts shown alone are parts of."""
    return "name: harbour\ntitle: Harbour Post\nhome: https://www.harbourpost.example/\n"


def test_the_tutorial_shows_the_message_that_a_mistake_brings(tmp_path: Path) -> None:
    shown = re.findall(
        r"^sites/harbour\.yaml:.*$", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE
    )
    (tmp_path / "harbour.yaml").write_text(
        tutorial_site() + "time_zone: Europe/Hamburg\nsoruces:\n  - feed: www.harbourpost.example\n"
    )
    with pytest.raises(Exception, match="harbour") as caught:
        load_sites(tmp_path)
    assert str(caught.value).replace(str(tmp_path), "sites").splitlines() == shown


def test_the_tutorial_names_every_key_of_a_site() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    missing = [
        name
        for name in SiteConfig.model_fields
        if f"`{name}`" not in text and f"{name}:" not in text
    ]
    assert missing == []


def test_the_configuration_costs_no_heavy_imports() -> None:
    program = (
        "import sys, config.settings, config.site\n"
        "print([m for m in ('lxml', 'cssselect', 'yaml', 'scrapy', 'sqlalchemy', 'apscheduler')"
        " if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
