"""Findings on the command line: which sites are ill, with what, since when, and what to do."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from config.settings import Settings
from config.site import SiteConfig
from db.archive import Archive
from morgue.checkup import CheckUp, check_up
from morgue.cli import output
from morgue.cli.moments import lasted, shown
from morgue.health.findings import Finding


def examine(
    archive: Archive,
    sites: Mapping[str, SiteConfig],
    settings: Settings,
    *,
    at: datetime | None = None,
    running_since: datetime | None = None,
) -> CheckUp:
    """A check-up with the limits of the settings."""
    longest = timedelta(minutes=settings.max_crawl_minutes) + timedelta(minutes=10)
    return check_up(archive, sites, longest_crawl=longest, at=at, running_since=running_since)


def print_findings(findings: Sequence[Finding], *, now: datetime) -> None:
    """The findings for people: what, since when, what to do; nothing where there are none."""
    for finding in findings:
        since = f"{shown(finding.since)}, {lasted(now - finding.since)} ago"
        part = f" {output.one_line(finding.part)}" if finding.part else ""
        kind = finding.kind.value.replace("_", " ")
        output.line(f"{finding.whom}: {kind}{part}, since {since}")
        output.line(f"    {output.one_line(finding.words)}")
        for url in finding.examples:
            output.line(f"    e.g. {output.one_line(url)}")
        output.line(f"    do: {finding.remedy}")


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding for programs."""
    return {
        "kind": finding.kind.value,
        "site": finding.site or None,
        "part": finding.part or None,
        "since": finding.since,
        "words": finding.words,
        "numbers": dict(finding.numbers),
        "examples": list(finding.examples),
        "remedy": finding.remedy,
    }
