"""From Scrapy's responses and failures to what a request came to, in our words.

Knows the exceptions of Scrapy and Twisted. Must not know what is done about them.
"""

import zlib
from collections.abc import Iterator
from typing import Final

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from service_identity import VerificationError
from twisted.internet import error as network
from twisted.web._newclient import ParseError
from twisted.web.http import _DataLoss

from crawler.asked import Refused, Stopping, TooManyRedirects
from crawler.politeness.certificates import BadCertificate

_MAX_WORDS: Final = 300
_UNPACKERS: Final = {"backports", "brotli", "brotlicffi", "compression", "zstandard"}


def explain(error: BaseException, *, url: str) -> str:
    """What went wrong, as "kind: words".

    Kinds: timeout, dns, connection, tls, http, too_large, redirects, encoding, url, refused,
    stopping, failed.
    """
    kind, words = next(
        (found for each in _chain(error) if (found := _explain(each, url=url))),
        ("failed", f"{type(error).__name__}: {error}"),
    )
    return f"{kind}: {' '.join(words.split())}"[:_MAX_WORDS]


def refusal_of(error: BaseException) -> str | None:
    """Why we did not ask, where an exception says that."""
    return error.reason if isinstance(error, Refused) else None


def headers_of(response: Response) -> tuple[tuple[str, str], ...]:
    """Every header as it came; bytes that are no ASCII as Latin-1."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )


def is_truncated(response: Response) -> bool:
    """Whether the server ended the body before the length that it had stated."""
    return "dataloss" in response.flags


def header_of(response: Response, name: str) -> str | None:
    """The last header of that name."""
    value = response.headers.get(name)
    return value.decode("latin-1").strip() if value else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, then the reasons behind it: Twisted hides the real one in a list."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting and len(seen) < 20:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [failure.value for failure in getattr(each, "reasons", None) or ()]
        waiting += [each.__cause__, each.__context__]
        yield each


def _explain(error: BaseException, *, url: str) -> tuple[str, str] | None:  # noqa: C901, PLR0912
    words = str(error)
    match error:
        case Stopping():
            return "stopping", "the crawl is being stopped"
        case Refused():
            return "refused", error.reason
        case TooManyRedirects():
            return "redirects", "they do not end"
        case DownloadTimeoutError() | network.TimeoutError() | network.TCPTimedOutError():
            return "timeout", words or "no answer in time"
        case CannotResolveHostError() | network.DNSLookupError():
            return "dns", f"the name in {url} cannot be resolved"
        case DownloadConnectionRefusedError() | network.ConnectionRefusedError():
            return "connection", "refused"
        case BadCertificate():
            return "tls", words
        case SSL.Error() | VerificationError() | network.CertificateError():
            return "tls", _tls_words(error)
        case DownloadCancelledError():
            return "too_large", words or "more than the limit"
        case IgnoreRequest() if "decompression" in words:
            return "too_large", words
        case ParseError() | _DataLoss():
            return "http", words or "the answer is no HTTP"
        case network.ConnectionDone() | network.ConnectionLost():
            return "connection", "closed before the answer was complete"
        case network.ConnectError() | network.ConnectingCancelledError():
            return "connection", words or "cannot be made"
        case NotSupported() | UnsupportedURLSchemeError() | UnicodeError():
            return "url", words
        case zlib.error():
            return "encoding", f"the body is not packed as its header says: {words}"
        case DownloadFailedError():
            return None  # its reasons say more
        case _ if type(error).__module__.split(".")[0] in _UNPACKERS:
            return "encoding", f"the body is not packed as its header says: {words}"
        case OSError() if "gzip" in words.lower():
            return "encoding", f"the body is not packed as its header says: {words}"
        case OSError():
            return "connection", words
        case ValueError() if "hostname" in words:
            return "url", words
    return None


def _tls_words(error: BaseException) -> str:
    if isinstance(error, SSL.Error) and error.args and isinstance(error.args[0], list):
        reasons = [str(part[-1]) for part in error.args[0] if part]
        return ", ".join(reasons) or "the handshake failed"
    return str(error) or type(error).__name__
