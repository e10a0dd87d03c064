"""Letters go out over TLS and with a login, or it is said in words why they do not and they are tried again."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from config.alerting import AlertRule, Channel
from config.clock import ManualClock
from db.archive import Archive
from db.asking import alerting
from db.asking.alerting import DeliveryView
from morgue.alerting import desk
from morgue.health.findings import Finding, Kind
from tests.hostile.certificates import Authority

PASSWORD = "a secret word"
RULES = [AlertRule.model_validate({"name": "watch", "to": ["mail"], "health": "all"})]


class Mailbox:
    """Takes mail, but not for some."""

    def __init__(self, *, refuses: tuple[str, ...] = ()) -> None:
        self.letters: list[tuple[list[str], str, bool, str]] = []
        """To whom, what, whether after STARTTLS, who logged in."""

        self._refuses = refuses

    async def handle_RCPT(  # noqa: N802 - as the server calls it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self._refuses:
            return "550 5.1.1 no such\x1b person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        who = session.auth_data.login.decode() if session.authenticated else ""
        letter = (envelope.rcpt_tos, content.decode(), session.ssl is not None, who)
        self.letters.append(letter)
        return "250 OK"


class Unwilling(SMTP):
    """Offers STARTTLS, and refuses it."""

    async def smtp_STARTTLS(self, _words: str) -> None:  # noqa: N802
        await self.push("454 4.7.0 TLS not available now")


class UnwillingServer(Controller):
    """A server of the unwilling."""

    def factory(self) -> SMTP:
        return Unwilling(self.handler, **self.SMTP_kwargs)


def only_ours(
    _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, words: Any
) -> AuthResult:
    """Lets in who knows the password."""
    is_right = isinstance(words, LoginPassword) and words.password == PASSWORD.encode()
    is_right = is_right and mechanism in ("LOGIN", "PLAIN")
    return AuthResult(success=is_right, handled=False, auth_data=words)


@contextmanager
def serving(
    mailbox: Mailbox, *, kind: type[Controller] = Controller, **options: Any
) -> Iterator[int]:
    """A mail server, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = kind(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Whose certificates this process trusts."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.bundle))
    return made


def channel(port: int, security: str, **more: Any) -> Channel:
    email = {
        "to": ["desk@example.org"],
        "sender": "m@example.org",
        "host": "127.0.0.1",
        "port": port,
        "security": security,
        "user": "morgue",
        "password": "$MAIL_PASSWORD",
    }
    return Channel.model_validate({"name": "mail", "email": email | more})


def raise_one(archive: Archive) -> None:
    found = Finding(Kind.LAYOUT, "lantern", archive.clock.now(), "0 of 20 have a date")
    desk.raise_alerts(archive, RULES, [found])


def deliver(archive: Archive, known: Channel, *, password: str = PASSWORD) -> DeliveryView:
    """Try once; what became of the delivery."""
    desk.deliver(archive, RULES, [known], env={"MAIL_PASSWORD": password})
    with archive.read() as session:
        ((delivery,),) = (each.deliveries for each in alerting.alert_list(session))
    return delivery


def test_a_letter_goes_out_over_starttls_after_a_login(
    archive: Archive, authority: Authority
) -> None:
    mailbox = Mailbox()
    raise_one(archive)
    options = {"require_starttls": True, "auth_required": True, "authenticator": only_ours}
    with serving(mailbox, tls_context=authority.context("good"), **options) as port:
        assert deliver(archive, channel(port, "starttls")).delivered_at is not None
    ((receivers, letter, is_tls, who),) = mailbox.letters
    assert (receivers, is_tls, who) == (["desk@example.org"], True, "morgue")
    assert "0 of 20 have a date" in letter


def test_a_letter_goes_out_over_tls_from_the_beginning(
    archive: Archive, authority: Authority
) -> None:
    mailbox = Mailbox()
    raise_one(archive)
    # the server knows of no TLS but STARTTLS, and would offer no login
    options = {"auth_require_tls": False, "authenticator": only_ours}
    with serving(mailbox, ssl_context=authority.context("good"), **options) as port:
        assert deliver(archive, channel(port, "tls")).delivered_at is not None
    assert [who for *_, who in mailbox.letters] == ["morgue"]


def test_a_wrong_password_is_told_and_tried_again_until_it_is_right(
    archive: Archive, authority: Authority, clock: ManualClock
) -> None:
    mailbox = Mailbox()
    raise_one(archive)
    options = {"auth_required": True, "authenticator": only_ours}
    with serving(mailbox, tls_context=authority.context("good"), **options) as port:
        tried = deliver(archive, channel(port, "starttls"), password="guessed")
        assert str(tried.last_error).startswith("the mail server refused the login: 535")
        assert "guessed" not in str(tried.last_error)
        assert tried.next_at is not None
        clock.advance(timedelta(minutes=2))
        assert deliver(archive, channel(port, "starttls")).delivered_at is not None
    assert len(mailbox.letters) == 1


def test_a_server_without_starttls_gets_neither_password_nor_letter(
    archive: Archive, authority: Authority
) -> None:
    mailbox = Mailbox()
    raise_one(archive)
    del authority
    with serving(mailbox, auth_require_tls=False, authenticator=only_ours) as port:
        tried = deliver(archive, channel(port, "starttls"))
    assert "does not offer STARTTLS" in str(tried.last_error)
    assert (tried.attempt_count, mailbox.letters) == (1, [])
    assert tried.next_at is not None


def test_a_server_that_refuses_starttls_is_told_in_its_words(
    archive: Archive, authority: Authority
) -> None:
    mailbox = Mailbox()
    raise_one(archive)
    with serving(mailbox, kind=UnwillingServer, tls_context=authority.context("good")) as port:
        tried = deliver(archive, channel(port, "starttls"))
    assert "454 4.7.0 TLS not available now" in str(tried.last_error)
    assert tried.next_at is not None
    assert mailbox.letters == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("selfsigned", "self-signed certificate"),
        ("expired", "expired"),
        ("elsewhere", "IP address mismatch"),
    ],
)
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_is_not_trusted_is_told_and_nothing_is_sent(
    archive: Archive, authority: Authority, kind: str, words: str, security: str
) -> None:
    mailbox = Mailbox()
    raise_one(archive)
    context = authority.context(kind)
    options = {"tls_context": context} if security == "starttls" else {"ssl_context": context}
    with serving(mailbox, **options) as port:
        tried = deliver(archive, channel(port, security))
    assert "its certificate is not trusted: " in str(tried.last_error)
    assert words in str(tried.last_error)
    assert tried.next_at is not None
    assert mailbox.letters == []


