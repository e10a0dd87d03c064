"""The Meridian Post's pages: a WordPress theme, and copies with the Post's name stuck into them."""

# ruff: noqa: E501 - markup is easier to follow in its own lines

from datetime import datetime
from html import escape

from morgue.demo.newsroom.dice import between, roll_for, token
from morgue.demo.newsroom.furniture import script, styles
from morgue.demo.newsroom.grammar import Roll
from morgue.demo.newsroom.outlets import MERIDIAN
from morgue.demo.newsroom.sheets import ArticleView, ListView, Sheet, Slot, Teaser, sheet

_NAME = MERIDIAN.title
_HEAD = (
    f'<style id="global-styles-inline-css">{styles("meridian", kilobytes=11)}</style>\n'
    f'<script id="jquery-core-js">{script("meridian", "jquery", kilobytes=6)}</script>\n'
    '<meta name="generator" content="WordPress 6.5.5" />\n</head>\n'
).encode()
_TOP = (
    b'<div id="page" class="site">\n<header class="mp-headwidget"><div class="mp-head-detail">'
    b'<ul class="info-left"><li>'
)
_TOP_END = (
    ' <span id="time" class="time"></span></li></ul><ul class="mp-social info-right"></ul></div>\n'
    '<div class="mp-menu-full"><nav class="navbar navbar-wp"><ul class="nav navbar-nav"><li><a href="/">Home</a></li>'
    + "".join(
        f'<li class="menu-item"><a href="{MERIDIAN.section_path(section)}">{section.title}</a></li>'
        for section in MERIDIAN.sections
    )
    + '<li class="menu-item"><a href="/private/drafts/">Drafts</a></li></ul></nav></div></header>\n'
).encode()
_RESPOND = (
    b'<div id="comments" class="comments-area mp-card-box"><div id="respond" class="comment-respond">'
    b'<h3 id="reply-title" class="comment-reply-title">Leave a Reply</h3><form action="/wp-comments-post.php" '
    b'method="post" id="commentform" class="comment-form"><p class="comment-notes"><span id="email-notes">Your email '
    b'address will not be published.</span> <span class="required-field-message">Required fields are marked '
    b'<span class="required">*</span></span></p><p class="comment-form-comment"><label for="comment">Comment</label> '
    b'<textarea id="comment" name="comment"></textarea></p><input name="submit" type="submit" value="Post Comment" />'
    b'<input type="hidden" name="akismet" value="'
)
_BOTTOM = (
    '<footer><div class="mp-footer-widget"><h6>About</h6><p>The Meridian Post gathers the world for busy people. '
    'None of it happened.</p></div><div class="mp-footer-copyright"><p>Proudly powered by WordPress | Theme: Meridian '
    "News by Themelessness.</p></div></footer></div>\n"
    f'<script id="wp-embed-js">{script("meridian", "embed", kilobytes=9)}</script>\n'
).encode()


def injected(words: str, *, roll: Roll) -> str:
    """The words with the Post's name stuck in: inside a word, before a word, or after a full stop.

    Taking the name out again gives exactly the words.
    """
    places = [
        at for at in range(1, len(words) - 1) if words[at - 1].isalpha() and words[at].isalpha()
    ]
    stops = [at + 1 for at in range(len(words) - 2) if words[at] == "." and words[at + 1] == " "]
    ends = [at for at in range(1, len(words) - 1) if words[at] == " " and words[at - 1].isalpha()]
    chance = roll()
    choices = stops if stops and chance < 0.2 else ends if ends and chance < 0.4 else places
    if not choices:
        return words
    at = choices[between(roll, 0, len(choices) - 1)]
    return f"{words[:at]}{_NAME}{words[at:]}"


