import pytest

from pipeline.dating import datewords


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Last updated on 2 March 2026", "modified"),
        ("Updated 2 March 2026, first published 1 March", "modified"),
        ("Published: 2 March 2026", "published"),
        ("Zuletzt geändert am", "modified"),
        ("Veröffentlicht am", "published"),
        ("Mis à jour le 2 mars 2026", "modified"),
        ("Обновлено: 2 марта", "modified"),
        ("最終更新日：2026年3月2日", "modified"),
        ("发布时间：2026-03-02", "published"),
        ("최종수정 2026.03.02", "modified"),
        ("تم التحديث", "modified"),
        ("© 2026 Harbour Post", "other"),
        ("Member since 2 March 2026", "other"),
        ("Monday, 2 March 2026", ""),
        ("", ""),
    ],
)
def test_the_words_beside_a_date_say_what_it_is(words: str, label: str) -> None:
    assert datewords.label_of(words) == label


def test_a_line_of_two_dates_is_cut_at_its_labels() -> None:
    assert datewords.parts("Published 1 May 2026, updated 3 May 2026") == [
        ("published", "Published 1 May 2026, "),
        ("modified", "updated 3 May 2026"),
    ]
    assert datewords.parts("1 May 2026 | Updated 3 May 2026") == [
        ("", "1 May 2026 | "),
        ("modified", "Updated 3 May 2026"),
    ]


def test_a_line_of_one_date_is_whole() -> None:
    assert datewords.parts("Updated on 3 May 2026 by Ada Lund") == [
        ("modified", "Updated on 3 May 2026 by Ada Lund")
    ]
    assert datewords.parts("3 May 2026") == [("", "3 May 2026")]


@pytest.mark.parametrize(
    ("names", "is_dated", "label"),
    [
        ("entry-date published", True, "published"),
        ("post-modified-info", True, "modified"),
        ("article__timestamp", True, ""),
        ("article-timeline", False, ""),
        ("headline", False, ""),
    ],
)
def test_names_tell_of_dates(names: str, *, is_dated: bool, label: str) -> None:
    assert datewords.is_dated(names) is is_dated
    assert datewords.label_named(names) == label