def test_a_port_that_does_not_speak_tls_at_once_is_told_with_the_setting(
    archive: Archive, authority: Authority
) -> None:
    raise_one(archive)
    with serving(Mailbox(), tls_context=authority.context("good")) as port:
        tried = deliver(archive, channel(port, "tls"))
    assert "security: starttls" in str(tried.last_error)


def test_a_server_without_a_login_is_told(archive: Archive, authority: Authority) -> None:
    raise_one(archive)
    with serving(
        Mailbox(), tls_context=authority.context("good"), auth_exclude_mechanism=("LOGIN", "PLAIN")
    ) as port:
        tried = deliver(archive, channel(port, "starttls"))
    assert "offers no login" in str(tried.last_error)


def test_a_receiver_that_is_refused_keeps_the_others_from_nothing(
    archive: Archive, authority: Authority
) -> None:
    mailbox = Mailbox(refuses=("gone@example.org",))
    raise_one(archive)
    both = ["gone@example.org", "desk@example.org"]
    with serving(mailbox, tls_context=authority.context("good"), authenticator=only_ours) as port:
        assert deliver(archive, channel(port, "starttls", to=both)).delivered_at is not None
    assert mailbox.letters[0][0] == ["desk@example.org"]


def test_a_letter_that_nobody_may_get_is_told_with_who_was_refused(
    archive: Archive, authority: Authority
) -> None:
    raise_one(archive)
    mailbox = Mailbox(refuses=("desk@example.org",))
    with serving(mailbox, tls_context=authority.context("good"), authenticator=only_ours) as port:
        tried = deliver(archive, channel(port, "starttls"))
    assert "no mail for desk@example.org: 550" in str(tried.last_error)
    assert tried.next_at is not None
