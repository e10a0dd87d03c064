import pytest

from pipeline import language

TEXTS = {
    "en": "The harbour council met on Tuesday to discuss the new pier, which had been closed since the storm.",
    "de": "Der Hafenrat traf sich am Dienstag, um über die neue Brücke zu sprechen, die seit dem Sturm gesperrt war.",
    "fr": "Le conseil du port s'est réuni mardi pour discuter de la nouvelle jetée, fermée depuis la tempête.",
    "ru": "Портовый совет собрался во вторник, чтобы обсудить новый причал, закрытый со времени шторма.",
    "zh": "港口议会星期二开会讨论新码头，码头因去年冬天的风暴关闭，修理比计划更久。",
    "ar": "اجتمع مجلس الميناء يوم الثلاثاء لمناقشة الرصيف الجديد الذي أغلق منذ العاصفة في الشتاء الماضي.",
}


@pytest.mark.parametrize("expected", TEXTS)
def test_the_text_tells_its_language_whatever_the_page_says(expected: str) -> None:
    assert language.of(TEXTS[expected], stated="xx") == expected


def test_a_short_text_is_in_the_stated_language() -> None:
    assert language.of("Pier opens", stated="en-GB") == "en"
    assert language.of("", stated=None) is None


@pytest.mark.parametrize(
    ("tag", "primary"),
    [("pt-BR", "pt"), ("EN", "en"), ("zh_CN", "zh"), ("english", None), (None, None)],
)
def test_only_the_primary_part_of_a_tag_counts(tag: str | None, primary: str | None) -> None:
    assert language.primary(tag) == primary
