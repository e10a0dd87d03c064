"""What the archive answered at a moment it answers as of that moment for ever, whatever is written later."""

import inspect
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select, update

from config.clock import ManualClock
from db.archive import Archive, Session
from db.asking import queries, reports
from db.asking.asof import NOW, AsOf
from db.asking.sql import run_read_only
from db.histories import changes
from db.histories.changes import ChangeKind, NewChange
from db.histories.standing import is_standing
from db.identities import belonging, identity
from db.models import (
    Action,
    AliasMove,
    Article,
    ArticleUrl,
    Link,
    Quarantine,
    Revision,
    Supersession,
    VisitOutcome,
)
from db.statements import is_postgres
from tests.conftest import ROOT
from tests.contract.desk import Desk

PATHS = ("a", "b", "c", "d")
TEXTS = tuple(f"The town wrote of {word} today" for word in ("bread", "coal", "rain", "ships"))

Answers = dict[str, Any]

NOT_OF_A_MOMENT = {
    "site_status": "how a site is doing now: its columns are overwritten",
    "crawl_list": "crawls are listed with their ends",
    "counts": "how large the archive is",
    "began_at": "the same for ever",
    "content_of": "an extraction never changes",
}


@pytest.fixture
def desk(archive: Archive, clock: ManualClock) -> Desk:
    return Desk(archive, clock)


def answers(session: Session, as_of: AsOf, *, articles: int) -> Answers:
    """All that can be asked."""
    told: Answers = {}
    for number in range(1, articles + 1):
        told[f"find_articles {number}"] = queries.find_articles(session, number=number, as_of=as_of)
        told[f"history {number}"] = queries.history(session, number, as_of=as_of)
        told[f"revision {number}"] = queries.revision(session, number, 2, as_of=as_of)
        told[f"reprints_of {number}"] = reports.reprints_of(session, number, as_of=as_of)
        looks = belonging.looks_at(session, [number], as_of=as_of)[number]
        told[f"looks_at {number}"] = looks
    told["quarantine_list"] = reports.quarantine_list(session, as_of=as_of)
    told["load_articles"] = queries.load_articles(
        session,
        [number for number in range(1, articles + 1) if told[f"history {number}"]],
        as_of=as_of,
    )
    for path in PATHS:
        told[f"find_articles {path}"] = queries.find_articles(
            session, url_key=f"lantern.example/{path}", as_of=as_of
        )
    for words in ("bread", "town -coal"):
        for scope in ("newest", "all"):
            told[f"search {words} {scope}"] = queries.search(
                session,
                words,
                as_of=as_of,
                scope=scope,  # type: ignore[arg-type]
            )
    return told


