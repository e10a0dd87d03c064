"""What a URL says by itself: its canonical form, its host, and the key of its page in a site.

Knows spelling only. Must not know what any server answers, nor ask one.
"""

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, quote, urlsplit

MAX_LENGTH = 2048
"""Characters of a URL that is asked for, and of a key (an index of Postgres takes 2,700 bytes)."""

TRACKER_PREFIXES = (
    *("utm_", "at_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "fb_action_"),
    *("guce_", "__cf_chl_", "amp_", "oly_", "vero_"),
)
"""Beginnings of parameter names that say where a reader came from, in lower case."""

TRACKERS = frozenset(
    {
        *("fbclid", "fb_source", "fb_ref", "gclid", "gclsrc", "dclid", "gbraid", "wbraid"),
        *("msclkid", "yclid", "ysclid", "twclid", "ttclid", "igshid", "igsh", "li_fat_id"),
        *("mc_cid", "mc_eid", "_hsenc", "_hsmi", "hsctatracking", "hss_channel", "mkt_tok"),
        *("_ga", "_gl", "__twitter_impression", "s_cid", "cmpid", "cmp", "icid", "ncid", "ocid"),
        *("wt_mc", "wt.mc_id", "xtor", "ito", "smid", "smtyp", "mbid", "bxid", "ftag", "spm"),
        *("ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee"),
        *("sr_share", "soc_src", "soc_trk", "guccounter", "rb_clickid", "wickedid", "cvid"),
        *("phpsessid", "jsessionid", "aspsessionid"),
    }
)
"""Parameters that say where a reader came from or which session they are in, in lower case.

Dropped everywhere, so only names that no publisher is known to use for a page's identity: never
`id`, `p`, `page`, `ref`, `source`, `from`, `story`.
"""

PAGE_FORMS = frozenset(
    {
        *("amp", "amp=1", "amp=true", "amp=yes", "amp=amp", "_amp=true", "_amp=1", "isamp=1"),
        *("outputtype=amp", "output=amp", "view=amp", "mode=amp", "format=amp", "type=amp"),
        *("print", "print=1", "print=true", "print=yes", "print=print", "view=print"),
        *("output=print", "outputtype=print"),
    }
)
"""Parameters that ask for another form of the same page, as `name=value` in lower case."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_FORMS = re.compile(r"(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_BARE_HOST = re.compile(
    r"(?://)?(?=[^/?#]*[.:\[]|localhost)(?:[^/?#@\s:\[\]]+|\[[0-9a-f:.]+\])(?::\d+)?(?=[/?#]|$)",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.IGNORECASE)
_SLASHES = re.compile(r"/{2,}")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|s?html|php\d?|aspx?|jsp|cfm)$", re.IGNORECASE)
_AMP_FILE = re.compile(r"\.amp(?=\.html?$|$)", re.IGNORECASE)
_AMP_SUFFIX = re.compile(r"(?<=[^/])/amp$", re.IGNORECASE)
_AMP_PREFIX = re.compile(r"^/amp(?=/[^/])", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b\u2060\ufeff]+")
_PLAIN = re.compile(r"[A-Za-z0-9_.\-~!$&'()*+,/:;=@]*")
_PATH_SAFE = "!$%&'()*+,/:;=@~"
_QUERY_SAFE = "!$%'()*+,/:;=?@~"


def canonical(url: str) -> str:
    """The URL in one spelling, still asking for the same page form (AMP stays AMP).

    Scheme and host in lower case, IDN as ASCII, no default port, no fragment, no credentials, no
    dot segments, escapes in upper case and only where needed, parameters in order of their names
    (same-named ones in theirs), trackers and session ids gone, blank parameters as written. A
    string that is no http(s) URL comes back without its blanks; nothing raises.
    """
    url = _tidy(url)
    parts = _split(url)
    if parts is None:
        return url
    query = "&".join(_parameters(parts.query))
    return f"{parts.scheme}://{_host_of(parts)}{_path(parts.path)}" + (f"?{query}" if query else "")


def key(url: str) -> str:
    """What names a page within a site: the canonical URL without what serves the same page.

    `host/path?query` with scheme, `www.`, `m.`, `mobile.` and `amp.`, a trailing slash, an index
    page, AMP and print forms folded away. A scheme may be missing (`example.org/story`). The key of
    a key is itself. At most `MAX_LENGTH` characters: a longer one ends in its own digest.
    """
    url = _tidy(url)
    bare = _BARE_HOST.match(url)
    parts = _split("http://" + url.removeprefix("//") if bare else url)
    if parts is None:
        return _bounded(url)
    folded = _fold_host(_host_of(parts))
    path = _fold_path(_path(parts.path))
    pairs = [pair.replace("%20", "+").rstrip("=") for pair in _parameters(parts.query)]
    query = "&".join(sorted((p for p in pairs if p and p.lower() not in PAGE_FORMS), key=_name))
    return _bounded(f"{folded}{path}" + (f"?{query}" if query else ""))


def host(url: str) -> str:
    """The host in lower case, with its port where that is not the scheme's own; "" for no host."""
    parts = _split(_tidy(url))
    return "" if parts is None else _host_of(parts)


def is_fetchable(url: str) -> bool:
    """Whether it may be asked for: http(s), a host, no credentials, at most `MAX_LENGTH` long."""
    url = _tidy(url)
    parts = _split(url)
    return parts is not None and "@" not in parts.netloc and len(canonical(url)) <= MAX_LENGTH


def same_site(url: str, hosts: Iterable[str]) -> bool:
    """Whether the URL's host is one of these, `www.`, `m.`, `mobile.` and `amp.` aside."""
    folded = _fold_host(host(url))
    return bool(folded) and any(folded == _fold_host(other.lower()) for other in hosts)


def is_front_page(url_key: str) -> bool:
    """Whether a key names a site's front page: a host and nothing else."""
    return "/" not in url_key and "?" not in url_key


def _tidy(url: str) -> str:
    """Without the blanks that markup leaves in links; inner spaces stay, to be escaped."""
    url = url.strip()
    if not _UNSEEN.search(url):
        return url
    url = _UNSEEN.sub(lambda match: " " if " " in match[0] or "\xa0" in match[0] else "", url)
    return url.strip()


def _split(url: str) -> SplitResult | None:
    """The parts of an http(s) URL with a host that can be written in ASCII, else None."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            return None
        if parts.port is not None and not 0 < parts.port < 65536:
            return None
    except ValueError:
        return None
    return parts if _ascii_host(parts.hostname) else None


def _ascii_host(name: str) -> str | None:
    """A host name as DNS knows it, None where it cannot be one. As Scrapy does: IDNA 2003."""
    if ":" in name:
        return f"[{name}]"
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    name = name.removesuffix(".")
    if not name or len(name) > 253 or ".." in name or "." in (name[0], name[-1]):
        return None
    return name if re.fullmatch(r"[a-z0-9._-]+", name) else None


def _host_of(parts: SplitResult) -> str:
    """The host of parts that `_split` gave, with its port where that is not the scheme's own."""
    name = _ascii_host(parts.hostname or "")
    port = parts.port
    return str(name) if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{name}:{port}"


def _fold_host(name: str) -> str:
    while (match := _HOST_FORMS.match(name)) and not name[match.end() :].replace(".", "").isdigit():
        name = name[match.end() :]
    return name


def _path(path: str) -> str:
    """One spelling of a path: escapes settled, dot segments resolved (RFC 3986 5.2.4)."""
    path = _SESSION.sub("", _escape(path, _PATH_SAFE))
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _fold_path(path: str) -> str:
    """A path without the forms of one page; folded until nothing changes: a key is its own key."""
    while True:
        before = path
        path = _SLASHES.sub("/", _path(path) if "/." in path else path).rstrip("/")
        for form in (_INDEX, _AMP_FILE, _AMP_SUFFIX, _AMP_PREFIX):
            path = form.sub("", path)
        if path == before:
            return path


def _parameters(query: str) -> list[str]:
    """The query's parameters in order of name, as written but for escapes, without trackers."""
    if not query:
        return []
    pairs = (_escape(pair, _QUERY_SAFE) for pair in query.split("&"))
    return sorted((pair for pair in pairs if pair and not _is_tracker(pair)), key=_name)


def _name(pair: str) -> str:
    return pair.partition("=")[0]


def _is_tracker(pair: str) -> bool:
    name = _name(pair).lower()
    return name in TRACKERS or name.startswith(TRACKER_PREFIXES)


def _escape(text: str, safe: str) -> str:
    """Escapes in upper case and only where needed; what is no escape stays as it is."""
    if _PLAIN.fullmatch(text):
        return text
    if "%" in text:
        text = _ESCAPE.sub(_settle_escape, text)
    return quote(text, safe=safe, errors="replace")


def _settle_escape(match: re.Match[str]) -> str:
    char = chr(int(match[0][1:], 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else match[0].upper()


def _bounded(text: str) -> str:
    if len(text) <= MAX_LENGTH:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[: MAX_LENGTH - 100]}~{digest}"
