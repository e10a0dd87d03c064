"""`morgue why`: when a page was looked at, when it will be again, and what that rests on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click

from config.site import SiteConfig
from db.archiving import rhythms
from db.archiving.rhythms import KnownRhythm
from db.asking import watched
from db.asking.watched import WatchedLink
from morgue.cli import output
from morgue.cli.access import clock_of, settings_of, sites_of
from morgue.cli.errors import ExitCode, Failure
from morgue.cli.invocation import Invocation
from morgue.cli.moments import shown
from morgue.cli.named import article_named
from morgue.cli.opened import asking
from morgue.cli.options import ARTICLE, ArticleName, json_option
from pipeline import urls
from pipeline.revisits import plan
from pipeline.revisits.plan import DueRule, Plan, Policy, Subject
from pipeline.revisits.rhythm import LEARNER_VERSION
from pipeline.revisits.tally import Changes, Tally
from pipeline.stages.learn_rhythms import looks_a_day, policy_of
from pipeline.stages.next_look import subject_of

_HOUR = timedelta(hours=1)
_RULES = {
    None: "it was not looked at yet, or by an earlier release",
    DueRule.RHYTHM: "by then an unseen edit is as likely as a request is worth",
    DueRule.GUARD: "an edit is not likely, but removals and rare edits keep to no rate",
    DueRule.LAST: "the last look, at the last age",
    DueRule.NEVER: "it has reached the last age",
    DueRule.LADDER: "a step of the site file's revisit",
    DueRule.LASTMOD: "its source tells when it changes (trust_lastmod)",
    DueRule.GONE: "it was found gone and may come back, or be confirmed",
    DueRule.RETRY: "it could not be read; the pause grows with each failure",
    DueRule.MISSED: "missed in its source, which still lists older pages",
    DueRule.STATED: "its source states a later change than was known at the last look",
    DueRule.WANTED: "a person named it, or `audit --repair` found it wanting",
    DueRule.ELSEWHERE: "its article was found gone at another of its URLs",
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """Everything that decides a link's next look."""

    found: WatchedLink
    site: SiteConfig | None  # None: no site file of that name
    known: KnownRhythm | None
    policy: Policy
    subject: Subject
    now: datetime

    @property
    def planned(self) -> Plan | None:
        """What the model says from the last look on, by what is known today."""
        visited_at = self.found.link.visited_at
        if visited_at is None or self.site is None or not self.site.schedule.revisit.is_learnt:
            return None
        return plan.next_look(
            self.policy.rhythm, self.subject, now=visited_at, price=self.policy.price
        )

    @property
    def age(self) -> timedelta:
        """Now."""
        return max(self.now - self.found.born_at, timedelta(0))


@click.command()
@click.argument("page", type=ARTICLE, metavar="URL|ARTICLE")
@json_option
@click.pass_obj
def why(invocation: Invocation, page: ArticleName, *, as_json: bool) -> None:
    """Say when a page was looked at, when it will be again, and why then.

    Printed are the article's age and the edits that were seen, what was learnt of its site and section
    and from how many looks, what a request is worth, and the rule that set the moment.
    `docs/decisions/revisits.md` explains the model.
    """
    settings = settings_of(invocation)
    sites = sites_of(settings)
    now = clock_of(settings).now()
    with asking(settings) as session:
        found = _links(session, page)
        site_ids = [each.site_id for each in found]
        known = rhythms.load(session, site_ids, learner=LEARNER_VERSION)
    reasons = [
        _reasons(each, sites.get(each.site), known.get(each.site_id), now=now) for each in found
    ]
    if as_json:
        output.document({"links": [_json(each) for each in reasons]})
        return
    for number, each in enumerate(reasons):
        if number:
            output.line()
        _print(each)


def _links(session: Any, page: ArticleName) -> list[WatchedLink]:
    """The links that a URL or an article's number names; those of its article where a URL is only an alias."""
    if page.url is not None:
        found = watched.watched_links(session, url_key=urls.key(page.url))
        if found:
            return found
    article = article_named(session, page)
    found = watched.watched_links(
        session, link_ids=watched.links_of_article(session, article.number)
    )
    if not found:
        raise Failure(
            f"no link of {page.text} is watched",
            remedy="`morgue crawl URL` looks at a page now.",
            code=ExitCode.NOTHING,
        )
    return found


def _reasons(
    found: WatchedLink, site: SiteConfig | None, known: KnownRhythm | None, *, now: datetime
) -> Reasons:
    return Reasons(
        found=found,
        site=site,
        known=known,
        policy=policy_of(site, known) if site is not None else Policy(),
        subject=subject_of(found.link, first_seen=found.born_at),
        now=now,
    )


def _rule(reasons: Reasons) -> str:
    rule = reasons.found.due_rule
    words = _RULES[DueRule(rule) if rule in list(DueRule) else None]
    due_at, visited_at = reasons.found.link.due_at, reasons.found.link.visited_at
    if due_at is not None and visited_at is None:
        return "new: it was found and is due at once"
    if rule == DueRule.MISSED and reasons.found.missed_at is not None:
        return f"missed in its source since {shown(reasons.found.missed_at)}, which still lists older pages"
    if reasons.found.is_suspected_gone and rule == DueRule.GONE:
        return f"{words} (three looks over two days confirm a removal)"
    return words


