import click

from morgue.cli import differences

OLD = "First stays.\nThe ferry runs every hour.\nThird stays.\nFourth stays.\nFifth stays."
NEW = OLD.replace("every hour", "every second hour")


def test_a_terminal_shows_words_that_came_and_went() -> None:
    shown = list(differences.lines(OLD, NEW.replace("runs", "sails"), is_coloured=True))
    text = "\n".join(shown)
    assert click.style("sails", fg="green", underline=True) in text
    assert click.style("runs", fg="red", strikethrough=True) in text
    assert "2 unchanged" in shown[-1]


def test_elsewhere_signs_say_the_same() -> None:
    text = "\n".join(differences.lines(OLD, NEW, is_coloured=False))
    assert "{+second +}" in text.replace("{+ second+}", "{+second +}")
    assert "\x1b" not in text


def test_texts_that_say_the_same_show_nothing() -> None:
    for is_coloured in (True, False):
        assert not list(differences.lines(OLD, OLD, is_coloured=is_coloured))


def test_a_text_cannot_steer_the_terminal_through_its_difference() -> None:
    for is_coloured in (True, False):
        lines = differences.lines("a\x9b2J b", "a\x9b2J c", is_coloured=is_coloured)
        assert "\x9b" not in "\n".join(lines)
        assert "\x1b[2J" not in differences.one_line("x", "x\x1b[2J", is_coloured=is_coloured)


def test_the_json_of_a_difference_puts_both_texts_together_again() -> None:
    told = differences.as_json(OLD, NEW)
    for text, gone in ((OLD, "insert"), (NEW, "delete")):
        lines = [
            "".join(part["text"] for part in paragraph["segments"] if part["op"] != gone)
            for paragraph in told
            if paragraph["op"] != gone
        ]
        assert "\n".join(lines) == text
