"""Every kind of mistake in a site file: what is said of it, word for word."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.site import load_sites

BASE = "name: harbour\ntitle: Harbour Post\nhome: https://www.harbourpost.example/\n"


def complaints(folder: Path, text: str | bytes, *, name: str = "harbour") -> list[str]:
    """What is said of a site file, without the folder."""
    body = text.encode() if isinstance(text, str) else text
    (folder / f"{name}.yaml").write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        load_sites(folder)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


MISTAKES = {
    "an unknown key": (
        "soruces: []\n",
        "harbour.yaml:4:1: soruces: unknown key soruces. Did you mean sources?",
    ),
    "an unknown key of a part": (
        "politeness:\n  robots_ignored: x\n",
        (
            "harbour.yaml:5:3: politeness.robots_ignored: unknown key robots_ignored. "
            "Did you mean robots_ignored_because?"
        ),
    ),
    "an unknown key like no other": (
        "schedule: {zzz: 1}\n",
        (
            "harbour.yaml:4:12: schedule.zzz: unknown key zzz. "
            "Known here: every, cron, jitter, quiet, revisit, poll_within, trust_lastmod."
        ),
    ),
    "an unknown kind of source": (
        "sources:\n  - rss: https://a.example/\n",
        (
            "harbour.yaml:5:5: sources.0.rss: unknown key rss. Known here: feed, news_sitemap, "
            "wordpress, section, sitemap, follow, archive, links, depth, allow, deny, max_age, max_links."
        ),
    ),
    "an archive without a place": (
        "sources:\n  - archive: https://a.example/archive/\n",
        (
            'harbour.yaml:5:14: sources.0.archive: "https://a.example/archive/" is one page. '
            "Write {yyyy}, {mm} and {dd} where its date stands, or {page}."
        ),
    ),
    "an archive with a day and no month": (
        "sources:\n  - archive: https://a.example/{yyyy}/{dd}/\n",
        (
            'harbour.yaml:5:14: sources.0.archive: "https://a.example/{yyyy}/{dd}/" does not say of which year or month. '
            "Write {yyyy} and {mm} before {dd}."
        ),
    ),
    "an archive with an unknown place": (
        "sources:\n  - archive: https://a.example/{year}/\n",
        (
            'harbour.yaml:5:14: sources.0.archive: "https://a.example/{year}/" has the place {year}. '
            "Known: {yyyy}, {mm}, {m}, {dd}, {d}, {page}."
        ),
    ),
    "a wrong type": (
        "verified_live: perhaps\n",
        (
            'harbour.yaml:4:16: verified_live: "perhaps" is neither true nor false. '
            "Write true or false."
        ),
    ),
    "a list for a text": (
        "language: [en, fr]\n",
        "harbour.yaml:4:11: language: language is no text. Write one text.",
    ),
    "a text for a mapping": (
        "politeness: gentle\n",
        (
            'harbour.yaml:4:13: politeness: "gentle" does not belong here. '
            "Write keys below it, as in delay: 5s."
        ),
    ),
    "a bare URL for a source": (
        "sources:\n  - https://a.example/feed\n",
        (
            'harbour.yaml:5:5: sources.0: "https://a.example/feed" does not belong here. '
            "Name its kind, as in feed: https://www.example.org/feed.xml."
        ),
    ),
    "a text for a number": (
        "sources:\n  - follow: https://a.example/\n    depth: deep\n",
        'harbour.yaml:6:12: sources.0.depth: "deep" is no whole number. Write it as in 5.',
    ),
    "a number above its limit": (
        "sources:\n  - follow: https://a.example/\n    depth: 9\n",
        'harbour.yaml:6:12: sources.0.depth: "9" is too large. The most is 5.',
    ),
    "a number below its limit": (
        "politeness: {max_page_mb: 0}\n",
        'harbour.yaml:4:27: politeness.max_page_mb: "0" is too small. It must be more than 0.',
    ),
    "a key without its value": (
        "politeness:\n  robots:\n",
        (
            "harbour.yaml:5:10: politeness.robots: robots has no value. "
            "Write one behind the colon, or remove the key."
        ),
    ),
    "a word that is none of the known": (
        "politeness: {robots: maybe}\n",
        (
            'harbour.yaml:4:22: politeness.robots: "maybe" is none of the known words. '
            "Write 'obey' or 'ignore'."
        ),
    ),
    "a regular expression that is none": (
        "allow: ['/news/', '/(a']\n",
        (
            'harbour.yaml:4:19: allow.1: "/(a" is no regular expression: missing ), unterminated '
            "subpattern at position 1. "
            "Put a backslash before a bracket, plus, star or ? that is meant as itself."
        ),
    ),
    "a CSS selector that is none": (
        "extract:\n  title: 'h1['\n",
        (
            "harbour.yaml:5:10: extract.title: \"h1[\" is no CSS selector: Expected ident or '*', "
            "got <EOF at 3>. Try the selector in a browser: document.querySelector('…')."
        ),
    ),
    "a CSS selector with a pseudo-element": (
        "extract:\n  title: h1::text\n",
        (
            'harbour.yaml:5:10: extract.title: "h1::text" is no CSS selector: Pseudo-elements are not '
            "supported. Leave out ::text and ::attr(…); to read an attribute, write attribute: its-name."
        ),
    ),
    "an XPath that is none": (
        "extract:\n  body:\n    - xpath: //div[\n",
        (
            'harbour.yaml:6:14: extract.body.0.xpath: "//div[" is no XPath: invalid expression. '
            "Try it in a browser: $x('…') in the console."
        ),
    ),
    "an XPath with a function of another XPath": (
        "extract:\n  title: {xpath: '//h1[ends-with(., \"x (\")]'}\n",
        (
            'harbour.yaml:5:18: extract.title.xpath: "//h1[ends-with(., "x (")]" is no XPath: '
            "nobody knows ends-with(). "
            "There are the functions of XPath 1.0, and re:test, re:match and re:replace."
        ),
    ),
    "an XPath with a variable": (
        "extract:\n  title: {xpath: '//h1[. = $name]'}\n",
        (
            'harbour.yaml:5:18: extract.title.xpath: "//h1[. = $name]" is no XPath: '
            "nobody knows $name. "
            "There are the functions of XPath 1.0, and re:test, re:match and re:replace."
        ),
    ),
    "an XPath with a strange prefix": (
        "extract:\n  title: {xpath: '//svg:text'}\n",
        (
            'harbour.yaml:5:18: extract.title.xpath: "//svg:text" is no XPath: '
            "nobody knows svg:text. "
            "There are the functions of XPath 1.0, and re:test, re:match and re:replace."
        ),
    ),
    "an attribute beside a regex alone": (
        "extract:\n  title:\n    regex: 'headline: (.+)'\n    attribute: content\n",
        (
            "harbour.yaml:7:16: extract.title.attribute: attribute stands beside a regex alone. "
            "Add css: and a selector of the element that has it."
        ),
    ),
    "every sign of a paywall": (
        "extract:\n  paywalled:\n    css: div.wall\n    all: true\n",
        (
            "harbour.yaml:7:10: extract.paywalled.all: all does nothing here: one place is enough. "
            "Remove it."
        ),
    ),
    "a picture's rule with a selector that is none": (
        "extract:\n  images: 'figure >'\n",
        (
            'harbour.yaml:5:11: extract.images: "figure >" is no CSS selector: '
            "Expected selector, got <EOF at 8>. Try the selector in a browser: "
            "document.querySelector('…')."
        ),
    ),
    "a body by regex": (
        "extract:\n  body:\n    - css: div.story\n      regex: '.+'\n",
        (
            "harbour.yaml:7:14: extract.body.0.regex: regex does nothing here: "
            "a body is made of elements. Remove it; remove_text: leaves out blocks by what they say."
        ),
    ),
    "a rule with two selectors": (
        "extract:\n  - title:\n      css: h1\n      xpath: //h1\n",
        "harbour.yaml:7:14: extract.0.title.xpath: xpath stands beside css. Keep one of them.",
    ),
    "a rule without a selector": (
        "extract:\n  - title: {all: true}\n",
        (
            "harbour.yaml:5:12: extract.0.title: title has neither css nor xpath. "
            "Add css: and a selector."
        ),
    ),
    "a date format that is none": (
        "extract: {date_formats: ['%d.%m.%Y', '%Q']}\n",
        (
            "harbour.yaml:4:38: extract.date_formats.1: \"%Q\" is no date format: 'Q' is a bad "
            "directive in format '%Q'. "
            'Write it as in "%b %d, %Y %I:%M %p"; see strptime in Python\'s datetime.'
        ),
    ),
    "a date format of another language": (
        "extract: {date_formats: DD.MM.YYYY}\n",
        (
            'harbour.yaml:4:25: extract.date_formats: "DD.MM.YYYY" is no date format: it has no % in '
            'it. Write it as in "%d.%m.%Y %H:%M".'
        ),
    ),
    "a URL without a scheme": (
        "sources:\n  - feed: www.harbourpost.example/feed\n",
        (
            'harbour.yaml:5:11: sources.0.feed: "www.harbourpost.example/feed" has no scheme. '
            "Write https://www.harbourpost.example/feed."
        ),
    ),
    "a URL of ftp": (
        "sources:\n  - sitemap: ftp://harbourpost.example/\n",
        (
            'harbour.yaml:5:14: sources.0.sitemap: "ftp://harbourpost.example/" has the scheme ftp. '
            "Only http:// and https:// can be crawled."
        ),
    ),
    "a URL without a host": (
        "sources:\n  - feed: https:///feed\n",
        (
            'harbour.yaml:5:11: sources.0.feed: "https:///feed" has no host. '
            "Write it as in https://www.example.org/."
        ),
    ),
    "a URL with a password": (
        "sources:\n  - feed: https://me:secret@a.example/\n",
        (
            'harbour.yaml:5:11: sources.0.feed: "https://***@a.example/" has a user name or password '
            "in it. Remove them; put an Authorization header under headers instead."
        ),
    ),
    "a URL with a space": (
        "sources:\n  - feed: https://a.example/top news\n",
        (
            'harbour.yaml:5:11: sources.0.feed: "https://a.example/top news" has a space in it. '
            "Write %20 for a space in a URL."
        ),
    ),
    "a URL with an impossible port": (
        "sources:\n  - feed: https://a.example:99999/\n",
        (
            'harbour.yaml:5:11: sources.0.feed: "https://a.example:99999/" is no URL. '
            "Write it as in https://www.example.org/feed.xml."
        ),
    ),
    "a time zone that is misspelt": (
        "time_zone: Asia/Shangai\n",
        'harbour.yaml:4:12: time_zone: "Asia/Shangai" is no time zone. Did you mean Asia/Shanghai?',
    ),
    "a time zone that is a city": (
        "time_zone: new york\n",
        'harbour.yaml:4:12: time_zone: "new york" is no time zone. Did you mean America/New_York?',
    ),
    "a time zone like no other": (
        "time_zone: the moon\n",
        (
            'harbour.yaml:4:12: time_zone: "the moon" is no time zone. '
            "Use a name of the IANA list, as in Europe/Berlin."
        ),
    ),
    "a cron expression that is none": (
        "schedule: {cron: '0 25 * * *'}\n",
        (
            "harbour.yaml:4:18: schedule.cron: \"0 25 * * *\" has the hour '25', which is not within "
            "0-23. Write five fields, minute hour day month weekday, as in "
            '"15 6 * * mon-fri".'
        ),
    ),
    "a cron expression without quotes": (
        "schedule:\n  cron: */15 * * * *\n",
        "harbour.yaml:5:10: has a value that begins with * or &. Put quotes around it.",
    ),
    "quiet hours that are none": (
        "schedule: {quiet: at night}\n",
        'harbour.yaml:4:19: schedule.quiet: "at night" names no hours. Write it as in "23:00-06:30".',
    ),
    "quiet hours that no clock shows": (
        "schedule:\n  quiet: ['22:00-25:00']\n",
        (
            'harbour.yaml:5:11: schedule.quiet.0: "22:00-25:00" has a time that no clock shows. '
            'Write it as in "23:00-06:30".'
        ),
    ),
    "quiet hours all day": (
        "schedule:\n  quiet: ['00:00-12:00', '11:00-00:00']\n",
        (
            "harbour.yaml:5:10: schedule.quiet: quiet leave no time of the day. "
            "Shorten them, or remove the site."
        ),
    ),
    "both every and cron": (
        "schedule:\n  every: 1h\n  cron: 0 3 * * *\n",
        "harbour.yaml:6:9: schedule.cron: cron stands beside every. Keep one of them.",
    ),
    "a duration without a unit": (
        "schedule: {every: 30}\n",
        'harbour.yaml:4:19: schedule.every: "30" is no duration. Add a unit: "30m" or "30h".',
    ),
    "a duration that is none": (
        "politeness: {delay: soon}\n",
        (
            'harbour.yaml:4:21: politeness.delay: "soon" is no duration. '
            'Write it as in "90s", "30m", "2h", "1h30m" or "1d".'
        ),
    ),
    "a duration of nothing": (
        "schedule: {every: 0s}\n",
        'harbour.yaml:4:19: schedule.every: "0s" is too short. The shortest is 1s.',
    ),
    "a revisit age that is none": (
        "schedule:\n  revisit:\n    3h: 30m\n    later: 1d\n",
        (
            'harbour.yaml:7:5: schedule.revisit.later: "later" is no duration. '
            'Write it as in "90s", "30m", "2h", "1h30m" or "1d".'
        ),
    ),
    "a revisit interval that is none": (
        "schedule:\n  revisit:\n    3h: 30m\n    1d: often\n",
        (
            'harbour.yaml:7:9: schedule.revisit.1d: "often" is no duration. '
            'Write it as in "90s", "30m", "2h", "1h30m" or "1d".'
        ),
    ),
    "revisit ages out of order": (
        "schedule:\n  revisit:\n    1d: 2h\n    3h: 30m\n",
        (
            "harbour.yaml:7:5: schedule.revisit.3h: 3h has an age that is not above the one before it. "
            "Order the lines by age, the youngest first."
        ),
    ),
    "age and interval exchanged": (
        "schedule:\n  revisit:\n    30m: 3h\n",
        (
            "harbour.yaml:6:10: schedule.revisit.30m: 30m has an interval longer than its age. "
            "Write the age first and the interval behind it, as in 3h: 30m."
        ),
    ),
    "a source of two kinds": (
        "sources:\n  - feed: https://a.example/\n    sitemap: https://a.example/map\n",
        (
            "harbour.yaml:6:14: sources.0.sitemap: sitemap is a second kind of source beside feed. "
            "Put a dash before it: that begins a new source."
        ),
    ),
    "a source of no kind": (
        "sources:\n  - feed: https://a.example/\n  - max_links: 5\n",
        (
            "harbour.yaml:6:5: sources.1: it does not say what kind of source it is. "
            "Add one of feed, news_sitemap, wordpress, section, sitemap, follow, archive with a URL."
        ),
    ),
    "links of a source that is no section": (
        "sources:\n  - feed: https://a.example/\n    links: h2 a\n",
        (
            "harbour.yaml:6:12: sources.0.links: links belongs to a section or an archive. "
            "Remove it; allow and deny fit every source."
        ),
    ),
    "depth of a source that is not followed": (
        "sources:\n  - feed: https://a.example/\n    depth: 2\n",
        "harbour.yaml:6:12: sources.0.depth: depth belongs to follow. Remove it.",
    ),
    "robots.txt ignored without a reason": (
        "politeness:\n  robots: ignore\n",
        (
            "harbour.yaml:5:11: politeness.robots: robots is ignored without a reason. "
            "Add robots_ignored_because: and say who allowed it."
        ),
    ),
    "a reason without ignoring robots.txt": (
        "politeness:\n  robots_ignored_because: the editor said so\n",
        (
            "harbour.yaml:5:27: politeness.robots_ignored_because: robots_ignored_because is given "
            "although robots.txt is obeyed. Remove it, or write robots: ignore."
        ),
    ),
    "two rule sets for ever": (
        "extract:\n  - title: h1\n  - title: h2\n",
        (
            "harbour.yaml:6:5: extract.1: it stands behind rules that hold for ever. "
            "Give the rules before it a valid_until: the last day they held."
        ),
    ),
    "rule sets out of order": (
        (
            "extract:\n  - valid_until: 2024-05-01\n    title: h1\n"
            "  - valid_until: 2023-05-01\n    title: h2\n"
        ),
        (
            "harbour.yaml:7:18: extract.1.valid_until: valid_until does not hold longer than the rules "
            "before it. Order the rules by valid_until, the oldest first."
        ),
    ),
    "a date that is none": (
        "extract:\n  valid_until: 20240501\n",
        'harbour.yaml:5:16: extract.valid_until: "20240501" is no date. Write it as in 2024-03-31.',
    ),
    "a date that is not in the calendar": (
        "extract:\n  valid_until: 2023-02-29\n",
        (
            'harbour.yaml:5:16: extract.valid_until: "2023-02-29" is not in the calendar. '
            "Check month and day."
        ),
    ),
    "a language that is no tag": (
        "language: English\n",
        (
            'harbour.yaml:4:11: language: "English" is no language tag. '
            "Write it as in en, de or zh-Hans."
        ),
    ),
    "an alias that is a URL": (
        "aliases: [https://m.harbourpost.example/]\n",
        (
            'harbour.yaml:4:11: aliases.0: "https://m.harbourpost.example/" is not a bare host. '
            "Write m.harbourpost.example alone."
        ),
    ),
    "an alias that is no host": (
        "aliases: harbour post\n",
        'harbour.yaml:4:10: aliases: "harbour post" is no host. Write it as in news.example.org.',
    ),
    "a header of the crawler's own": (
        "headers:\n  User-Agent: Mozilla/5.0\n",
        (
            "harbour.yaml:5:15: headers.User-Agent: User-Agent cannot be set by a site. "
            "Set user_agent in morgue.yaml: one name for all sites keeps the crawler honest."
        ),
    ),
    "a header with a line break": (
        'headers:\n  Accept-Language: "de\\r\\nX: y"\n',
        (
            "harbour.yaml:5:20: headers.Accept-Language: Accept-Language has a line break or is too "
            "long. Write one line of up to 4,000 characters."
        ),
    ),
    "a header that has no name": (
        "headers:\n  Accept Language: de\n",
        (
            "harbour.yaml:5:20: headers.Accept Language: Accept Language is no header name. "
            "Write it as in Accept-Language."
        ),
    ),
    "a header without a value": (
        "headers:\n  Accept-Language:\n",
        (
            "harbour.yaml:5:19: headers.Accept-Language: Accept-Language has no value. "
            "Write one behind the colon, or remove the key."
        ),
    ),
    "a duplicate key": (
        "title: Harbour\n",
        "harbour.yaml:4:1: has the key title twice: it is in line 2 already. Keep one of them.",
    ),
    "a tab": (
        "schedule:\n\tevery: 1h\n",
        "harbour.yaml:5:1: has a tab in the indentation. Indent with spaces.",
    ),
}


@pytest.mark.parametrize(("text", "complaint"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_has_its_place_and_remedy(tmp_path: Path, text: str, complaint: str) -> None:
    assert complaints(tmp_path, BASE + text) == [complaint]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "harbour.yaml: is empty. Write at least name:, title: and home: in it."),
        ("# soon\n", "harbour.yaml: is empty. Write at least name:, title: and home: in it."),
        (
            "- name: harbour\n",
            "harbour.yaml: is no site. Write keys with values, a space behind each colon.",
        ),
        (
            "name:harbour\n",
            "harbour.yaml: is no site. Write keys with values, a space behind each colon.",
        ),
        (
            "\n\ntitle: x\nhome: https://a.example/\n",
            (
                "harbour.yaml:3:1: name: name is missing. "
                "Add it: the site's name: the file's, without .yaml."
            ),
        ),
        (
            "name: harbour\ntitle: x\n",
            "harbour.yaml:1:1: home: home is missing. Add it: the front page.",
        ),
        (
            "name: harbour\ntitle: x\nhome:\n",
            (
                "harbour.yaml:3:6: home: home has no value. "
                "Write one behind the colon, or remove the key."
            ),
        ),
        (
            "name: harbor\ntitle: x\nhome: https://a.example/\n",
            (
                'harbour.yaml:1:7: name: "harbor" is not the name of the file. '
                "Write name: harbour, or call the file harbor.yaml."
            ),
        ),
        (
            b"name: harbour\ntitle: \xff\xfe\x00\n",
            (
                "harbour.yaml:2:8: is not UTF-8 text from here on. "
                "Save it as UTF-8; if it is no text at all, it does not belong here."
            ),
        ),
        (
            b"# " + b"x" * 1_500_000,
            "harbour.yaml: is 1.5 MB large. The limit is 1 MB: is this the right file?",
        ),
    ],
)
def test_a_file_that_is_no_site_says_so(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    assert complaints(tmp_path, text) == [complaint]


def test_a_name_of_strange_letters_is_refused(tmp_path: Path) -> None:
    text = BASE.replace("name: harbour", "name: Harbour Post")
    assert complaints(tmp_path, text, name="Harbour Post") == [
        (
            'Harbour Post.yaml:1:7: name: "Harbour Post" has characters that cannot be here. '
            "Use small letters, digits, - and _, and begin with a letter or digit."
        )
    ]
