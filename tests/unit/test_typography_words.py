"""The quick way to the words of a text finds the words that a pattern finds."""

import re
import unicodedata

from pipeline.text import typography


def test_every_character_of_unicode_is_part_of_a_word_or_not_as_a_pattern_says() -> None:
    for start in range(0, 0x110000, 0x100):
        for sign in map(chr, range(start, start + 0x100)):
            text = f"a{sign}b’ 1{sign}"
            assert typography.words(text) == re.findall(r"\w+", text), hex(ord(sign))


def test_a_folded_line_is_the_casefolded_words_of_its_compatible_form() -> None:
    for text in (
        "Der Große Hafen – „ganz neu“",
        "ﬁne: ½ µm²",
        "It’s “Elsewhere” — Again_1",
        "Привет, МИР",
        "cafe\u0301’s\u00a0end",
        "x" * 3000 + " É",
    ):
        plain = unicodedata.normalize("NFKC", text).casefold()
        assert typography.fold(text) == " ".join(re.findall(r"\w+", plain))
