from pipeline.bodies import body, survey, traits
from pipeline.heads import heading
from pipeline.markup import page as pages
from pipeline.markup.page import Page

FIRST = (
    "The harbour council voted on Tuesday to rebuild the old pier, which has been closed to walkers and fishermen "
    "since the storm of last autumn tore away its outer third."
)
PARAGRAPHS = [
    FIRST,
    (
        "“We have waited long enough,” said Mara Lindqvist, who has led the council since 2019. “The town "
        "without its pier is a house without a door.” The works are to begin in March and to last eighteen "
        "months."
    ),
    (
        "The money, some four million crowns, comes from the county and from a fund for damaged harbours. Two "
        "companies have offered to do the work; the cheaper of them built the bridge at Norrvik."
    ),
    (
        "Not everybody is content. The fishermen’s union had asked for a longer quay instead, and its "
        "chairman left the hall before the vote. He did not wish to speak to reporters afterwards."
    ),
    (
        "In summer the pier was visited by up to three thousand people a day, according to the town’s own "
        "counts, and the cafés along the promenade have lost a third of their guests since it was closed."
    ),
]
TEASERS = "".join(
    f"<div class='card teaser'><h3><a href='/{n}'>Another story of the week, number {n}</a></h3>"
    f"<p><a href='/{n}'>What happened elsewhere in the county on this day and why.</a></p></div>"
    for n in range(8)
)
MENU = "".join(f"<li><a href='/s{n}'>Section {n}</a></li>" for n in range(12))


def page(article: str) -> Page:
    parsed = pages.parse(
        f"<html><head><title>Pier</title></head><body><nav><ul>{MENU}</ul></nav><main>{article}</main>"
        f"<aside class='sidebar'>{TEASERS}</aside><footer><p>© The Harbour Post. All rights reserved.</p></footer></body></html>",
        url="https://post.example/pier",
        max_depth=500,
    )
    assert isinstance(parsed, Page)
    return parsed


def read(article: str, *, stated: str | None = None) -> body.Body:
    parsed = page(article)
    title = "Council votes to rebuild the pier"
    told = traits.Told(
        title=title,
        place=heading.place_of(parsed, title, first=heading.headings(parsed)),
        descriptions=(),
        stated=stated,
    )
    return body.read(survey.of(parsed.body), told, source=parsed.source)


def texts(article: str) -> list[str]:
    return [block.text for block in read(article).blocks]


HEAD = "<h1>Council votes to rebuild the pier</h1><p class='byline'>By Jon Asker</p>"


def test_paragraphs_are_the_body_and_what_stands_around_is_not() -> None:
    found = texts(
        f"<article>{HEAD}<div class='article-body'>{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}</div></article>"
    )
    assert found == PARAGRAPHS


def test_a_body_split_over_sibling_containers_is_one() -> None:
    parts = "<div class='ad'>Advertisement</div>".join(
        f"<div class='chunk'><p>{p}</p></div>" for p in PARAGRAPHS
    )
    assert texts(f"<article>{HEAD}{parts}</article>") == PARAGRAPHS


def test_text_between_line_breaks_is_read() -> None:
    found = texts(f"<div class='story'>{HEAD}{'<br><br>'.join(PARAGRAPHS)}</div>")
    assert found[-len(PARAGRAPHS) :] == PARAGRAPHS


def test_what_the_page_shows_wins_over_what_it_states() -> None:
    shown = f"<article>{HEAD}{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}</article>"
    assert read(shown, stated="\n".join(PARAGRAPHS)).reader == "model"


def test_a_stated_body_serves_where_the_page_shows_none() -> None:
    found = read(f"<article>{HEAD}</article>", stated="\n".join(PARAGRAPHS))
    assert (found.reader, [block.text for block in found.blocks]) == ("json-ld", PARAGRAPHS)


def test_what_was_passed_over_inside_the_body_is_told() -> None:
    inside = f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p><div class='newsletter'>Sign up for our newsletter</div>"
    rest = "".join(f"<p>{p}</p>" for p in PARAGRAPHS[2:])
    assert (
        "Sign up for our newsletter" in read(f"<article>{HEAD}{inside}{rest}</article>").passed_over
    )


def test_the_same_page_reads_the_same() -> None:
    article = f"<article>{HEAD}{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}</article>"
    assert texts(article) == texts(article)