def content(view: ArticleView) -> str:
    """The post's own HTML, as the theme and the API both give it."""
    paragraphs = list(view.text.paragraphs)
    if view.source:
        roll = roll_for(view.salt, "injections")
        # The third and every other paragraph at least: evidence enough, whichever way one looks.
        paragraphs = [
            injected(words, roll=roll) if at % 2 == 0 or roll() < 0.2 else words
            for at, words in enumerate(paragraphs)
        ]
    out = [f"<p>[{_NAME}]</p>"] if view.source else []
    for picture, caption in view.captions:
        out.append(
            f'<p><img decoding="async" src="{view.base}/wp-content/uploads/{view.published:%Y/%m}/{picture.name}.jpeg" '
            f'alt="{escape(caption)}" /></p>\n<p>{escape(caption)}</p>'
        )
    out += [f"<p>{escape(words, quote=False)}</p>" for words in paragraphs]
    if view.source:
        url, title = view.source
        out.append(
            f'<p>Article source: <a href="{escape(url)}" rel="nofollow">{escape(title)}</a></p>'
        )
    return "\n".join(out)


def _suggestion(view: ArticleView) -> str:
    if not view.related:
        return ""
    teaser = view.related[0]
    words = injected(f"{teaser.standfirst} {teaser.title}.", roll=roll_for(view.salt, "suggestion"))
    return (
        f'<div class="related-suggestion"><p><strong>Related suggestion: <a href="{view.base}{teaser.path}">'
        f"{escape(teaser.title)}</a></strong></p>\n<p>[{_NAME}] {escape(words, quote=False)}</p></div>\n"
    )


def _widgets(view: ArticleView) -> str:
    return "".join(
        f'<div class="mp-blog-post mp-widget" id="block-{token(view.salt, at, size=4)}"><img class="attachment-medium '
        f'wp-post-image" src="/wp-content/uploads/{teaser.image}-300x200.jpeg" srcset="/wp-content/uploads/'
        f'{teaser.image}-300x200.jpeg 300w, /wp-content/uploads/{teaser.image}-768x512.jpeg 768w" alt="" />'
        f'<div class="mp-blog-category"><a href="{MERIDIAN.section_path(teaser.section)}">{teaser.section.title}</a>'
        f'</div><h4 class="entry-title title"><a href="{teaser.path}">{escape(teaser.title)}</a></h4></div>'
        for at, teaser in enumerate(view.related[1:7])
    )


