"""Why a server's certificate is refused: expired, not valid yet, of an unknown issuer, for another host, revoked.

Knows OpenSSL's codes and what certificates say. Must not know what is done about it. Without this all of them reach us
as "certificate verify failed".
"""

import ipaddress
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

_CODES: Final = SSL.X509VerificationCodes
_SELF_SIGNED: Final = _CODES.ERR_DEPTH_ZERO_SELF_SIGNED_CERT
_UNKNOWN_ISSUER: Final = (
    _CODES.ERR_SELF_SIGNED_CERT_IN_CHAIN,
    _CODES.ERR_UNABLE_TO_GET_ISSUER_CERT,
    _CODES.ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
    _CODES.ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    _CODES.ERR_CERT_UNTRUSTED,
)
_MOST_NAMES: Final = 3
"""That are told of a certificate for other hosts: some have hundreds."""


class BadCertificate(Exception):  # noqa: N818
    """A server's certificate is not in order; says how."""


@implementer(IPolicyForHTTPS)
class TellingPolicy:
    """Verifies as the policy that it wraps, whose certificates it trusts, and tells what was wrong."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy

    def creatorForNetloc(self, hostname: bytes, port: int) -> "_TellingCreator":  # noqa: N802  Twisted's name
        """What makes connections to a host."""
        creator = self._policy.creatorForNetloc(hostname, port)
        return _TellingCreator(creator, hostname.decode("ascii"))


@implementer(IOpenSSLClientConnectionCreator)
class _TellingCreator:
    def __init__(self, creator: Any, host: str) -> None:
        self._creator = creator
        self._host = host

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:  # noqa: N802  Twisted's name
        connection: SSL.Connection = self._creator.clientConnectionForTLS(protocol)
        connection.set_verify(
            SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _verifier(protocol, self._host)
        )
        return connection


def _verifier(protocol: Any, host: str) -> Callable[..., bool]:
    """Judges each certificate of a chain. An exception refuses it, too: pyOpenSSL sees to that."""

    def verify(_: Any, certificate: crypto.X509, code: int, depth: int, ok: int) -> bool:
        words = None
        if not ok:
            words = problem_of(certificate.to_cryptography(), code=code, depth=depth)
        elif depth == 0:
            words = _problem_of_names(certificate, host)
        if words is not None:
            protocol.failVerification(Failure(BadCertificate(words)))  # type: ignore[no-untyped-call]
        return words is None

    return verify


def problem_of(certificate: x509.Certificate, *, code: int, depth: int) -> str:
    """What OpenSSL found wrong with a certificate so deep in its chain, by its code."""
    what = "the certificate"
    if depth > 0:
        what = f"its issuer's certificate ({_named(certificate.subject)})"
    if code == _CODES.ERR_CERT_HAS_EXPIRED:
        return f"{what} expired on {_day(certificate.not_valid_after_utc)}"
    if code == _CODES.ERR_CERT_NOT_YET_VALID:
        since = _day(certificate.not_valid_before_utc)
        return f"{what} is not valid before {since}; or is this machine's clock wrong?"
    if code == _CODES.ERR_CERT_REVOKED:
        return f"{what} was revoked"
    if code == _SELF_SIGNED:
        return f"{what} is self-signed: nobody vouches for it"
    if code in _UNKNOWN_ISSUER:
        issuer = _named(certificate.issuer)
        return f"{what} is of an unknown issuer ({issuer}), or one between is not sent"
    return f"{what} is refused: {_code_in_words(code)}"


def _problem_of_names(certificate: crypto.X509, host: str) -> str | None:
    """Whether a certificate that is in order is for another host."""
    try:
        verify_service_identity(extract_patterns(certificate), [_identity(host)], [])
    except CertificateError:
        return f"the certificate names no host that could be {host}"
    except VerificationError:
        return f"the certificate is for {_hosts(certificate)}, not for {host}"
    return None


def _identity(host: str) -> DNS_ID | IPAddress_ID:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return DNS_ID(host)
    return IPAddress_ID(host)


def _hosts(certificate: crypto.X509) -> str:
    try:
        names = certificate.to_cryptography().extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (x509.ExtensionNotFound, ValueError):
        return "other hosts"
    hosts = [str(name.value) for name in names.value]
    more = len(hosts) - _MOST_NAMES
    return ", ".join(hosts[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _named(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string() or "without a name"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d at %H:%M} UTC"


def _code_in_words(code: int) -> str:
    for name, value in vars(_CODES).items():
        if value == code and name.startswith("ERR_"):
            return name.removeprefix("ERR_").replace("_", " ").lower()
    return f"OpenSSL's code {code}"
