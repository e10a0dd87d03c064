"""The Inland Gazette's pages: an old template with bare line breaks, and no structured data at all."""

# ruff: noqa: E501 - markup is easier to follow in its own lines

from datetime import datetime
from html import escape

from morgue.demo.newsroom.dice import token
from morgue.demo.newsroom.furniture import script
from morgue.demo.newsroom.outlets import GAZETTE
from morgue.demo.newsroom.sheets import ArticleView, ListView, Sheet, Slot, Teaser, sheet

_NAME = GAZETTE.title
_DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n'
    '    "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
    '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n'
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />\n'
)
_HEAD = (
    '<meta name="COPYRIGHT" content="Copyright 2026 by the Inland Gazette" />\n'
    '<link rel="stylesheet" type="text/css" href="/css/gazette.css" />\n'
    f'<script type="text/javascript">\n//<![CDATA[\n{script("gazette", "menu", kilobytes=5)}\n//]]>\n</script>\n'
    '</head>\n<body bgcolor="#ffffff">\n<table class="top_bar" width="100%"><tr><td class="logo">'
    '<a href="/"><img src="/images/gazette.gif" alt="Inland Gazette" /></a></td><td class="today">'
).encode()
_HEAD_END = (
    '</td></tr></table>\n<div class="channel_bar">'
    + " | ".join(
        f'<a href="{GAZETTE.section_path(section)}">{section.title}</a>'
        for section in GAZETTE.sections
    )
    + ' | <a href="/private/editors/">EDITORS</a></div>\n'
).encode()
_FOOT = (
    '<div class="page_bottom"><a href="/about.html">About us</a> <a href="/contact.html">Contact</a> '
    '<a href="/jobs.html">Jobs</a><br />Copyright 2026 Inland Gazette. All rights reserved. '
    "Printed in Upper Wending; all of it is fiction.</div>\n"
    f'<script type="text/javascript">{script("gazette", "count", kilobytes=4)}</script>\n'
).encode()


def _stated(moment: datetime) -> str:
    """As in "Jul 17, 2026 11:32 AM": no zone, and nobody says which."""
    return f"{moment:%b} {moment.day}, {moment:%Y %I:%M %p}"


def _description(words: str) -> str:
    """With its quotes as they are: the template has never escaped them."""
    straight = words.replace("“", '"').replace("”", '"')
    first, _, rest = straight.partition(" ")
    return f'{first} "{rest.split(" ")[0]}" {rest}'.replace("<", "&lt;")


class GazetteMarkup:
    """The Gazette's template."""

    def article(self, view: ArticleView) -> Sheet:
        """The page of an article."""
        text = view.text
        title = escape(text.title)
        pictures = "".join(
            f'<center><img id="{100_000 + view.number}" style="border-left-width: 0px; width: 100%" '
            f'alt="{escape(caption)}" src="/attachment/{view.published:%Y/%m}/{picture.name}.jpeg" /></center>\n'
            f'<p class="picture" style="font-size: 13px; margin-top: 3px; color: #999">{escape(caption)}</p><br />'
            for picture, caption in view.captions
        )
        body = "<br /><br />".join(escape(words, quote=False) for words in text.paragraphs)
        updated = f" Updated: {_stated(view.modified)}" if view.modified else ""
        related = "\n".join(
            f'<li><a class="related_title" href="{teaser.path}">{escape(teaser.title)}</a>'
            f"<p>{escape(teaser.standfirst)}</p></li>"
            for teaser in view.related[:4]
        )
        return sheet(
            f"{_DOCTYPE}<title>{title} - {_NAME}</title>\n"
            f'<meta name="DESCRIPTION" content="{_description(text.standfirst)}" />\n'
            f'<meta name="KEYWORDS" content="{escape(",".join(text.tags))}" />\n<meta name="request" content="',
            Slot.TOKEN,
            '" />\n',
            _HEAD,
            Slot.CLOCK,
            _HEAD_END,
            Slot.AD_TOP,
            '\n<div class="story_page">\n<div class="story_top">\n'
            f'<div class="story_channel"><a href="{GAZETTE.section_path(view.section)}">{view.section.title}</a></div>\n'
            f'<div class="story_title">{title}</div>\n'
            f'<div class="story_info"><span class="writer">By {escape(" and ".join(text.authors))} </span>'
            f'<span class="issued">Published: {_stated(view.published)}{updated}</span></div>\n</div>\n'
            f'<div class="story_text">{pictures}{body}<br /><br />{_NAME}</div>\n',
            Slot.AD_SIDE,
            f'\n<div class="related_box"><div class="box_title">RELATED STORIES</div>\n<ul>\n{related}\n</ul></div>\n'
            '<div class="new_box"><div class="box_title">LATEST</div>',
            Slot.RAIL,
            f"</div>\n<!-- story {token(view.salt, size=10)} -->\n</div>\n",
            _FOOT,
            "<!-- ",
            Slot.SERVED,
            " -->\n</body>\n</html>\n",
        )

    def listing(self, view: ListView) -> Sheet:
        """A front page, or a page of a section."""
        heading = view.section.title if view.section else "TODAY IN THE GAZETTE"
        rows = "\n".join(
            f'<div class="list_row"><a class="list_title" href="{teaser.path}">{escape(teaser.title)}</a>'
            f'<span class="list_time">{_stated(teaser.published)}</span><p>{escape(teaser.standfirst)}</p></div>'
            for teaser in view.teasers
        )
        more = (
            f'<div class="pages"><a href="{view.next_path}">Next page</a></div>'
            if view.next_path
            else ""
        )
        return sheet(
            f'{_DOCTYPE}<title>{heading} - {_NAME}</title>\n<meta name="request" content="',
            Slot.TOKEN,
            '" />\n',
            _HEAD,
            Slot.CLOCK,
            _HEAD_END,
            Slot.AD_TOP,
            f'\n<div class="list_page"><div class="list_heading">{heading}</div>\n{rows}\n{more}</div>\n',
            _FOOT,
            "</body>\n</html>\n",
        )

    def wall(self, *, url: str) -> Sheet:
        """A consent wall in place of a page."""
        return sheet(
            f"{_DOCTYPE}<title>Cookies - {_NAME}</title></head><body><p>This site uses cookies. Please accept them "
            f'to continue.</p><form action="/accept"><input type="hidden" name="back" value="{escape(url)}" />'
            '<input type="hidden" name="key" value="',
            Slot.TOKEN,
            '" /><input type="submit" value="I accept" /></form></body></html>\n',
        )

    def missing(self, *, is_gone: bool) -> Sheet:
        """The page of a 404 or 410."""
        words = "410 Gone" if is_gone else "404 Not Found"
        return sheet(
            f"<html><head><title>{words}</title></head><body><center><h1>{words}</h1></center><hr />"
            "<center>gazette-web/1.4</center></body></html>\n"
        )

    def rail(self, teasers: tuple[Teaser, ...]) -> bytes:
        """Links to what is new."""
        return "".join(
            f'<a class="new_link" href="{teaser.path}">{escape(teaser.title)}</a><br />'
            for teaser in teasers
        ).encode()

    def clock(self, local: datetime) -> tuple[bytes, bytes]:
        """The header's time and date."""
        return f"{local:%A}, {_stated(local)}".encode(), f"{local:%b %d, %Y}".encode()
