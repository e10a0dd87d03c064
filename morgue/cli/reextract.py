"""`morgue reextract`: read the kept captures again, with the extractor, rules and profile of today."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from config.settings import Settings
from config.site import SiteConfig, ad_hoc_site
from db.archive import Archive
from db.archiving import crawls
from morgue import reextraction_report
from morgue.cli import differences, output, progress
from morgue.cli.access import clock_of, settings_of, sites_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.files import cores
from morgue.cli.invocation import Invocation
from morgue.cli.moments import END, START
from morgue.cli.named import article_named
from morgue.cli.opened import archive_of
from morgue.cli.options import ARTICLE, ArticleName, json_option
from morgue.reextraction import Run
from morgue.reextraction_report import Report, SiteReport, Wanted
from pipeline.stages.reread import Outcome, Replaced


@click.command()
@click.argument("names", nargs=-1, metavar="[SITE]…")
@click.option("--since", type=START, metavar="MOMENT", help="Articles looked at from then on.")
@click.option("--until", type=END, metavar="MOMENT", help="Articles looked at up to then.")
@click.option(
    "--article", "article", type=ARTICLE, metavar="ARTICLE", help="One article: its number or URL."
)
@click.option(
    "--quarantined", is_flag=True, help="Only articles and links with a page in quarantine."
)
@click.option("--dry-run", is_flag=True, help="Read and say what would change; change nothing.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="N articles of each site at most."
)
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=reextraction_report.EXAMPLES,
    show_default=True,
    metavar="N",
    help="Differences of N articles of each site are shown.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that read; all cores if not given.",
)
@json_option
@click.pass_obj
def reextract(
    invocation: Invocation,
    names: Sequence[str],
    *,
    since: datetime | None,
    until: datetime | None,
    article: ArticleName | None,
    quarantined: bool,
    dry_run: bool,
    limit: int | None,
    examples: int,
    jobs: int | None,
    as_json: bool,
) -> ExitCode:
    """Read the kept captures again.

    Every page is read with the present extractor, the site's rules for the day of the page, and the
    site's present profile. Where a text reads otherwise now, the better reading is shown from then on;
    the old one is superseded, never deleted, and --as-of a moment before still shows it. What only the
    old extractor took for an edit is one no longer, and pages in quarantine that are believed now
    become looks at their articles. No edit is added that no publisher made.

    Without SITE every site is read. Whole articles are read, since texts that two extractors read
    cannot be compared. --dry-run first: it shows the differences, field by field. It may run beside
    crawls, be killed and be run again: what is done is not done twice. Ctrl-C keeps what is done.
    """
    settings = settings_of(invocation)
    with archive_of(settings, is_asked_only=dry_run) as archive:
        sites, article_id = _chosen(settings, archive, names, article)
        with progress.bar(is_quiet=invocation.is_quiet or as_json) as tell:
            run = Run(
                settings,
                archive,
                clock_of(settings),
                jobs=jobs or cores(),
                progress=lambda at: tell(at.site, at.done, at.total),
                examples=examples,
            )
            report = run.over(
                sites,
                Wanted(
                    since=since,
                    until=until,
                    article_id=article_id,
                    is_quarantined_only=quarantined,
                    limit=limit,
                    is_dry=dry_run,
                ),
            )
    if as_json:
        output.document(_document(report, is_dry=dry_run))
    else:
        _print(report, is_dry=dry_run)
    return ExitCode.INTERRUPTED if report.is_stopped else ExitCode.OK


def _chosen(
    settings: Settings, archive: Archive, names: Sequence[str], article: ArticleName | None
) -> tuple[list[SiteConfig], int | None]:
    """The sites, in their order, and the article if one was named."""
    sites = _sites(settings, archive)
    unknown = [name for name in names if name not in sites]
    if unknown:
        raise Failure(
            f"there is no site {unknown[0]!r}", remedy="`morgue sites list` names those there are."
        )
    if article is None:
        return [sites[name] for name in dict.fromkeys(names)] or list(sites.values()), None
    with archive.read() as session:
        found = article_named(session, article)
    if found.site not in sites:
        raise Failure(
            f"the site of article {found.number}, {found.site}, is not configured any more",
            remedy="Its pages are read by its rules: put its file back.",
        )
    return [sites[found.site]], found.number


def _sites(settings: Settings, archive: Archive) -> dict[str, SiteConfig]:
    """The configured sites, and those that pages of no configured site have made."""
    with archive.read() as session:
        others = crawls.ad_hoc_homes(session)
    return sites_of(settings) | {name: ad_hoc_site(home) for name, home in others.items()}


def _print(report: Report, *, is_dry: bool) -> None:
    is_coloured = output.wants_colour()
    for site in report.sites:
        for outcome in site.examples:
            for replaced in outcome.replaced:
                _print_example(outcome, replaced, is_coloured=is_coloured)
        for words in _lines(site, is_dry=is_dry):
            output.line(words)
    if report.is_stopped:
        output.line("Stopped. What is done is kept; the same command goes on.")
    if is_dry:
        output.line("Nothing was changed: that was a dry run.")


def _lines(site: SiteReport, *, is_dry: bool) -> list[str]:
    would = "would be " if is_dry else ""
    read = f"{_some(site.pages, 'page')} of {_some(site.articles, 'article')} read"
    lines = [f"{site.site}: {read}; {_some(site.changed, 'article')} read otherwise"]
    if site.superseded:
        fields = ", ".join(f"{name} {count}" for name, count in site.fields.most_common())
        lines.append(
            f"  {_some(site.superseded, 'revision')} {would}superseded ({fields or 'no field'})"
        )
    if site.added:
        lines.append(f"  {_some(site.added, 'text')} {would}added that no revision had")
    if site.healed:
        new = f"; {_some(site.new_articles, 'new article')}" if site.new_articles else ""
        lines.append(f"  {_some(site.healed, 'page')} {would}taken out of quarantine{new}")
    if site.doubted:
        lines.append(f"  {_some(site.doubted, 'page')} in quarantine still")
    lines += [
        f"  {_some(count, 'page')} {would}refused that had been believed: {reason}"
        for reason, count in site.refused.most_common()
    ]
    if site.unread:
        lines.append(
            f"  {_some(site.unread, 'page')} could not be read: what was read before counts"
        )
    if site.left:
        lines.append(f"  {_some(site.left, 'article')} being crawled: run it once more")
    if site.busy:
        lines.append(f"  pages of no article are left in quarantine: {site.busy}")
    return lines


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _print_example(outcome: Outcome, replaced: Replaced, *, is_coloured: bool) -> None:
    name = f"article {outcome.article_id}, revision {replaced.number}"
    if replaced.after is None:
        output.line(f"{name}: nothing stands for it any more")
        return
    if not replaced.fields:
        output.line(f"{name}: the same, seen at other moments")
        return
    output.line(f"{name}:")
    for field in replaced.fields:
        before, after = (_words(side[field]) for side in (replaced.before, replaced.after))
        if field != "text":
            output.line(
                f"  {field}: {differences.one_line(before, after, is_coloured=is_coloured)}"
            )
            continue
        shown = list(differences.lines(before, after, is_coloured=is_coloured))
        for line in shown or ["the same words, otherwise set"]:
            output.line(f"    {line}")


def _words(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _document(report: Report, *, is_dry: bool) -> dict[str, Any]:
    return {
        "dry_run": is_dry,
        "stopped": report.is_stopped,
        "action": report.action_id,
        "sites": [
            {
                "site": site.site,
                **reextraction_report.counts(site),
                "busy": site.busy,
                "examples": [_example(outcome) for outcome in site.examples],
            }
            for site in report.sites
        ],
    }


def _example(outcome: Outcome) -> dict[str, Any]:
    return {
        "article": outcome.article_id,
        "revisions": [
            {
                "revision": each.number,
                "fields": {
                    name: {
                        "before": each.before[name],
                        "after": each.after[name] if each.after else None,
                    }
                    for name in each.fields
                },
                "stands": each.after is not None,
            }
            for each in outcome.replaced
        ],
    }
