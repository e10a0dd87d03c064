"""The writer's name as a line of its own above or below the text."""

import pytest

from pipeline.heads import signature
from pipeline.reading import Block

TEXT = (
    "The harbour board met on Monday to weigh the key points of the new ferry plan.",
    "Its final thoughts will be made known in June, said Ines Falk of the board.",
    "Work on the northern pier begins before that.",
)


def bold(text: str) -> Block:
    return Block("heading", text, level=4)


def article(*, above: tuple[Block, ...] = (), below: tuple[Block, ...] = ()) -> list[Block]:
    return [*above, *(Block("paragraph", text) for text in TEXT), *below]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Lund", ("Ada Lund",)),
        ("Ada Lund/Bo Ek", ("Ada Lund", "Bo Ek")),
        ("Ada Lund and Bo Ek-Dahl", ("Ada Lund", "Bo Ek-Dahl")),
        ("Đỗ Hà", ("Đỗ Hà",)),
    ],
)
def test_a_bold_line_of_names_signs_the_text(line: str, names: tuple[str, ...]) -> None:
    assert signature.find(article(above=(bold(line),))) == (0, names)
    assert signature.find(article(below=(bold(line),))) == (len(TEXT), names)


@pytest.mark.parametrize(
    "line", ["Key Points", "Final Thoughts", "Ines Falk", "Ada", "Harbour Post Staff", "ADA LUND SAYS NO", "In June"]
)  # fmt: skip
def test_a_subheading_is_no_signature(line: str) -> None:
    assert signature.find(article(above=(bold(line),))) is None


def test_names_of_several_people_are_the_parts_of_a_list() -> None:
    blocks = [bold("Ada Lund"), Block("paragraph", TEXT[0]), bold("Bo Ek"), Block("paragraph", TEXT[1])]  # fmt: skip
    assert signature.find(blocks) is None


def test_a_name_in_the_middle_is_a_subheading() -> None:
    blocks = article()
    assert signature.find([*blocks * 2, bold("Ada Lund"), *blocks]) is None


def test_a_heading_that_is_marked_as_one_is_no_signature() -> None:
    assert signature.find(article(above=(Block("heading", "Ada Lund", level=2),))) is None
