"""How sets of variants and removals are told: in lines for people, in JSON. Knows forms alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from db.histories.spells import RemovalView, Share, VariantSetView
from morgue.cli.moments import shown
from morgue.cli.output import one_line


def sets_json(sets: Sequence[VariantSetView]) -> list[dict[str, Any]]:
    """Sets of variants for `--json`."""
    return [
        {
            "set": each.number,
            "from_at": each.from_at,
            "to_at": each.to_at,
            "members": [
                {
                    "revision": member.revision,
                    "title": member.title,
                    "from_at": member.from_at,
                    "looks": member.look_count,
                    "seconds": member.time.total_seconds(),
                    "share": member.share,
                }
                for member in each.shares
            ],
        }
        for each in sets
    ]


def removals_json(removals: Sequence[RemovalView]) -> list[dict[str, Any]]:
    """Removals for `--json`, those that were never confirmed too."""
    return [
        {
            "evidence": each.evidence,
            "detail": each.detail,
            "suspected_at": each.suspected_at,
            "confirmed_at": each.confirmed_at,
            "returned_at": each.returned_at,
        }
        for each in removals
    ]


def set_lines(sets: Sequence[VariantSetView]) -> Iterator[str]:
    """Each set as one block: since when, until when, and each text's share of the time."""
    for each in sets:
        until = f"to {shown(each.to_at)}" if each.to_at else "and still"
        yield f"Side by side, {shown(each.from_at)} {until}:"
        for member in each.shares:
            looks = f"{member.look_count} look{'s' if member.look_count != 1 else ''}"
            share = _percent(member)
            yield f"  revision {member.revision:<3} {share:>5}  {looks:<10} {one_line(member.title)}"
        yield ""


def open_set_words(sets: Sequence[VariantSetView]) -> str | None:
    """The set that is still open, in a line; None where there is none."""
    still = next((each for each in sets if each.to_at is None), None)
    if still is None:
        return None
    members = ", ".join(f"{one.revision} ({_percent(one)})" for one in still.shares)
    return f"revisions {members}, side by side since {shown(still.from_at)}"


def removal_lines(removals: Sequence[RemovalView]) -> Iterator[str]:
    """What was believed to be gone, and what seems to be; a suspicion that ended is not worth a line."""
    for each in removals:
        if each.confirmed_at is not None and each.returned_at is not None:
            times = f"{shown(each.suspected_at)} to {shown(each.returned_at)}"
            yield f"Gone {times} ({each.evidence})."
        elif each.confirmed_at is not None:
            yield f"Gone since {shown(each.suspected_at)} ({each.evidence})."
        elif each.returned_at is None:
            since = shown(each.suspected_at)
            yield f"Seems to be gone since {since} ({each.evidence}): not long enough to be believed."


def _percent(member: Share) -> str:
    return "?" if member.share is None else f"{member.share:.0%}"
