"""Which of the days that a page names is the one on which its article was published.

Knows how such days are told apart: who names them, where, and how they lie to each other. Must not know markup.
"""

from collections import defaultdict
from datetime import date
from itertools import chain

from pipeline.dating.datesearch import Sighting
from pipeline.dating.datestatements import FOUND, STATED, Statement
from pipeline.dating.dateurls import AddressDate
from pipeline.dating.datewords import Label
from pipeline.models import forest

_MOST_DAYS = 40
_LIST = 4  # dates in elements alike, from which these are a list's
_FAR = 9999
_SPAN = 400  # days; what lies further apart is no further apart

FEATURES = (
    "json_ld", "json_ld_page", "microdata", "first_microdata", "article_meta", "date_meta", "other_meta",
    "modified_json_ld", "modified_other", "url_day", "url_month", "url_year", "url_number", "days_after_url",
    "shown", "shown_published", "shown_modified", "shown_with_time", "rank_shown", "days_shown", "described",
    "after_headline", "before_headline", "plain", "published", "modified", "other", "outside", "inside",
    "times", "attributes", "named", "lines", "openings", "rank", "linked", "headings", "alike", "scripts",
    "rank_script", "days_in_scripts", "readers", "is_earliest", "is_latest", "days_after_stated",
    "days_after_article", "days_after_modified", "has_article", "has_stated", "is_stated", "days",
    "days_in_region", "near_utc", "has_clock", "stated_is_modified",
    "has_url_day", "only_modified",
)  # fmt: skip


def likeliest(
    statements: list[Statement], *, address: AddressDate, start: int | None
) -> date | None:
    """The likeliest day of publication; None where no day is named."""
    if day := of_address(statements, address):
        return day
    days, rows = table(statements, address=address, start=start)
    if len(days) < 2:
        return days[0] if days else None
    model = forest.load("dates")
    return max(zip(days, rows, strict=True), key=lambda pair: model.score(pair[1]))[0]


def of_address(statements: list[Statement], address: AddressDate) -> date | None:
    """The day in the address, where the page names it too: addresses are given once, other dates change.

    Not where the day before or after is stated or shown beside the headline: the clocks of the two may differ.
    """
    day = address.day
    told = [s for s in statements if s.label in ("", "published") and not _is_listed(s)]
    if day is None or not any(s.day == day for s in told):
        return None
    beside = (s.day for s in told if s.source == "page" or s.source in STATED)
    return None if any(abs((other - day).days) == 1 for other in beside) else day


def _is_listed(statement: Statement) -> bool:
    return statement.sighting is not None and statement.sighting.alike >= _LIST


