"""What kind of page this is: an article, or a product, a forum, a list, a manual that reads like one.

Knows the marks by which the kinds of pages differ, as numbers. Must not know what is done with a page of any kind.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from pipeline.kinds import kind_words as words
from pipeline.kinds import marks
from pipeline.kinds.marks import Markup, Seen
from pipeline.models import forest
from pipeline.reading import Block
from pipeline.text import typography

_MOST_TEXT = 5_000  # characters in which phrases are looked for
_MANY = 200  # that a count says no more above
_CURRENCIES = ("$", "€", "£", "¥", "₹", "₽", "zł", " kr")
_QUOTES = '“”„«»「」‘’"‹›'
_SENTENCE_END = re.compile(r"""[.!?。！？…]["”’»)]?$""")
_WORD = re.compile(r"[a-z]+")
_DATED = re.compile(r"/(?:19|20)\d\d[/-](?:\d\d?|[a-z]{3})\b|(?:19|20)\d{6}")
_LONG_NUMBER = re.compile(r"\d{5,}")

_TEXT_WORD = re.compile(r"\w+")
_KEYED = {  # each phrase behind its longest word, which is quicker to look up
    group: tuple(
        (max(_TEXT_WORD.findall(phrase), key=len) if phrase.isascii() else "", phrase)
        for phrase in phrases
    )
    for group, phrases in words.PHRASES.items()
}
_LIKE = {
    "shop": "a shop's page",
    "forum": "a discussion",
    "docs": "a manual or reference",
    "list": "a list or section front",
    "service": "a page of what somebody offers",
}


def row(
    *,
    url: str,
    markup: Markup,
    seen: Seen,
    title: str | None,
    title_element: str | None,
    og_type: str,
    blocks: Sequence[Block],
    is_article: bool,
    has_date: bool,
    has_author: bool,
    has_stated_date: bool,
    has_heading: bool,
) -> dict[str, float]:
    """The page's features by name."""
    values: dict[str, float] = {}
    values |= _of_markup(markup)
    values |= _of_address(url, title or "")
    values |= _of_text(seen)
    values |= _of_body(blocks, seen, title or "")
    head = _words_of(f"{title_element or ''} {title or ''}")
    for group in words.GROUPS:
        values[f"title_{group}"] = sum(
            group in words.GROUPS_OF_PLACE.get(word, ()) for word in head
        )
    values["title_words"] = len((title or "").split())
    values["title_asks"] = "?" in (title or "")
    values["is_article"] = is_article
    values["og_article"] = og_type in ("article", "news")
    values["og_product"] = "product" in og_type
    values["og_website"] = og_type == "website"
    values["has_date"] = has_date
    values["has_stated_date"] = has_stated_date
    values["has_author"] = has_author
    values["has_heading"] = has_heading
    return values


