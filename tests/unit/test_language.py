import pytest

from pipeline.text import language

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


@pytest.mark.parametrize(
    ("text", "stated", "expected"),
    [
        (
            "Havnerådet møttes tirsdag for å drøfte den nye bryggen, som har vært stengt siden stormen i vinter.",
            "nb-NO",
            "no",
        ),
        (
            "Havnerådet mødtes tirsdag for at drøfte den nye bro, som har været lukket siden stormen i vinter.",
            "da",
            "da",
        ),
        (
            "Lučko vijeće sastalo se u utorak kako bi raspravljalo o novom gatu, koji je zatvoren od oluje.",
            "hr",
            "hr",
        ),
        (
            "Lučko vijeće sastalo se u utorak kako bi raspravljalo o novom gatu, koji je zatvoren od oluje.",
            "bs",
            "bs",
        ),
        (
            "Dewan pelabuhan bertemu pada hari Selasa untuk membahas dermaga baru yang ditutup sejak badai.",
            "id-ID",
            "id",
        ),
        (
            "O conselho do porto reuniu-se na terça-feira para discutir o novo cais, fechado desde a tempestade.",
            "pt-BR",
            "pt",
        ),
        (
            "Přístavní rada se sešla v úterý, aby jednala o novém molu, které je od bouře zavřené.",
            "sk",
            "cs",
        ),
        (
            "Der Hafenrat traf sich am Dienstag, um über die neue Brücke zu sprechen, gesperrt seit dem Sturm.",
            "nb",
            "de",
        ),
        (
            "THE HARBOUR COUNCIL MET ON TUESDAY TO DISCUSS THE NEW PIER, WHICH HAD BEEN CLOSED SINCE THE STORM.",
            None,
            "en",
        ),
        ("港が再開した", "en", "ja"),
        ("ท่าเรือเปิด", "en", "th"),
        ("항구 재개", "en-US", "ko"),
        ("Το λιμάνι", "en", "el"),
        ("הנמל נפתח", "en", "he"),
        ("דער פּאָרט", "yi", "yi"),
        ("", "iw", "he"),
        ("12.5 https://harbour.example/ 2024", "fi", "fi"),
    ],
)
def test_what_is_stated_breaks_ties_between_neighbours_only(
    text: str, stated: str | None, expected: str
) -> None:
    assert language.of(text, stated=stated) == expected


def test_a_short_text_is_in_the_stated_language() -> None:
    assert language.of("Pier opens", stated="en-GB") == "en"
    assert language.of("", stated=None) is None


@pytest.mark.parametrize(
    ("tag", "primary"),
    [("pt-BR", "pt"), ("EN", "en"), ("zh_CN", "zh"), ("english", None), (None, None)],
)
def test_only_the_primary_part_of_a_tag_counts(tag: str | None, primary: str | None) -> None:
    assert language.primary(tag) == primary
