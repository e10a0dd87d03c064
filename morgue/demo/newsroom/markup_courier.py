"""The Harbour Courier's pages: a modern template, JSON-LD and OpenGraph, much around the story."""

# ruff: noqa: E501 - markup is easier to follow in its own lines

import json
from datetime import datetime
from html import escape

from morgue.demo.newsroom.dice import token
from morgue.demo.newsroom.furniture import script, styles
from morgue.demo.newsroom.outlets import COURIER
from morgue.demo.newsroom.sheets import ArticleView, ListView, Sheet, Slot, Teaser, sheet

_NAME = COURIER.title


def _menu() -> str:
    entries = []
    for section in COURIER.sections:
        places = "".join(
            f'<li class="nav-drawer__item"><a class="nav-drawer__link" data-link-name="nav : {section.slug} : {at}"'
            f' href="{COURIER.section_path(section)}?topic={at}"><span class="nav-drawer__label">{section.title}'
            f" {label}</span></a></li>"
            for at, label in enumerate(
                ("today", "this week", "analysis", "opinion", "in pictures", "letters", "archive")
            )
        )
        entries.append(
            f'<li class="nav-drawer__group"><a class="nav-drawer__title" href="{COURIER.section_path(section)}">'
            f'{section.title}</a><ul class="nav-drawer__list">{places}</ul></li>'
        )
    return (
        '<nav class="nav-drawer" aria-label="Main"><ul>'
        + "".join(entries)
        + '<li><a href="/private/subscribers">Subscribers</a></li></ul></nav>'
    )


_HEAD = (
    f"<style>{styles('courier', kilobytes=15)}</style>"
    f"<script>{script('courier', 'consent', kilobytes=11)}</script>"
    '<link rel="alternate" type="application/rss+xml" title="The Harbour Courier" href="/rss.xml">'
    '<link rel="alternate" type="application/feed+json" href="/feed.json"></head><body class="page page--v4">'
    '<a class="skip" href="#main">Skip to main content</a>'
    '<header class="masthead"><div class="masthead__inner"><a class="masthead__title" href="/">'
    '<span>The Harbour Courier</span></a><p class="masthead__meta"><time class="masthead__clock">'
).encode()
_HEAD_END = (
    '</time><a class="masthead__link" href="/private/account">Sign in</a>'
    '<a class="masthead__button" href="/subscribe">Subscribe for 2 crowns a week</a></p></div>'
    f"{_menu()}</header>"
).encode()
_FOOT = (
    '<footer class="footer"><div class="footer__inner"><h2 class="footer__title">The Harbour Courier</h2>'
    "<p>Published daily on the quay since 1871. All stories, people and places are invented.</p>"
    '<ul class="footer__list">'
    + "".join(
        f'<li class="footer__item"><a class="footer__link" href="/help/{slug}">{slug.replace("-", " ").capitalize()}</a></li>'
        for slug in [
            "contact-us",
            "about-us",
            "complaints-and-corrections",
            "work-for-us",
            "privacy-policy",
            "cookie-policy",
            "terms-and-conditions",
            "advertise-with-us",
            "archive",
            "newsletters",
            "puzzles",
            "tide-tables",
            "obituaries",
        ]
    )
    + "</ul><p>© 2026 Harbour Courier Press</p></div></footer>"
    f"<script>{script('courier', 'bundle', kilobytes=14)}</script>"
).encode()
_NEWSLETTER = (
    '<aside class="newsletter" data-component="newsletter"><p><a href="/newsletters/morning-tide">'
    "Sign up to Morning Tide, our free newsletter: the day in five minutes, before the first ferry</a></p></aside>"
)


def _image(name: str, *, width: int) -> str:
    return f"/images/{name[:2]}/{name}.jpg?width={width}&quality=75&s={token(name, width, size=8)}"


def _picture(name: str, alt: str) -> str:
    sources = ", ".join(f"{_image(name, width=width)} {width}w" for width in (320, 640, 960, 1280))
    return (
        f'<picture><source type="image/webp" srcset="{escape(sources)}" sizes="(min-width: 960px) 640px, 100vw">'
        f'<img src="{escape(_image(name, width=640))}" alt="{escape(alt)}" width="640" height="427" loading="lazy"></picture>'
    )


def _card(teaser: Teaser, *, place: str) -> str:
    return (
        f'<li class="card card--{place}" data-id="{teaser.id}"><a class="card__link" href="{teaser.path}" '
        f'data-link-name="{place} | {teaser.id}">{_picture(teaser.image, "")}'
        f'<h3 class="card__title">{escape(teaser.title)}</h3></a>'
        f'<p class="card__caption">{escape(teaser.standfirst)}</p>'
        f'<span class="card__meta"><time datetime="{teaser.published.isoformat()}">'
        f"{teaser.published:%d %b}</time> · {teaser.section.title}</span></li>"
    )