def _words_of(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _of_markup(markup: Markup) -> dict[str, float]:
    tags = markup.tags.get
    values: dict[str, float] = {}
    for group in words.GROUPS:
        values[f"name_{group}"] = markup.names.get(group, 0)
        values[f"repeated_{group}"] = min(markup.repeated.get(group, 0), _MANY)
        values[f"linked_{group}"] = markup.linked.get(group, 0) / (markup.sampled + 1)
    for group, count in markup.types.items():
        values[f"type_{group}"] = min(count, 3)
    for group, count in markup.itself.items():
        values[f"itself_{group}"] = count
    values["linked_headings"] = min(markup.linked_headings, _MANY)
    values["linked_heading_share"] = markup.linked_headings / (
        sum(tags(tag, 0) for tag in ("h2", "h3", "h4")) + 1
    )
    values["news_metas"] = min(markup.news_metas, 12)
    values["author_links"] = min(markup.author_links, 20)
    values["inner_links"] = markup.inner_links / (markup.sampled + 1)
    values["beside_links"] = markup.beside_links / (markup.sampled + 1)
    values["links"] = min(markup.links, 2000)
    values["most_repeated"] = min(markup.most_repeated, _MANY)
    values["p_per_li"] = tags("p", 0) / (tags("li", 0) + 1)
    values["p_per_a"] = tags("p", 0) / (tags("a", 0) + 1)
    values["div_per_p"] = tags("div", 0) / (tags("p", 0) + 1)
    return values


def _of_address(url: str, title: str) -> dict[str, float]:
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    path = marks.path_of(url).lower()
    steps = [step for step in path.split("/") if step]
    last = steps[-1] if steps else ""
    values: dict[str, float] = {}
    places = Counter(
        group
        for step in steps[:-1]
        for word in _WORD.findall(step)
        for group in words.GROUPS_OF_PLACE.get(word, ())
    )
    ends = Counter(
        group for word in _WORD.findall(last) for group in words.GROUPS_OF_PLACE.get(word, ())
    )
    hosts = Counter(
        group for label in host.split(".")[:-1] for group in words.GROUPS_OF_PLACE.get(label, ())
    )
    for group in words.GROUPS:
        values[f"place_{group}"] = places[group]
        values[f"end_{group}"] = ends[group]
        values[f"host_{group}"] = hosts[group]
    slug = set(_TEXT_WORD.findall(last.replace("-", " ").replace("_", " ")))
    named = {word.lower() for word in _TEXT_WORD.findall(title)}
    values["host_labels"] = host.count(".")
    values["depth"] = len(steps)
    values["slug_words"] = len(slug)
    values["slug_in_title"] = len(slug & named) / (len(slug) or 1)
    values["title_in_slug"] = len(slug & named) / (len(named) or 1)
    values["path_length"] = len(path)
    values["dated"] = bool(_DATED.search(path))
    values["numbered"] = bool(_LONG_NUMBER.search(url))
    values["has_query"] = "?" in url
    values["ends_in_slash"] = path.endswith("/")
    values["ends_in_html"] = last.endswith((".html", ".htm", ".php", ".shtml"))
    return values


def _of_text(seen: Seen) -> dict[str, float]:
    shown = " ".join(seen.text[: 2 * _MOST_TEXT].split())[:_MOST_TEXT]
    lowered = shown.lower()
    used = set(typography.words(lowered))
    values: dict[str, float] = {
        f"says_{group}": sum(phrase in lowered for key, phrase in phrases if not key or key in used)
        for group, phrases in _KEYED.items()
    }
    size = len(lowered) + 1
    values["link_share"] = seen.link_share
    values["prices"] = 1000 * sum(map(lowered.count, _CURRENCIES)) / size
    values["ago"] = min(lowered.count(" ago"), 20)
    values["years"] = min(lowered.count("202") + lowered.count("201"), 60)
    values["page_size"] = min(len(seen.text), 60_000)
    return values


def _of_body(blocks: Sequence[Block], seen: Seen, title: str) -> dict[str, float]:
    told = [block for block in blocks if block.kind in ("paragraph", "quote")]
    sizes = sorted([len(block.text) for block in told])
    size = sum([len(block.text) for block in blocks])
    prose = [len(b.text) for b in told if len(b.text) >= 80 and _SENTENCE_END.search(b.text[-4:])]
    headings = sum([block.kind == "heading" for block in blocks])
    linked = [len(block.text) for block in blocks if block.text in seen.link_texts]
    kinds = Counter([block.kind for block in blocks])
    body = "\n".join([block.text for block in blocks])[:_MOST_TEXT]
    count = len(blocks) + 1
    return {
        "body_size": min(size, 30_000),
        "body_share": min(size / (len(seen.text) + 1), 1),
        "prose_size": min(sum(prose), 30_000),
        "prose_share": sum(prose) / (size + 1),
        "prose_count": min(len(prose), _MANY),
        "paragraphs": min(len(told), _MANY),
        "median_paragraph": sizes[len(sizes) // 2] if sizes else 0,
        "longest_paragraph": min(sizes[-1], 3000) if sizes else 0,
        "first_size": min(len(told[0].text), 1000) if told else 0,
        "headings": min(headings, 60),
        "prose_per_heading": sum(prose) / (headings + 1),
        "list_items": kinds["list_item"] / count,
        "tables": min(kinds["table"], 20),
        "codes": min(kinds["preformatted"], 20),
        "quotes": min(kinds["quote"], 20),
        "asked": sum([block.text.endswith("?") for block in blocks]) / count,
        "same_lines": 1 - len({block.text for block in blocks}) / count,
        "linked_blocks": len(linked) / count,
        "linked_in_body": sum(linked) / (size + 1),
        "title_in_body": title in body if title else 0,
        **_of_language(body),
    }


def _of_language(body: str) -> dict[str, float]:
    """Of the body's signs and commonest words, per thousand characters and per word."""
    lowered = body.lower()
    told = typography.words(lowered)
    used = Counter(told)
    count = len(told) + 1
    size = (len(body) + 1) / 1000
    return {
        "quote_marks": sum(map(body.count, _QUOTES)) / size,
        "commas": sum(map(body.count, ",、，")) / size,
        "stops": sum(map(body.count, (". ", ".\n", "。"))) / size,
        "digits": sum(map(body.count, "0123456789")) / size,
        "symbols": sum(map(body.count, "(){}[]=<>_/;")) / size,
        "exclaimed": body.count("!") / size,
        "body_prices": sum(map(lowered.count, _CURRENCIES)) / size,
        "spoken_to": sum([used[word] for word in words.SPOKEN_TO & used.keys()]) / count,
        "speaker": sum([used[word] for word in words.SPEAKER & used.keys()]) / count,
        "of_others": sum([used[word] for word in words.OTHERS & used.keys()]) / count,
        "capitals": sum(map(str.istitle, body.split())) / count,
        "word_length": len(lowered) / count,
    }


def likeness(values: Mapping[str, float]) -> str:
    """What the page is most like and by which marks, in words for a person."""
    weights = {
        group: (
            4 * min(values.get(f"type_{group}", 0), 1)
            + 2 * min(values[f"host_{group}"] + values[f"place_{group}"], 2)
            + min(values[f"end_{group}"], 1)
            + min(values[f"says_{group}"], 4) / 2
            + min(values[f"repeated_{group}"], 60) / 30
            + min(values[f"title_{group}"], 2) / 2
        )
        for group in _LIKE
    }
    best = max(_LIKE, key=weights.__getitem__)
    reasons = [
        "its data say so" if values.get(f"type_{best}") else "",
        "its address says so" if values[f"host_{best}"] + values[f"place_{best}"] else "",
        f"{values['link_share']:.0%} of it links" if values["link_share"] > 0.4 else "",
        f"{values['prose_share']:.0%} of the text in sentences"
        if values["prose_share"] < 0.5
        else "",
        "no article stated" if not values["is_article"] else "",
        "no date" if not values["has_date"] else "",
        "no author" if not values["has_author"] else "",
    ]
    name = _LIKE[best] if weights[best] >= 2 else "no article"
    return f"it is like {name}: {', '.join(filter(None, reasons)) or 'by its markup'}"


def states_another(values: Mapping[str, float]) -> bool:
    """Whether the page says of itself that it sells something or is a discussion, and not that it is an article."""
    is_article = values["is_article"] or values["type_news"] or values["type_article"]
    return bool((values["type_shop"] or values["type_forum"]) and not is_article)


def score(values: Mapping[str, float]) -> int:
    """How much the page is none: above 0, more likely no article than one."""
    model = forest.load("kinds")
    return model.score([values[name] for name in model.features])
