import re

from config.rules import RuleSet
from config.settings import Settings
from morgue import cli, docs


def test_the_pages_are_what_the_code_says() -> None:
    for name, page in (("commands", docs.commands_page()), ("settings", docs.settings_page())):
        written = (docs.FOLDER / f"{name}.md").read_text(encoding="utf-8")
        assert written == page, f"docs/{name}.md: run `python -m morgue.docs`"


def test_every_command_has_its_heading() -> None:
    headings = re.findall(r"^##+ (.+)$", docs.commands_page(), re.MULTILINE)
    assert {f"morgue {name}" for name in cli.COMMANDS} <= set(headings)
    assert "morgue sites check" in headings


def test_every_setting_has_its_heading_and_its_words() -> None:
    page = docs.settings_page()
    for name, field in Settings.model_fields.items():
        if name not in {"file", "home"}:
            assert f"\n## {name}\n\n{field.description}" in page


def test_no_hidden_option_is_documented() -> None:
    assert "--trigger" not in docs.commands_page()


def test_every_field_that_a_rule_may_give_is_named_in_the_guide() -> None:
    guide = (docs.FOLDER / "add-a-site.md").read_text(encoding="utf-8")
    missing = [name for name in RuleSet.model_fields if f"`{name}`" not in guide]
    assert missing == []
