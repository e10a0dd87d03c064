"""Whether names hold one of some words."""

from pipeline.markup.namewords import holding

_holds = holding("most-read", "sidebar", "desk")


def test_a_word_is_found_anywhere_in_small_and_capital_letters() -> None:
    assert _holds("col right-SideBar2")
    assert _holds("xMost-Readx")
    assert not _holds("side bar mostread")
    assert not _holds("")


def test_a_capital_with_an_odd_small_letter_is_the_same_letter() -> None:
    assert _holds("de\u017f\u212a")  # long s, Kelvin sign
    assert not _holds("dé\u017f\u212a")
