"""Documentation that is written from the code itself, so that it cannot lie: commands and settings.

`python -m morgue.docs` writes the pages; a test compares them with what would be written.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic.fields import FieldInfo

from config.settings import Settings
from morgue.cli import COMMANDS, morgue
from morgue.cli.errors import ExitCode

FOLDER = Path(__file__).resolve().parent.parent / "docs"
_GENERATED = "<!-- Written by `python -m morgue.docs`. Change the code, then run it again. -->"

_CONVENTIONS = (
    "Articles are named by their number or by any of their URLs. Moments are ISO 8601: "
    "`2024-05-31`, `2024-05-31T14:30` (UTC) or `2024-05-31T14:30+02:00`; a date alone is the whole "
    "day in UTC. `--json` prints one JSON document, or one a line where a command says so; failures "
    "are then JSON too, on standard error. Colours are for terminals without `NO_COLOR`."
)
_SPELLING = (
    "A setting has one name in the file (`morgue.yaml`), in the environment (`MORGUE_` before it, in "
    "capitals) and in the code. The environment wins over the file, the file over the default. The "
    "file is the one named with `--config` or `$MORGUE_CONFIG`, or else the nearest `morgue.yaml` in "
    "the folder or one above it; relative paths are relative to the file's folder. `morgue init` "
    "writes one with every setting in it as a comment."
)


def commands_page() -> str:
    """docs/commands.md."""
    return "\n".join(_commands()) + "\n"


def _commands() -> Iterator[str]:
    yield from (
        "# Commands",
        "",
        _GENERATED,
        "",
        "`morgue [OPTIONS] COMMAND …`, in an environment of its own: `.venv/bin/morgue`.",
        "",
    )
    root = click.Context(morgue, info_name="morgue", terminal_width=100)
    yield from _parameters(morgue, root)
    yield from (
        _CONVENTIONS,
        "",
        "## Exit codes",
        "",
        "| code | means |",
        "|---|---|",
    )
    for code in ExitCode:
        yield f"| {int(code)} | {code.meaning} |"
    yield ""
    for name in COMMANDS:
        command = morgue.get_command(root, name)
        assert command is not None
        yield from _command(command, click.Context(command, info_name=name, parent=root))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    level = "#" * (1 + context.command_path.count(" "))
    yield f"{level} {context.command_path}"
    yield ""
    if command.help:
        yield from (*_paragraphs(command.help), "")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, click.Context(inner, info_name=name, parent=context))
        return
    yield from ("```", command.get_usage(context).removeprefix("Usage: "), "```", "")
    yield from _parameters(command, context)


def _paragraphs(text: str) -> Iterator[str]:
    """A docstring's paragraphs, one a line."""
    for number, paragraph in enumerate(textwrap.dedent(text).strip().split("\n\n")):
        if number:
            yield ""
        yield " ".join(paragraph.replace("\b", "").split())


def _parameters(command: click.Command, context: click.Context) -> Iterator[str]:
    rows = [
        record
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option)
        and parameter is not command.get_help_option(context)
        and (record := parameter.get_help_record(context))
    ]
    if not rows:
        return
    yield from ("| option | |", "|---|---|")
    for name, meaning in rows:
        yield f"| `{_cell(name)}` | {_cell(meaning)} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def settings_page() -> str:
    """docs/settings.md."""
    return "\n".join(_settings()) + "\n"


def _settings() -> Iterator[str]:
    yield from (
        "# Settings",
        "",
        _GENERATED,
        "",
        _SPELLING,
        "",
        "| setting | default | environment |",
        "|---|---|---|",
    )
    for name, field in public_fields():
        yield f"| [`{name}`](#{name}) | `{_default(field)}` | `MORGUE_{name.upper()}` |"
    for name, field in public_fields():
        yield from ("", f"## {name}", "", str(field.description))


def public_fields() -> Iterator[tuple[str, FieldInfo]]:
    """The settings that a user sets."""
    for name, field in Settings.model_fields.items():
        if name not in ("file", "home"):
            yield name, field


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    return "[]" if value == () else str(value)


def settings_template(*, contact: str | None = None) -> str:
    """A morgue.yaml with every setting as a comment, and the contact where it is known."""
    lines = [
        "# Settings of Morgue. Every one is optional; what stands here are the defaults.",
        "# Remove the # before a setting to change it. docs/settings.md explains each.",
        "",
    ]
    for name, field in public_fields():
        lines += [f"# {line}" for line in textwrap.wrap(str(field.description), 96)]
        if name == "contact" and contact:
            quoted = contact.replace("'", "''")
            lines += [f"contact: '{quoted}'", ""]
        else:
            default = _default(field)
            lines += [f"#{name}: {'null' if default == 'none' else default}", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
    (FOLDER / "settings.md").write_text(settings_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
