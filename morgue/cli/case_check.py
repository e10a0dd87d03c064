"""Reads the saved cases of sites again and says which fields are not as expected."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from config.errors import ConfigError, ConfigProblem
from config.settings import Settings
from config.site import SiteConfig
from morgue.cli import cases
from morgue.cli.files import cores
from morgue.cli.saved_pages import Mistake, ReadSavedPage, SavedPage, failed
from morgue.cli.trying import page_of
from morgue.reading_processes import Lost, in_order


@dataclass(frozen=True, slots=True)
class Checked:
    """What the cases came to."""

    count: int
    problems: tuple[ConfigProblem, ...]

    def in_words(self) -> str:
        """One line for people."""
        pages = f"{self.count} saved page{'s' if self.count > 1 else ''}"
        wrong = len({problem.file for problem in self.problems})
        if not wrong:
            return f"{pages} read as expected"
        return f"{pages}, {wrong} not read as expected"


def check_cases(sites: Mapping[Path, SiteConfig], *, settings: Settings) -> Checked:
    """Read every case of these sites, given by their files."""
    problems: list[ConfigProblem] = []
    pages: list[tuple[cases.Case, SavedPage]] = []
    count = 0
    for file, site in sites.items():
        for folder in cases.folders(file):
            count += 1
            try:
                case = cases.read_case(folder)
            except ConfigError as error:
                problems += error.problems
            else:
                pages.append((case, replace(page_of(case), site=site.name)))
    work = ReadSavedPage.of(settings, sites={site.name: site for site in sites.values()})
    results = in_order(
        work, (page for _, page in pages), jobs=cores(), timeout_s=settings.reading_timeout_s
    )
    for (case, page), result in zip(pages, results, strict=True):
        if isinstance(result, Mistake):
            remedy = result.remedy or f"Save the page again, or remove {case.folder}."
            problems.append(ConfigProblem(str(case.page), None, None, "", result.words, remedy))
            continue
        if isinstance(result, Lost):
            reading = failed(page, result.reason, result.detail)
        else:
            _, reading = result
        problems += cases.differences(case, reading)
    return Checked(count, tuple(problems))