class Life:
    """Writes to an archive whatever chance wants."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.dice = random.Random(seed)
        self.articles: list[int] = []

    def step(self) -> str:
        """One more thing happens."""
        deed = self.dice.choices(
            [
                self.see,
                self.lose,
                self.see_late,
                self.reuse,
                self.supersede,
                self.restore,
                self.copy,
            ],
            [8, 3, 2, 1, 3, 2, 2],
        )[0]
        self.desk.wait(minutes=self.dice.choice([1, 30, 600, 2000]))
        deed()
        return deed.__name__

    def see(self) -> None:
        path, text = self.dice.choice(PATHS), self.dice.choice(TEXTS)
        self._met(self.desk.see(path, text, title=text.split()[-2]).article_id)

    def lose(self) -> None:
        self.desk.see_gone(self.dice.choice(PATHS))

    def see_late(self) -> None:
        """A look that is archived a while after it took place, as of a crawl that was killed."""
        link = self.desk.link(self.dice.choice(PATHS))
        entry = self.desk.entry(link, self.dice.choice(TEXTS), article=link.article_id)
        self.desk.wait(minutes=90)
        self._met(self.desk.archive_all(entry)[0].article_id)

    def reuse(self) -> None:
        """A URL comes to show an article of its own."""
        link = self.desk.link(self.dice.choice(PATHS))
        entry = self.desk.entry(link, self.dice.choice(TEXTS) + " anew")
        self._met(self.desk.archive_all(entry)[0].article_id)

    def supersede(self) -> None:
        """A revision that is not its article's first is found to be none."""
        with self.desk.archive.write() as session:
            standing = session.execute(
                select(Revision.id, Revision.article_id)
                .where(is_standing())
                .order_by(Revision.article_id, Revision.first_seen_at, Revision.number)
            ).all()
            pairs = [
                (old, new) for old, new in pairwise(standing) if old.article_id == new.article_id
            ]
            if not pairs:
                return
            old, new = self.dice.choice(pairs)
            session.add(
                Supersession(
                    revision_id=new.id,
                    by_revision_id=old.id,
                    reason="reextracted",
                    superseded_at=self.desk.clock.now(),
                )
            )
            session.flush()
            self._settle(session, new.article_id, ChangeKind.SUPERSEDED)

    def restore(self) -> None:
        """A revision that was superseded counts again."""
        with self.desk.archive.write() as session:
            row = session.scalars(
                select(Supersession)
                .where(Supersession.restored_at.is_(None))
                .order_by(Supersession.id)
            ).first()
            if row is not None:
                row.restored_at = self.desk.clock.now()
                session.flush()
                article_id = session.get_one(Revision, row.revision_id).article_id
                self._settle(session, article_id, ChangeKind.RESTORED)

    def copy(self) -> None:
        """A reprint is found, or its source comes to be known."""
        if len(self.articles) > 1:
            copy, source = self.dice.sample(self.articles, 2)
            with self.desk.archive.write() as session:
                identity.add_reprint(
                    session,
                    copy_article_id=copy,
                    source_url=f"http://agency.example/{copy}",
                    source_article_id=self.dice.choice([None, source]),
                    containment=self.dice.random(),
                    evidence=[str(self.dice.random())],
                    now=self.desk.clock.now(),
                    watermark=self.dice.choice([None, "Agency"]),
                )

    def doubt(self) -> None:
        """A page is kept and not believed."""
        link = self.desk.link(self.dice.choice(PATHS))
        page = self.desk.entry(link, self.dice.choice(TEXTS))
        assert page.extraction is not None
        wall = replace(page.extraction, is_believed=False, reason="login", detail="a form")
        self.desk.archive_all(
            replace(
                page,
                outcome=VisitOutcome.QUARANTINED,
                extraction=wall,
                article=None,
                revision=None,
                aliases=(),
            )
        )

    def release(self) -> None:
        """A reading that was not believed is, after all."""
        with self.desk.archive.write() as session:
            row = session.scalars(
                select(Quarantine).where(Quarantine.released_at.is_(None)).order_by(Quarantine.id)
            ).first()
            if row is not None:
                row.released_at = self.desk.clock.now()

    def _met(self, article_id: int | None) -> None:
        if article_id is not None and article_id not in self.articles:
            self.articles.append(article_id)

    def _settle(self, session: Session, article_id: int, kind: ChangeKind) -> None:
        newest = session.scalar(
            select(Revision.id)
            .where(Revision.article_id == article_id, is_standing())
            .order_by(Revision.first_seen_at.desc(), Revision.number.desc())
            .limit(1)
        )
        session.execute(update(Article).where(Article.id == article_id).values(revision_id=newest))
        change = NewChange(kind, self.desk.site_id, article_id, newest)
        changes.record(session, [change], now=self.desk.clock.now())


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_as_of_then_is_the_answer_given_then(
    desk: Desk, archive: Archive, clock: ManualClock, seed: int
) -> None:
    life = Life(desk, seed)
    with archive.read() as session:
        steps = 8 if is_postgres(session) else 14
    given: list[tuple[str, datetime, int, Answers]] = []
    for _ in range(steps):
        deed = life.step()
        with archive.read() as session:
            articles = session.scalar(select(func.max(Article.id))) or 0
            now = answers(session, NOW, articles=articles)
            same = answers(session, AsOf.moment(clock.now()), articles=articles)
        assert_same(same, now, f"just after {deed}")
        given.append((deed, clock.now(), articles, now))
        clock.advance(timedelta(milliseconds=1))
    for deed, moment, articles, before in given:
        with archive.read() as session:
            again = answers(session, AsOf.moment(moment), articles=articles)
        assert_same(again, before, f"as of {moment}, after {deed}")


def assert_same(found: Answers, expected: Answers, when: str) -> None:
    for question, answer in expected.items():
        assert found[question] == answer, f"{question}, {when}"


