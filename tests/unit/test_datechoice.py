from datetime import UTC, date, datetime

import pytest

from pipeline.dating import datechoice, datestatements
from pipeline.dating.datesearch import Sighting
from pipeline.dating.datestatements import SEARCHED, Statement
from pipeline.dating.dateurls import AddressDate
from pipeline.dating.datewords import Label
from pipeline.models import forest
from pipeline.reading import StatedMoment


def statement(
    day: int, source: str, label: Label = "published", *, month: int = 3, **more: bool
) -> Statement:
    moment = StatedMoment(datetime(2026, month, day, tzinfo=UTC), "day")
    return Statement(moment, source, label, day=moment.at.date(), **more)


def sighted(day: int, position: int, label: Label = "") -> Statement:
    found = statement(day, SEARCHED, label)
    found.sighting = Sighting(found.moment, f"{day} March 2026", "named", position, label)
    return found


def test_the_model_knows_the_features() -> None:
    assert forest.load("dates").features == datechoice.FEATURES


def test_every_day_has_a_row_of_all_features() -> None:
    statements = [statement(2, "json-ld"), sighted(2, 12), sighted(5, 80, "modified")]
    days, rows = datechoice.table(statements, address=AddressDate(), start=10)
    assert days == [date(2026, 3, 2), date(2026, 3, 5)]
    assert [len(row) for row in rows] == [len(datechoice.FEATURES)] * 2


def test_the_days_of_a_hostile_page_are_bounded() -> None:
    statements = [
        statement(day, SEARCHED, month=month) for month in (1, 2, 3) for day in range(1, 29)
    ]
    days, _ = datechoice.table(statements, address=AddressDate(), start=None)
    assert len(days) == datechoice._MOST_DAYS


def test_nothing_is_chosen_from_nothing() -> None:
    assert datechoice.likeliest([], address=AddressDate(), start=None) is None


def test_a_day_stated_and_shown_beats_one_far_below() -> None:
    statements = [
        sighted(9, 400),
        sighted(2, 12),
        statement(2, "json-ld"),
        statement(2, "page", ""),
    ]
    assert datechoice.likeliest(statements, address=AddressDate(), start=10) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [(None, 2), (20, 2), (3, None)],  # a day apart, clocks may differ
)
def test_the_day_in_the_address_holds_where_the_page_names_it(
    stated: int | None, expected: int | None
) -> None:
    address = AddressDate(day=date(2026, 3, 2))
    statements = [sighted(2, 12), *([statement(stated, "json-ld")] if stated else [])]
    found = datechoice.of_address(statements, address)
    assert found == (date(2026, 3, expected) if expected else None)


def test_the_address_alone_is_not_enough() -> None:
    assert datechoice.of_address([sighted(9, 12)], AddressDate(day=date(2026, 3, 2))) is None


def test_an_ambiguous_day_is_turned_only_to_one_named_without_doubt() -> None:
    turned = statement(3, "page", "", month=2, is_ambiguous=True)
    datestatements.settle_order([turned, statement(2, "json-ld")])
    assert turned.day == date(2026, 3, 2)
    kept = statement(3, "page", "", month=2, is_ambiguous=True)
    datestatements.settle_order([kept, statement(9, "json-ld")])
    assert kept.day == date(2026, 2, 3)
