import pytest

from pipeline.text.page_lines import is_page_line


@pytest.mark.parametrize(
    "line",
    [
        "Updated 5 minutes ago",
        "Last updated: 14:05 GMT",
        "Published 12 March 2026, 9:05",
        "Monday, 3 May 2024 10:30 am",
        "2024-05-03 10:30",
        "Aktualisiert vor 12 Minuten",
        "Stand: 3. Mai 2024, 10:30 Uhr",
        "Publié le 3 mai 2024 à 10h30",
        "il y a 5 minutes, mis à jour",
        "Hace 3 horas",
        "Há 2 dias",
        "Обновлено 3 мая 2024 в 10:30",
        "5 минут назад",
        "3 dakika önce",
        "Opdateret 3. maj 2024 kl. 10.30",
        "更新时间：2026-03-12 10:30",
        "3分钟前",
        "2024年5月3日 10時30分",
        "입력 2024.05.03 10:30",
        "منذ 5 دقائق",
        "1,234 views",
        "5 min read",
        "87 shares",
        "12 comments",
        "63.1K likes",
        "324 people are reading this",
        "4 Min. Lesezeit",
        "12 Kommentare",
        "1 234 vues",
        "Temps de lecture : 3 min",
        "345 просмотров",
        "12 yorum",
        "阅读 1234",
        "评论(23)",
        "コメント 12件",
        "조회수 1,234",
        "5 min read · Updated 3 May 2024 | 12 comments",
    ],
)
def test_clocks_and_counters_are_page_lines(line: str) -> None:
    assert is_page_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "12",
        "3-1",
        "10:30",
        "May 12 people",
        "12 people",
        "Updated 5 minutes ago by the desk",
        "Five minutes later he was dead.",
        "The council approved 12 views.",
        "12 dead",
        "5 Millionen Euro",
        "Kapitel 3",
        "3 人死亡",
        "Commentary: 5 reasons to read",
        "Views differ",
    ],
)
def test_what_says_anything_else_is_none(line: str) -> None:
    assert not is_page_line(line)