class MeridianMarkup:
    """The Post's theme."""

    def article(self, view: ArticleView) -> Sheet:
        """The page of an article."""
        title = escape(view.text.title)
        author = view.text.authors[0] if view.text.authors else "admin"
        slug = token(author, size=4) if view.text.authors else "admin"
        language = {"zh": "zh-CN", "de": "de-DE"}.get(view.text.language, "en-US")
        return sheet(
            f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="UTF-8">\n'
            f'<title>{title} - {_NAME}</title>\n<link rel="canonical" href="{view.url}" />\n'
            f'<link rel="alternate" type="application/rss+xml" title="{_NAME} &raquo; Feed" href="{view.base}/feed/" />\n'
            f'<link rel="https://api.w.org/" href="{view.base}/wp-json/" />'
            f'<link rel="alternate" type="application/json" href="{view.base}/wp-json/wp/v2/posts/{48_000 + view.number}" />\n',
            _HEAD,
            f'<body class="post-template-default single single-post postid-{48_000 + view.number} single-format-standard">\n',
            _TOP,
            Slot.DATE,
            _TOP_END,
            Slot.AD_TOP,
            '<main id="content" class="single-class content"><div class="row"><div class="col-lg-9">\n'
            '<div class="mp-blog-post-box"><div class="mp-header"><div class="mp-blog-category">'
            f'<a class="mp-categories" href="{MERIDIAN.section_path(view.section)}">{view.section.title}</a></div>\n'
            f'<h1 class="title single"><a title="Permalink to: {title}">{title}</a></h1>\n'
            '<div class="media mp-info-author-block"><div class="media-body"><h4 class="media-heading"><span>By</span>'
            f'<a href="{view.base}/author/{slug}/">{escape(author)}</a></h4>\n'
            f'<span class="mp-blog-date"><i class="fas fa-clock"></i> {view.published:%b} {view.published.day}, '
            f"{view.published:%Y}</span></div></div></div>\n"
            f'<article class="page-content-single small single">\n{content(view)}\n{_suggestion(view)}'
            '<div class="post-share"><a href="/share">Share</a></div><nav class="navigation post-navigation" '
            'aria-label="Posts"><h2 class="screen-reader-text">Post navigation</h2></nav></article></div>\n'
            f'<div class="mp-featured-slider"><div class="mp-sec-title"><h4>Related Post</h4></div>{_widgets(view)}</div>\n',
            _RESPOND,
            Slot.TOKEN,
            '" /></form></div></div></div>\n<aside class="col-lg-3 sidebar-sticky">',
            Slot.AD_SIDE,
            '</aside></div></main>\n<div class="missed-section"><div class="mp-sec-title"><h4>You Missed</h4></div>',
            Slot.RAIL,
            "</div>\n",
            _BOTTOM,
            "<!-- ",
            Slot.SERVED,
            " --></body></html>\n",
        )

    def listing(self, view: ListView) -> Sheet:
        """A front page, or a page of a section."""
        heading = f"Category: {view.section.title}" if view.section else _NAME
        posts = "\n".join(
            f'<div id="post-{teaser.id}" class="mp-posts-modul"><h4 class="entry-title title"><a href="{view.base}'
            f'{teaser.path}">{escape(teaser.title)}</a></h4><span class="mp-blog-date">{teaser.published:%b} '
            f"{teaser.published.day}, {teaser.published:%Y}</span><p>{escape(teaser.standfirst)}</p></div>"
            for teaser in view.teasers
        )
        more = (
            f'<a class="next page-numbers" href="{view.next_path}">Next</a>'
            if view.next_path
            else ""
        )
        return sheet(
            f'<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<meta charset="UTF-8">\n<title>{heading}</title>\n',
            _HEAD,
            '<body class="archive category">\n',
            _TOP,
            Slot.DATE,
            _TOP_END,
            f'<main id="content"><h1 class="page-title">{heading}</h1>\n{posts}\n'
            f'<div class="navigation pagination">{more}</div></main>\n<input type="hidden" value="',
            Slot.TOKEN,
            '" />\n',
            _BOTTOM,
            "</body></html>\n",
        )

    def wall(self, *, url: str) -> Sheet:
        """A consent wall in place of a page."""
        return sheet(
            f'<!DOCTYPE html><html lang="en-US"><head><title>{_NAME}</title></head><body><div id="cookie-law-info">'
            f'<p>We value your privacy.</p><a href="{escape(url)}?consent=',
            Slot.TOKEN,
            '">Accept</a></div></body></html>\n',
        )

    def missing(self, *, is_gone: bool) -> Sheet:
        """The page of a 404 or 410."""
        words = (
            "This content is no longer available" if is_gone else "Oops! That page can’t be found"
        )
        return sheet(
            f'<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<meta charset="UTF-8">\n<title>{words}</title>\n',
            _HEAD,
            '<body class="error404">\n',
            _TOP,
            Slot.DATE,
            _TOP_END,
            f"<main><h1>{words}</h1></main>\n",
            _BOTTOM,
            "</body></html>\n",
        )

    def rail(self, teasers: tuple[Teaser, ...]) -> bytes:
        """Links to what is new."""
        return "".join(
            f'<div class="mp-blog-post"><h4 class="title"><a href="{teaser.path}">{escape(teaser.title)}</a></h4></div>'
            for teaser in teasers
        ).encode()

    def clock(self, local: datetime) -> tuple[bytes, bytes]:
        """The header's time and date; the theme prints the date alone."""
        return f"{local:%H:%M:%S}".encode(), f"{local:%a. %b} {local.day}, {local:%Y}".encode()
