"""`morgue verify` and `morgue seal`: the archive's promises, and what holds it to its past."""

from collections.abc import Mapping
from dataclasses import asdict

import click

from db.archive import Archive
from db.proving import seals
from db.proving.leaves import TREES
from db.proving.pruning import pruned_counts
from db.proving.seals import Head, HeadNotUnderstoodError, head_text
from db.verify import Progress, Violation
from db.verify import verify as violations_of
from db.verify.against import against as violations_against
from morgue.cli import output
from morgue.cli.access import settings_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.opened import archive_of
from morgue.cli.options import json_option
from morgue.cli.progress import bar
from morgue.cli.unfinished import Unfinished


@click.command()
@click.option(
    "--against",
    metavar="HEAD",
    help="What `morgue verify` or `morgue seal` printed earlier: the archive must still contain "
    "exactly that past.",
)
@click.option("--resume", is_flag=True, help="Go on where a run that was stopped had come to.")
@json_option
@click.pass_obj
def verify(invocation: Invocation, *, against: str | None, resume: bool, as_json: bool) -> ExitCode:
    """Check that the archive keeps its promises.

    Every revision names the capture that proves it and its bytes have the digest they claim;
    numbers run 1, 2, 3; no revision equals its predecessor; what is searched is what is shown;
    captures, visits and revisions are what they were when they were sealed.
    Prints the heads of the archive's hash trees: keep them elsewhere, for --against.
    Exit code 4 where something is broken.
    """
    past = _past(against)
    with archive_of(settings_of(invocation), is_asked_only=True) as archive:
        violations = list(violations_against(archive, past))
        violations += _checked(invocation, archive, is_resumed=resume)
        with archive.read() as session:
            found = seals.heads(session)
            bodies, revisions = pruned_counts(session)
    if as_json:
        output.document(
            {
                "archive": archive.name,
                "violations": [asdict(each) for each in violations],
                "heads": head_text(found),
                "pruned": {"bodies": bodies, "revisions": revisions},
            }
        )
    else:
        for violation in violations:
            output.line(output.safe(str(violation)))
        output.line(f"{archive.name}: {_count(len(violations))}")
        if bodies:
            lost = f"; {revisions} revisions have no other proof" if revisions else ""
            output.line(f"{bodies} bodies were removed by hand (`morgue prune`){lost}")
        _tell_heads(found)
    return ExitCode.VIOLATED if violations else ExitCode.OK


@click.command()
@click.option(
    "--late",
    is_flag=True,
    help="Also look for rows that came in behind those that are sealed, however old.",
)
@json_option
@click.pass_obj
def seal(invocation: Invocation, *, late: bool, as_json: bool) -> None:
    """Seal what was archived, and print the heads of the archive's hash trees.

    Crawls seal at their end, every ten minutes at most. A head stands for every capture, revision
    or visit under it: whoever keeps the line elsewhere can have `morgue verify --against` prove
    that none of them was changed, taken away or moved since.
    """
    sealed: dict[str, int] = dict.fromkeys(TREES, 0)

    def tell(tree: str, count: int) -> None:
        sealed[tree] += count

    with archive_of(settings_of(invocation), may_create=False) as archive:
        found = seals.seal(archive, is_thorough=late, tell=tell)
    if as_json:
        output.document({"archive": archive.name, "sealed": sealed, "heads": head_text(found)})
        return
    output.line(f"{archive.name}: {_sealed(sealed)}")
    _tell_heads(found)


def _past(words: str | None) -> list[Head]:
    if words is None:
        return []
    try:
        return seals.parse_heads(words)
    except HeadNotUnderstoodError as error:
        raise Failure(
            str(error), remedy="Give the whole line that `morgue seal` printed."
        ) from error


def _checked(invocation: Invocation, archive: Archive, *, is_resumed: bool) -> list[Violation]:
    """All violations, those of the run that is gone on with included."""
    place = Unfinished(archive.name, env=invocation.env)
    after = place.load() if is_resumed else None
    if is_resumed and after is None:
        output.note("There is no run to go on with: everything is checked.")
    try:
        with bar(is_quiet=invocation.is_quiet) as tell:

            def hear(progress: Progress) -> None:
                tell(progress.promise, progress.done, progress.total)
                place.hear(progress)

            violations_of(archive, progress=hear, after=after)
    except ValueError:
        raise Failure(
            "the run to go on with is another release's", remedy="Leave --resume out."
        ) from None
    except BaseException:
        place.keep()
        raise
    place.forget()
    return place.violations


def _tell_heads(found: list[Head]) -> None:
    if found:
        output.line(f"heads: {head_text(found)}")


def _sealed(counts: Mapping[str, int]) -> str:
    said = [f"{count} {tree}{'s' if count > 1 else ''}" for tree, count in counts.items() if count]
    return f"{', '.join(said)} sealed" if said else "nothing new to seal"


def _count(number: int) -> str:
    return f"{number} promise{'s' if number > 1 else ''} broken" if number else "in order"