def _print(reasons: Reasons) -> None:
    found, link = reasons.found, reasons.found.link
    output.line(click.style(output.one_line(link.url), bold=True))
    article = f"article {link.article_id}" if link.article_id else "no article"
    output.line(f"{article}, {found.site}, section {reasons.subject.section or 'none'}")
    last = found.last_outcome.value.replace("_", " ") if found.last_outcome else "never"
    looked = f"{shown(link.visited_at)} ({last})" if link.visited_at else "never"
    output.line(f"last look:  {looked}, look {link.visit_count}")
    output.line(f"next look:  {_next(reasons)}")
    output.line(f"because:    {_rule(reasons)}")
    if found.missed_at is not None and found.due_rule != DueRule.MISSED:
        output.line(
            f"missed:     in its source since {shown(found.missed_at)}, and looked at for it"
        )
    edited = f", the last {shown(link.edited_at)}" if link.edited_at else ""
    live = ", calls itself live" if link.is_live else ""
    output.line(
        f"the page:   {_span(reasons.age)} old, {link.edit_count or 0} edits seen{edited}{live}"
        f"{', variants are served' if found.has_variants else ''}"
    )
    if reasons.site is None:
        output.line(f"the site:   no file of {found.site}: it is only crawled when it is named")
        return
    if not reasons.site.schedule.revisit.is_learnt:
        steps = reasons.site.schedule.revisit.steps
        words = ", ".join(f"to {_span(s.up_to_age)} every {_span(s.every)}" for s in steps)
        output.line(f"the ladder: {words or 'never again'}")
        return
    _print_learnt(reasons)


def _print_learnt(reasons: Reasons) -> None:
    rhythm, section = reasons.policy.rhythm, reasons.subject.section
    rates = " / ".join(f"{rate:.2f}" for rate in rhythm.rates)
    site, own = _counts(reasons)
    output.line(
        f"the site:   {rates} edits expected of an article, at the rates of its first 3 h / day / later"
    )
    output.line(f"            {site}")
    output.line(f"section:    {rhythm.factor(section):.2f} of that; {own}")
    looks = looks_a_day(reasons.site, rhythm) if reasons.site else None
    budget = f"{looks:g} looks a day" if looks is not None else "no budget"
    output.line(
        f"price:      a look must find an edit with {reasons.policy.price:.1%}, more for old articles"
        f" ({budget}, {rhythm.articles_a_day:.1f} new articles a day)"
    )
    planned = reasons.planned
    if planned is not None and planned.due_at is not None:
        output.line(
            f"as of now:  a look at {shown(planned.due_at)} finds an edit with {planned.chance:.1%}"
        )


def _counts(reasons: Reasons) -> tuple[str, str]:
    """What the site's and the section's rates were learnt from, in words."""
    if reasons.known is None:
        unknown = "nothing learnt yet: what is published of news sites in general"
        return unknown, "nothing learnt yet"
    tally = Tally.of_content(reasons.known.content["tally"])
    learned = f"learnt {shown(reasons.known.learned_at)}"
    own = tally.sections.get(reasons.subject.section, [])
    return f"{_seen(tally.bands)}, {learned}", _seen(own)


def _seen(groups: list[Changes]) -> str:
    edits, lives = sum(each.count for each in groups), sum(each.length for each in groups)
    return f"from {edits:.0f} edits seen in {lives:.0f} articles' lives"


def _next(reasons: Reasons) -> str:
    due_at = reasons.found.link.due_at
    if due_at is None:
        return "none"
    if due_at <= reasons.now:
        return f"{shown(due_at)}: due, in the site's next crawl"
    return f"{shown(due_at)}, in {_span(due_at - reasons.now)}"


def _span(span: timedelta) -> str:
    hours = span / _HOUR
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"


def _json(reasons: Reasons) -> dict[str, Any]:
    found, link = reasons.found, reasons.found.link
    rhythm, planned = reasons.policy.rhythm, reasons.planned
    is_learnt = reasons.site is not None and reasons.site.schedule.revisit.is_learnt
    tally = Tally.of_content(reasons.known.content["tally"]) if reasons.known else Tally()
    own = tally.sections.get(reasons.subject.section, [])
    looks = looks_a_day(reasons.site, rhythm) if reasons.site else None
    return {
        "url": link.url,
        "site": found.site,
        "article": link.article_id,
        "section": reasons.subject.section,
        "found_at": link.found_at,
        "born_at": found.born_at,
        "age_s": round(reasons.age.total_seconds()),
        "looked_at": link.visited_at,
        "look_count": link.visit_count,
        "last_outcome": found.last_outcome,
        "due_at": link.due_at,
        "rule": found.due_rule,
        "because": _rule(reasons),
        "edit_count": link.edit_count or 0,
        "edited_at": link.edited_at,
        "is_live": bool(link.is_live),
        "has_variants": found.has_variants,
        "missed_at": found.missed_at,
        "is_suspected_gone": found.is_suspected_gone,
        "is_learnt": is_learnt,
        "rates": rhythm.rates,
        "site_edits": round(sum(each.count for each in tally.bands), 1),
        "site_lives": round(sum(each.length for each in tally.bands), 1),
        "section_factor": rhythm.factor(reasons.subject.section),
        "section_edits": round(sum(each.count for each in own), 1),
        "section_lives": round(sum(each.length for each in own), 1),
        "learned_at": reasons.known.learned_at if reasons.known else None,
        "price": reasons.policy.price,
        "looks_a_day": looks,
        "articles_a_day": rhythm.articles_a_day,
        "planned_at": planned.due_at if planned else None,
        "chance": planned.chance if planned else None,
    }