def test_every_question_is_asked_as_of_a_moment_or_named_as_one_that_is_not(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", TEXTS[0])
    with archive.read() as session:
        asked = {name.split()[0] for name in answers(session, NOW, articles=1)}
    for module in (queries, reports):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.__name__:
                continue
            if name in NOT_OF_A_MOMENT:
                continue
            assert "as_of" in inspect.signature(function).parameters, name
            assert name in asked, f"{name} is not among the answers that are compared"


def test_what_was_said_then_is_told_as_known_today(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    """A revision that was superseded since is told of as known then, not as known today."""
    number = desk.see("a", TEXTS[0]).article_id
    desk.wait(hours=1)
    second = desk.see("a", TEXTS[1])
    then = clock.now()
    desk.wait(days=1)
    life = Life(desk, 0)
    life.supersede()
    assert number is not None
    ask: Callable[[Session, AsOf], list[int]] = lambda session, as_of: [  # noqa: E731
        revision.number for revision in queries.history(session, number, as_of=as_of)
    ]
    with archive.read() as session:
        assert ask(session, AsOf.moment(then)) == [1, 2]
        assert ask(session, AsOf(said_at=then)) == [1]
        assert ask(session, NOW) == [1]
        assert ask(session, AsOf(known_at=then)) == [1, 2]
        (known,) = queries.find_articles(session, number=number, as_of=AsOf(said_at=then))
        assert known.revision is not None
        assert (known.revision.text, known.revision_count) == (TEXTS[0], 2)
        assert known.last_seen_at == then  # the second look saw a text of it, whatever its reading
        found = queries.search(session, "coal", as_of=AsOf.moment(then))
        assert [hit.number for hit in found.hits] == [2]
        assert queries.search(session, "coal").hits == ()
    assert second.revision_number == 2


def test_a_merged_article_is_answered_by_the_other_from_then_on(
    desk: Desk, archive: Archive, clock: ManualClock
) -> None:
    kept, merged = desk.see("a", TEXTS[0]), desk.see("b", TEXTS[0])
    before = clock.now()
    desk.wait(days=1)
    with archive.write() as session:
        session.add(
            Supersession(
                revision_id=merged.revision_id,
                by_revision_id=kept.revision_id,
                reason="merged",
                superseded_at=clock.now(),
            )
        )
        move(session, merged.article_id, kept.article_id, now=clock.now())
        session.execute(
            update(Article)
            .where(Article.id == merged.article_id)
            .values(revision_id=None, merged_into_id=kept.article_id)
        )
    after = clock.now()
    desk.wait(days=1)
    with archive.write() as session:
        row = session.scalars(select(Supersession)).one()
        row.restored_at = clock.now()
        move(session, kept.article_id, merged.article_id, now=clock.now())
        session.execute(
            update(Article)
            .where(Article.id == merged.article_id)
            .values(revision_id=merged.revision_id, merged_into_id=None)
        )
    times = (AsOf.moment(before), AsOf.moment(after), NOW)
    with archive.read() as session:
        found = [
            queries.find_articles(session, number=merged.article_id, as_of=when) for when in times
        ]
        by_url = [
            queries.find_articles(session, url_key="lantern.example/b", as_of=when)
            for when in times
        ]
        looks = belonging.looks_at(session, [kept.article_id or 0], as_of=AsOf.moment(after))
    assert by_url == found
    assert [[article.number for article in each] for each in found] == [
        [merged.article_id],
        [kept.article_id],
        [merged.article_id],
    ]
    assert [[alias.url_key[-1] for alias in each[0].aliases] for each in found] == [
        ["b"],
        ["a", "b"],
        ["b"],
    ]
    assert len(looks[kept.article_id or 0].all) == 2


def move(session: Session, source: int | None, target: int | None, *, now: datetime) -> None:
    """Give the URL of "b" to another article."""
    action = Action(acted_at=now, kind="merge", actor="a person", arguments={})
    session.add(action)
    session.flush()
    alias = session.scalars(
        select(ArticleUrl).where(ArticleUrl.url_key == "lantern.example/b")
    ).one()
    session.add(
        AliasMove(
            article_url_id=alias.id,
            from_article_id=source,
            to_article_id=target,
            action_id=action.id,
            moved_at=now,
        )
    )
    alias.article_id = target or 0
    session.execute(update(Link).where(Link.url_key == alias.url_key).values(article_id=target))


def test_the_statements_of_the_documentation_run_on_both_databases(
    desk: Desk, archive: Archive
) -> None:
    desk.see("a", TEXTS[0])
    page = (ROOT / "docs" / "asking.md").read_text()
    statements = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(statements) >= 4
    for statement in statements:
        assert run_read_only(archive, statement).columns