def _linked_data(view: ArticleView) -> str:
    text = view.text
    document = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting" if view.is_live else "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": view.url},
        "headline": text.title,
        "description": text.standfirst,
        "image": [view.base + _image(picture.name, width=1280) for picture in text.pictures],
        "datePublished": view.published.isoformat(),
        "dateModified": (view.modified or view.published).isoformat(),
        "author": [
            {"@type": "Person", "name": author, "url": f"{view.base}/by/{token(author, size=4)}"}
            for author in text.authors
        ],
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": _NAME,
            "logo": {"@type": "ImageObject", "url": f"{view.base}/images/logo.png"},
        },
        "articleSection": view.section.title,
        "keywords": list(text.tags),
        "inLanguage": text.language,
        "isAccessibleForFree": True,
    }
    return json.dumps(document, ensure_ascii=False).replace("</", "<\\/")


def _state(view: ArticleView) -> str:
    """What a script would bring the page to life with: hashes that no other page has."""
    modules = {
        f"m{at}": {
            "id": token(view.salt, at, size=12),
            "v": token(view.salt, at, "v", size=5),
            "p": at * 37 % 11,
        }
        for at in range(24)
    }
    document = {
        "page": view.id,
        "section": view.section.slug,
        "tags": view.text.tags,
        "modules": modules,
    }
    return json.dumps(document, ensure_ascii=False).replace("</", "<\\/")


def _open_graph(view: ArticleView) -> str:
    text = view.text
    pairs = [
        ("og:type", "article"),
        ("og:site_name", _NAME),
        ("og:url", view.url),
        ("og:title", text.title),
        ("og:description", text.standfirst),
        ("article:published_time", view.published.isoformat()),
        ("article:modified_time", (view.modified or view.published).isoformat()),
        ("article:section", view.section.title),
        *(("article:tag", tag) for tag in text.tags),
        *(
            ("og:image", view.base + _image(picture.name, width=1280))
            for picture in text.pictures[:1]
        ),
    ]
    return "".join(f'<meta property="{name}" content="{escape(value)}">' for name, value in pairs)


def _figures(view: ArticleView) -> list[str]:
    return [
        f'<figure class="figure">{_picture(picture.name, picture.caption)}<figcaption class="figure__caption">'
        f'<span class="figure__text">{escape(picture.caption)}</span> <span class="figure__credit">'
        f"{escape(caption.removeprefix(picture.caption).strip())}</span></figcaption></figure>"
        for picture, caption in view.captions
    ]


def _comments(view: ArticleView) -> str:
    entries = "".join(
        f'<li class="comment" id="comment-{token(view.salt, at, size=5)}"><div class="comment__meta">'
        f'<img class="comment__avatar" src="/avatars/{token(who, size=8)}.png" alt="" width="40" height="40">'
        f'<span class="comment__author">{escape(who)}</span> <a class="comment__link" '
        f'href="#comment-{token(view.salt, at, size=5)}">{at * 7 % 55 + 2} min ago</a></div>'
        f'<div class="comment__body"><p>{escape(words)}</p></div><div class="comment__actions">'
        f'<button type="button" data-comment="{token(view.salt, at, "up", size=8)}">Recommend '
        f'<span>{at * 31 % 47}</span></button><button type="button">Reply</button>'
        f'<button type="button">Report</button></div></li>'
        for at, (who, words) in enumerate(view.comments)
    )
    return (
        f'<section class="comments" id="comments"><h2>Comments ({len(view.comments)})</h2>'
        f'<ol class="comments__list">{entries}</ol></section>'
    )


