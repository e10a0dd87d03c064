"""`morgue sites try`: one page, every field with the reader that answered, and what each rule comes to.

Imports Scrapy only where a page has to be fetched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.rules import RuleSet
from config.settings import Settings
from config.site import SiteConfig
from morgue.cli import cases, output
from morgue.cli.access import clock_of, configuration, settings_of, sites_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.importing import lasting
from morgue.cli.invocation import Invocation
from morgue.cli.moments import START, jsonable
from morgue.cli.options import is_url, json_option
from morgue.cli.saved_pages import Mistake, ReadSavedPage, SavedPage, failed
from morgue.reading_processes import in_order
from pipeline.reading import Reading, Verdict

if TYPE_CHECKING:
    from pipeline.rules import (
        Trial,
    )  # imports lxml, which the other commands on sites can do without

_ABOUT = frozenset(
    (
        "url", "blocks", "encoding", "verdict", "reason", "detail", "readers", "certainty", "removed", "extractor",
        "profile",
    )
)  # fmt: skip
"""What a reading says besides its fields."""
_MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Tried:
    """A page that was read, and how."""

    page: SavedPage
    site: SiteConfig
    reading: Reading
    trials: "tuple[tuple[str, Trial], ...]"  # with the words that say until when the rules hold


@click.command("try")
@click.argument("page", metavar="URL|FILE|CASE")
@click.option("--url", help="Where a FILE is from.")
@click.option(
    "--site", "site_name", metavar="NAME", help="Read by this site's rules, whatever the URL."
)
@click.option("--fetched-at", type=START, help="When a FILE was fetched: chooses the rules.")
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a test case: the page and what was read. `sites check` knows the cases in the "
    "folder NAME.cases beside NAME.yaml.",
)
@json_option
@click.pass_obj
def try_page(
    invocation: Invocation,
    page: str,
    *,
    url: str | None,
    site_name: str | None,
    fetched_at: datetime | None,
    save: Path | None,
    as_json: bool,
) -> ExitCode:
    """Read one page and show every field, which reader answered it, and what each rule came to.

    A URL is fetched once, as a crawl fetches it: robots.txt, limits and contact included; nothing
    goes into the archive. FILE is a saved page, plain or gzipped, with its --url. CASE is a folder
    that --save wrote.
    """
    settings = settings_of(invocation)
    sites = sites_of(settings)
    if site_name and site_name not in sites:
        raise Failure(
            f"there is no site {site_name!r}", remedy="`morgue sites list` names those there are."
        )
    if is_url(page):
        saved = _fetched(page, settings=settings, sites=sites)
    elif (Path(page) / cases.FACTS).is_file():
        saved = page_of(_case(Path(page)))
        site_name = site_name or _owner(Path(page), sites)
    else:
        saved = _on_disk(page, url=url)
    saved = replace(saved, site=site_name, fetched_at=fetched_at or saved.fetched_at)
    tried = _read(saved, settings=settings, sites=sites)
    if as_json:
        output.document(_told(tried))
    else:
        _print(tried)
    if save:
        _save(save, tried, settings=settings)
    return ExitCode.OK if tried.reading.verdict is Verdict.BELIEVED else ExitCode.NOTHING


# --- where the page comes from ---------------------------------------------------------------------------------------


def _fetched(url: str, *, settings: Settings, sites: Mapping[str, SiteConfig]) -> SavedPage:
    with lasting():
        from crawler.once import ask  # noqa: PLC0415  Scrapy takes a second to import
        from crawler.run import BadAddress  # noqa: PLC0415

    try:
        with configuration():
            answer = ask(
                url,
                settings=settings,
                known_sites=list(sites.values()),
                clock=clock_of(settings),
            )
    except BadAddress as error:
        raise Failure(str(error)) from error
    if isinstance(answer, str):
        raise Failure(f"{url} was not fetched: {answer}", code=ExitCode.NOTHING)
    for words in (answer.refusal and f"refused: {answer.refusal}", answer.error):
        if words:
            raise Failure(f"{url} was not fetched: {words}", code=ExitCode.NOTHING)
    if answer.status != 200 or not answer.body:
        what = f"HTTP {answer.status}" if answer.status != 200 else "no page"
        raise Failure(
            f"{url} answered with {what}",
            remedy="Look at it in a browser: it may have moved, or need cookies or headers.",
            code=ExitCode.NOTHING,
        )
    return SavedPage(
        id=url,
        path=url,
        url=answer.url_answered or answer.url,
        content_type=answer.header("content-type"),
        fetched_at=answer.fetched_at,
        body=answer.body,
    )


def _on_disk(file: str, *, url: str | None) -> SavedPage:
    if not url:
        raise Failure(
            f"where is {file} from?",
            remedy="Give its address with --url; a page to be fetched begins with https://.",
        )
    return SavedPage(id=file, path=file, url=url)


def _case(folder: Path) -> cases.Case:
    with configuration():
        return cases.read_case(folder)


def page_of(case: cases.Case) -> SavedPage:
    """The saved page of a case."""
    return SavedPage(
        id=str(case.folder),
        path=str(case.page),
        url=case.url,
        content_type=case.content_type,
        fetched_at=case.fetched_at,
    )


def _owner(folder: Path, sites: Mapping[str, SiteConfig]) -> str | None:
    """The site beside whose file a case stands."""
    name = folder.resolve().parent.name.removesuffix(".cases")
    return name if name in sites else None


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TryPage:
    """Reads a page and tries each rule on it, in a process that may hang or die."""

    reading: ReadSavedPage

    def prepare(self) -> None:
        """Import the readers."""
        self.reading.prepare()

    def __call__(self, page: SavedPage) -> Tried | Mistake:
        """The page read, and each rule tried on it."""
        read = self.reading(page)
        if isinstance(read, Mistake):
            return read
        site, reading = read
        body = self.reading.bytes_of(page)
        return Tried(page, site, reading, tuple(self._trials(page, body, site, reading)))

    def _trials(
        self, page: SavedPage, body: bytes, site: SiteConfig, reading: Reading
    ) -> "Iterator[tuple[str, Trial]]":
        from pipeline import decode, rules  # noqa: PLC0415
        from pipeline.markup import page as pages  # noqa: PLC0415

        days = [(page.fetched_at or self.reading.now).astimezone(site.zone).date()]
        if reading.published:
            days.append(reading.published.at.date())
        seen: list[RuleSet] = []
        for day in days:
            ruleset = site.rules_on(day)
            if ruleset is None or ruleset in seen:
                continue
            seen.append(ruleset)
            text = decode.decode(body, content_type=page.content_type).text
            parsed = pages.parse(text, url=page.url, max_depth=self.reading.max_depth)
            if isinstance(parsed, pages.Page):
                for trial in rules.attempt(ruleset, parsed):
                    yield _span(ruleset), trial
            for trial in _text_trials(ruleset, reading):
                yield _span(ruleset), trial


def _span(ruleset: RuleSet) -> str:
    return f"until {ruleset.valid_until}" if ruleset.valid_until else "for ever"


def _text_trials(ruleset: RuleSet, reading: Reading) -> "Iterator[Trial]":
    """The patterns that blocks are left out by: which of them was found in what was removed."""
    from pipeline.rules import Trial  # noqa: PLC0415  as above

    for name in ("remove_text", "body_stop"):
        for pattern in getattr(ruleset, name):
            found = tuple(r.text for r in reading.removed if pattern.search(r.text))
            yield Trial(name, f"regex {pattern.pattern}", bool(found), found)


def _read(saved: SavedPage, *, settings: Settings, sites: Mapping[str, SiteConfig]) -> Tried:
    work = TryPage(ReadSavedPage.of(settings, sites=sites))
    (result,) = in_order(work, [saved], jobs=1, timeout_s=settings.reading_timeout_s)
    if isinstance(result, Mistake):
        raise Failure(result.words, remedy=result.remedy)
    if isinstance(result, Tried):
        return replace(result, page=replace(result.page, body=saved.body))
    return Tried(
        saved, work.reading.site_of(saved), failed(saved, result.reason, result.detail), ()
    )


# --- showing ---------------------------------------------------------------------------------------------------------


def _fields(reading: Reading) -> Iterator[tuple[str, Any, str | None, Any]]:
    """Each field: its name, its value, the reader that answered it, and how sure that is."""
    told = reading.as_json()
    certainty = told.get("certainty") or {}
    for name, value in told.items():
        if name not in _ABOUT:
            key = "body" if name == "text" and "text" not in reading.readers else name
            yield name, value, reading.readers.get(key), certainty.get(key)


def _told(tried: Tried) -> dict[str, Any]:
    page, reading = tried.page, tried.reading
    return {
        "url": page.url,
        "path": page.path,
        "site": tried.site.name,
        "fetched_at": jsonable(page.fetched_at),
        "content_type": page.content_type,
        "encoding": reading.encoding,
        "extractor": reading.extractor,
        "verdict": reading.verdict,
        "reason": reading.reason,
        "detail": reading.detail,
        "fields": {
            name: {"value": value, "reader": reader, "certainty": certainty}
            for name, value, reader, certainty in _fields(reading)
        },
        "blocks": reading.as_json()["blocks"],
        "removed": [{"text": each.text, "why": each.why} for each in reading.removed],
        "rules": [
            {
                "rules": span,
                "field": trial.field,
                "selector": trial.selector,
                "is_used": trial.is_used,
                "found": list(trial.found),
            }
            for span, trial in tried.trials
        ],
    }


def _print(tried: Tried) -> None:
    page, reading = tried.page, tried.reading
    why = ": ".join(filter(None, (reading.reason, reading.detail)))
    rows = [
        ("page", page.path),
        ("url", page.url),
        ("site", tried.site.name),
        ("sent as", ", ".join(filter(None, (page.content_type, reading.encoding)))),
        ("verdict", f"{reading.verdict.value} ({why})" if why else reading.verdict.value),
    ]
    for name, value in rows:
        if value:
            output.line(f"{name + ':':<10}{output.one_line(value)}")
    output.line()
    fields = list(_fields(reading))
    has_certainty = any(sure is not None for *_, sure in fields)
    headers = ("FIELD", "READER", *(("SURE",) if has_certainty else ()), "VALUE")
    output.table(headers, [_row(*each, has_certainty=has_certainty) for each in fields])
    if tried.trials:
        output.line()
        output.table(("RULES", "FIELD", "SELECTOR", "CAME TO"), map(_trial_row, tried.trials))
    if reading.removed:
        output.line()
        output.table(("REMOVED", "TEXT"), [(each.why, each.text) for each in reading.removed])
    if reading.text:
        output.line()
        output.line(output.safe(reading.text))


def _row(
    name: str, value: Any, reader: str | None, certainty: Any, *, has_certainty: bool
) -> tuple[str, ...]:
    sure = "" if certainty is None else str(certainty)
    words = _in_words(name, value)[:_MOST_SHOWN]
    return (name, reader or "", *((sure,) if has_certainty else ()), words)


def _in_words(name: str, value: Any) -> str:
    if name == "text":
        blocks = value.count("\n") + 1 if value else 0
        return f"{len(value)} characters in {blocks} blocks, below"
    if isinstance(value, list):
        parts = (each["url"] if isinstance(each, dict) else str(each) for each in value)
        return " | ".join(parts)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _trial_row(tried: "tuple[str, Trial]") -> tuple[str, ...]:
    span, trial = tried
    if not trial.found:
        words = "found nothing"
    else:
        first = " | ".join(trial.found[:3])[:_MOST_SHOWN]
        more = f" and {len(trial.found) - 3} more" if len(trial.found) > 3 else ""
        words = f"{'used' if trial.is_used else 'not needed'}: {first}{more}"
    return span, trial.field, trial.selector, words


def _save(folder: Path, tried: Tried, *, settings: Settings) -> None:
    page = tried.page
    reading = ReadSavedPage.of(settings, sites={})
    try:
        cases.save(
            folder,
            body=reading.bytes_of(page),
            url=page.url,
            fetched_at=page.fetched_at or reading.now,
            content_type=page.content_type,
            reading=tried.reading,
        )
    except cases.CaseExists:
        raise Failure(
            f"{folder} holds another page already", remedy="Name another folder with --save."
        ) from None
    except OSError as error:
        raise Failure(f"{folder} cannot be written: {error.strerror}") from error
    output.note(f"saved in {folder}")
    home = cases.folder_of(settings.sites_dir / f"{tried.site.name}.yaml")
    if folder.resolve().parent != home.resolve():
        output.note(f"`morgue sites check` looks for cases in {home}")
