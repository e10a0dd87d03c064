"""Certificates that are in order, and some that are not, of an authority that exists for one test."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.clock import SystemClock

KINDS = ("good", "expired", "early", "elsewhere", "selfsigned", "stranger", "nameless")


class Authority:
    """Signs certificates for 127.0.0.1; `bundle` is what somebody trusts who trusts it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._now = SystemClock().now().astimezone(UTC)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._stranger = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Authority of a test")
        certificate = self._certificate(
            self._key,
            self._name,
            since=self._now - timedelta(days=1),
            alternative=None,
            issuer=(self._key, self._name),
            is_authority=True,
        )
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, kind: str) -> ssl.SSLContext:
        """What a server with such a certificate serves with."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = "127.0.0.9" if kind == "elsewhere" else "127.0.0.1"
        issuers = {
            "selfsigned": (key, _name(kind)),
            "stranger": (self._stranger, _name("Authority of another test")),
        }
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        certificate = self._certificate(
            key,
            _name(kind),
            since=self._since(kind),
            alternative=None if kind == "nameless" else names,
            issuer=issuers.get(kind, (self._key, self._name)),
        )
        path = self._folder / f"{kind}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _since(self, kind: str) -> datetime:
        days = {"expired": -400, "early": 30}.get(kind, -1)
        return self._now + timedelta(days=days)

    def _certificate(
        self,
        key: ec.EllipticCurvePrivateKey,
        subject: x509.Name,
        *,
        since: datetime,
        alternative: x509.SubjectAlternativeName | None,
        issuer: tuple[ec.EllipticCurvePrivateKey, x509.Name],
        is_authority: bool = False,
    ) -> x509.Certificate:
        signing_key, issuer_name = issuer
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + timedelta(days=90))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if alternative is not None:
            builder = builder.add_extension(alternative, critical=False)
        return builder.sign(signing_key, hashes.SHA256())


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])