class CourierMarkup:
    """The Courier's template."""

    def article(self, view: ArticleView) -> Sheet:
        """The page of an article."""
        text = view.text
        title = escape(text.title)
        figures = _figures(view)
        body = [f"<p>{escape(paragraph)}</p>" for paragraph in text.paragraphs]
        middle = len(body) // 2
        second = "".join(figures[1:])
        authors = " and ".join(
            f'<a rel="author" class="byline__link" href="/by/{token(author, size=4)}">{escape(author)}</a>'
            for author in text.authors
        )
        modified = (
            f' <span class="byline__modified">Last modified on <time datetime="{view.modified.isoformat()}">'
            f"{view.modified:%a %d %b %Y %H.%M}</time></span>"
            if view.modified
            else ""
        )
        return sheet(
            f'<!doctype html><html lang="{text.language}"><head><meta charset="utf-8">'
            f"<title>{title} | {view.section.title} | {_NAME}</title>"
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="description" content="{escape(text.standfirst)}">'
            f'<link rel="canonical" href="{view.url}">{_open_graph(view)}<meta name="csrf-token" content="',
            Slot.TOKEN,
            f'"><script type="application/ld+json">{_linked_data(view)}</script>',
            _HEAD,
            Slot.CLOCK,
            _HEAD_END,
            Slot.AD_TOP,
            f'<main id="main"><article class="story" data-id="{view.id}"><header class="story__head">'
            f'<p class="story__section"><a href="{COURIER.section_path(view.section)}">{view.section.title}</a></p>'
            f'<h1 class="story__headline">{title}</h1><p class="story__standfirst">{escape(text.standfirst)}</p>'
            f'<div class="byline">By {authors} <time class="byline__published" '
            f'datetime="{view.published.isoformat()}">{view.published:%a %d %b %Y %H.%M}</time>{modified}</div>'
            '<ul class="share"><li><a class="share__link" href="/share/mail">Email</a></li>'
            f'<li><a class="share__link" href="/share/post?u={escape(view.path)}">Share</a></li></ul></header>'
            f'{"".join(figures[:1])}<div class="story__body">{"".join(body[:middle])}{_NEWSLETTER}',
            Slot.AD_BODY,
            f"{second}{''.join(body[middle:])}</div></article>"
            f'<aside class="rail rail--related"><h2 class="rail__title">More on this story</h2><ul class="rail__list">'
            f"{''.join(_card(teaser, place='related') for teaser in view.related)}</ul></aside>{_comments(view)}</main>",
            Slot.AD_SIDE,
            '<aside class="rail rail--popular"><h2 class="rail__title">Most viewed</h2>',
            Slot.RAIL,
            f'</aside><script id="state" type="application/json">{_state(view)}</script>',
            _FOOT,
            "<script>w_boot('",
            Slot.NONCE,
            "')</script><!-- ",
            Slot.SERVED,
            " --></body></html>\n",
        )

    def listing(self, view: ListView) -> Sheet:
        """A front page, or a page of a section."""
        heading = view.section.title if view.section else "The front page"
        cards = "".join(_card(teaser, place="front") for teaser in view.teasers)
        more = (
            f'<a class="pager__next" rel="next" href="{view.next_path}">Older stories</a>'
            if view.next_path
            else ""
        )
        return sheet(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{heading} | {_NAME}</title>'
            '<meta property="og:type" content="website"><meta name="csrf-token" content="',
            Slot.TOKEN,
            '">',
            _HEAD,
            Slot.CLOCK,
            _HEAD_END,
            Slot.AD_TOP,
            f'<main id="main"><h1 class="front__title">{heading}</h1><ul class="front__list">{cards}</ul>{more}</main>',
            _FOOT,
            "<!-- ",
            Slot.SERVED,
            " --></body></html>\n",
        )

    def wall(self, *, url: str) -> Sheet:
        """A consent wall in place of a page."""
        return sheet(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_NAME}: your privacy</title>'
            f'<style>{styles("courier-wall", kilobytes=3)}</style></head><body class="consent-wall">'
            '<div role="dialog" aria-modal="true" class="consent" id="consent-dialog"><h1>Before you continue</h1>'
            "<p>We and our 1,148 partners use cookies and similar technologies to store and access information on "
            "your device, to measure audiences and to show personalised advertising. Choose “Accept all” to agree, "
            "or “Manage settings” to choose for yourself. You can withdraw your consent at any time.</p>"
            f'<form method="post" action="/consent?return={escape(url)}"><input type="hidden" name="csrf" value="',
            Slot.TOKEN,
            '"><button name="choice" value="all">Accept all</button><button name="choice" value="some">'
            'Manage settings</button></form><p><a href="/help/privacy-policy">Privacy policy</a> '
            '<a href="/help/cookie-policy">Cookie policy</a></p></div></body></html>\n',
        )

    def missing(self, *, is_gone: bool) -> Sheet:
        """The page of a 404 or 410."""
        words = "This article has been removed" if is_gone else "We cannot find that page"
        return sheet(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{words} | {_NAME}</title>',
            _HEAD,
            Slot.CLOCK,
            _HEAD_END,
            f'<main id="main"><h1>{words}</h1><p>You may like what others read instead.</p>',
            Slot.RAIL,
            "</main>",
            _FOOT,
            "</body></html>\n",
        )

    def rail(self, teasers: tuple[Teaser, ...]) -> bytes:
        """Links to what is new."""
        entries = "".join(
            f'<li class="rail__item"><a href="{teaser.path}">{escape(teaser.title)}</a></li>'
            for teaser in teasers
        )
        return f'<ol class="rail__list">{entries}</ol>'.encode()

    def clock(self, local: datetime) -> tuple[bytes, bytes]:
        """The header's time and date."""
        return f"{local:%A %d %B %Y, %H:%M}".encode(), f"{local:%d %B %Y}".encode()