def table(
    statements: list[Statement], *, address: AddressDate, start: int | None
) -> tuple[list[date], list[list[float]]]:
    """The days named, in the order of their first statement, and a row of FEATURES for each."""
    by_day: dict[date, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_day[statement.day].append(statement)
    for day in (address.day, address.number):
        if day:
            by_day.setdefault(day, [])
    days = list(by_day)[:_MOST_DAYS]
    whole = _Whole(statements, days)
    return days, [_row(day, by_day[day], whole, address, start) for day in days]


class _Whole:
    """What all statements say together."""

    def __init__(self, statements: list[Statement], days: list[date]) -> None:
        self.article = _first(statements, ("json-ld",), "published")
        self.stated = _first(statements, STATED, "published")
        self.modified = _first(statements, STATED, "modified")
        microdata = _first(statements, ("microdata",), "published")
        self.first_microdata = microdata.day if microdata else None
        self.in_region: list[date] = []
        self.shown: list[date] = []
        for statement in statements:
            sighting = statement.sighting
            if sighting and not sighting.is_outside and not sighting.is_linked:
                _add(self.in_region, statement.day)
            if statement.source == "page" and statement.label != "modified":
                _add(self.shown, statement.day)
        scripts = [s for s in statements if s.source == "script" and s.label == "published"]
        self.script_days = len({s.day for s in scripts})
        self.scripts: dict[date, int] = {}
        for rank, statement in enumerate(scripts):
            self.scripts.setdefault(statement.day, rank)
        told = [s.day for s in statements if s.source not in FOUND]
        told = told or days
        self.earliest, self.latest = min(told, default=None), max(told, default=None)
        self.days = len(days)
        # An hour of day in UTC leaves it open which day the publisher's clock showed.
        self.utc = [
            s.moment.at
            for s in statements
            if s.source in STATED
            and s.label == "published"
            and s.moment.precision != "day"
            and not s.moment.at.utcoffset()
        ]


def _add(days: list[date], day: date) -> None:
    if day not in days:
        days.append(day)


def _first(statements: list[Statement], sources: tuple[str, ...], label: Label) -> Statement | None:
    return next((s for s in statements if s.source in sources and s.label == label), None)


def _row(
    day: date, named: list[Statement], whole: _Whole, address: AddressDate, start: int | None
) -> list[float]:
    said = {(s.source, s.label) for s in named}
    metas = [source for source, label in said if source.endswith(" meta") and label == "published"]
    shown = [s for s in named if s.source == "page"]
    plain = sum(s.label == "" for s in shown)
    published = sum(s.label == "published" for s in shown)
    modified = sum(s.label == "modified" for s in shown)
    seen = [s.sighting for s in named if s.sighting]
    near_utc = any(at.date() != day and abs((at.date() - day).days) <= 1 for at in whole.utc)
    json_ld, page = ("json-ld", "published") in said, ("json-ld page", "published") in said
    microdata = ("microdata", "published") in said
    scripts = sum(s.source == "script" and s.label == "published" for s in named)
    readers = (json_ld or page) + microdata + bool(metas) + (address.day == day)
    readers += bool(plain or published) + bool(scripts)
    article, stated = whole.article, whole.stated
    return [
        float(value)
        for value in chain(
            (json_ld, page, microdata, whole.first_microdata == day),
            ("article meta" in metas, "date meta" in metas, "other meta" in metas),
            (bool(said & {("json-ld", "modified"), ("json-ld page", "modified")}),),
            (bool(said & {("meta", "modified"), ("microdata", "modified")}),),
            _address_row(day, address),
            (plain, published, modified),
            (any(s.moment.precision != "day" and s.label != "modified" for s in shown),),
            (_rank(day, whole.shown), len(whole.shown), ("description", "") in said),
            _sighting_row(seen, start),
            (_rank(day, whole.in_region),),
            (sum(s.is_linked for s in seen), sum(s.is_heading for s in seen)),
            (max((s.alike for s in seen), default=0),),
            (scripts, whole.scripts.get(day, 99), whole.script_days, readers),
            (day == whole.earliest, day == whole.latest),
            (_after(day, stated), _after(day, article), _after(day, whole.modified)),
            (article is not None, stated is not None, stated is not None and stated.day == day),
            (whole.days, len(whole.in_region), near_utc),
            (any(s.moment.precision != "day" for s in named),),
            (bool(stated and whole.modified and stated.day == whole.modified.day),),
            (address.day is not None, modified > 0 and not plain and not published),
        )
    ]


def _address_row(day: date, address: AddressDate) -> tuple[float, ...]:
    """1 agrees, 0 disagrees, -1 says nothing; then the days after the address's."""
    return (
        -1 if address.day is None else address.day == day,
        -1 if address.month is None else address.month == (day.year, day.month),
        -1 if address.year is None else address.year == day.year,
        -1 if address.number is None else address.number == day,
        -50 if address.day is None else max(-40, min(40, (day - address.day).days)),
    )


def _sighting_row(seen: list[Sighting], start: int | None) -> tuple[float, ...]:
    """Where a day is seen: from the headline, by label outside of furniture, in furniture, by kind."""
    distances = [s.position - start if start is not None else 5000 + s.position for s in seen]
    inside = [s for s in seen if not s.is_outside and not s.is_linked]
    labels = [s.label for s in inside]
    kinds = [s.kind for s in inside]
    return (
        min((d for d in distances if d >= 0), default=_FAR),
        min((-d for d in distances if d < 0), default=_FAR),
        labels.count(""), labels.count("published"), labels.count("modified"), labels.count("other"),
        len(seen) - len(inside), sum(s.is_inside for s in inside),
        kinds.count("time"), kinds.count("attribute"), kinds.count("named"), kinds.count("line"),
        kinds.count("opening"),
    )  # fmt: skip


def _rank(day: date, days: list[date]) -> int:
    return days.index(day) if day in days else 99


def _after(day: date, statement: Statement | None) -> int:
    if statement is None:
        return -999
    return max(-_SPAN, min(_SPAN, (day - statement.day).days))
