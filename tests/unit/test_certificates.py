"""What is said of a certificate that is not in order, by OpenSSL's code."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL.SSL import X509VerificationCodes as Codes

from crawler.answers import explain
from crawler.politeness.certificates import BadCertificate, problem_of


def certificate(subject: str = "herald.example", issuer: str = "Some Root") -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
        .not_valid_after(datetime(2026, 4, 5, 6, 7, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )


@pytest.mark.parametrize(
    ("code", "depth", "words"),
    [
        (Codes.ERR_CERT_HAS_EXPIRED, 0, "the certificate expired on 2026-04-05 at 06:07 UTC"),
        (
            Codes.ERR_CERT_HAS_EXPIRED,
            1,
            "its issuer's certificate (herald.example) expired on 2026-04-05 at 06:07 UTC",
        ),
        (
            Codes.ERR_CERT_NOT_YET_VALID,
            0,
            "the certificate is not valid before 2026-01-02 at 03:04 UTC; or is this machine's clock wrong?",
        ),
        (Codes.ERR_CERT_REVOKED, 0, "the certificate was revoked"),
        (
            Codes.ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            0,
            "the certificate is self-signed: nobody vouches for it",
        ),
        (
            Codes.ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            0,
            "the certificate is of an unknown issuer (Some Root), or one between is not sent",
        ),
        (Codes.ERR_INVALID_CA, 0, "the certificate is refused: invalid ca"),
        (99_999, 0, "the certificate is refused: OpenSSL's code 99999"),
    ],
)
def test_each_way_not_to_be_in_order_has_its_words(code: int, depth: int, words: str) -> None:
    assert problem_of(certificate(), code=code, depth=depth) == words


def test_a_certificate_cannot_write_lines_into_what_is_said_of_it() -> None:
    words = problem_of(
        certificate(issuer="x\ny" * 20),
        code=Codes.ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        depth=0,
    )
    told = explain(BadCertificate(words), url="https://herald.example/")
    assert told.startswith("tls: the certificate is of an unknown issuer (x y")
    assert "\n" not in told
    assert len(told) <= 300
