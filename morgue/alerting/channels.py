"""Sends a message: by mail, to a webhook, to a command. Knows protocols and their limits, no archive.

Whatever happens comes back as words for the one who reads `morgue status`; secrets are read from the environment
when they are needed, and are in no words.
"""

import hashlib
import hmac
import json
import os
import signal
import smtplib
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

from config.alerting import Channel, Email, Webhook
from morgue.alerting import mailing
from morgue.alerting.messages import Message
from morgue.version import VERSION

TIMEOUT_S: Final = 30.0
"""The longest that one step of sending may take, and a command in all."""

_MOST_WORDS: Final = 300


class NotDelivered(Exception):  # noqa: N818 - expected, told in words
    """The channel did not take a message, and why."""


def send(channel: Channel, message: Message, *, env: Mapping[str, str], now: datetime) -> None:
    """Hand a message to a channel.

    Raises:
        NotDelivered: It did not take it.
    """
    try:
        if channel.email:
            _mail(channel.email, message, env=env, now=now)
        elif channel.webhook:
            _post(channel.webhook, message, env=env, now=now)
        elif channel.command:
            _run(channel.command, message, env=env)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotDelivered(_words(error)) from error


def _secret(name: str | None, env: Mapping[str, str]) -> str | None:
    if name is None:
        return None
    value = env.get(name.removeprefix("$"))
    if not value:
        raise NotDelivered(f"the environment variable {name.removeprefix('$')} is not set")
    return value


def _mail(email: Email, message: Message, *, env: Mapping[str, str], now: datetime) -> None:
    password = _secret(email.password, env)
    mailing.mail(email, message, password=password, now=now, timeout_s=TIMEOUT_S)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed message goes where the operator said, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


def _post(webhook: Webhook, message: Message, *, env: Mapping[str, str], now: datetime) -> None:
    body = json.dumps(message.document, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Morgue/{VERSION}",
        "Idempotency-Key": hashlib.sha256(message.key.encode()).hexdigest()[:32],
    }
    secret = _secret(webhook.secret, env)
    if secret:
        headers |= signature(secret, body, now=now)
    request = urllib.request.Request(webhook.url, data=body, headers=headers, method="POST")  # noqa: S310 - http(s), checked when read
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise NotDelivered(f"HTTP {status}")


def signature(secret: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """The headers by which a receiver knows who wrote a message, and when: HMAC-SHA256 of "TIME.BODY"."""
    at = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Morgue-Time": at, "X-Morgue-Signature": f"sha256={digest}"}


def _run(argv: Sequence[str], message: Message, *, env: Mapping[str, str]) -> None:
    document = {"subject": message.subject, "text": message.text, **message.document}
    process = subprocess.Popen(  # noqa: S603 - the operator's own command, no shell
        list(argv),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=dict(env),
        start_new_session=True,
    )
    try:
        _, said = process.communicate(json.dumps(document).encode(), timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise NotDelivered(f"the command took longer than {TIMEOUT_S:.0f} seconds") from None
    if process.returncode:
        words = said.decode(errors="replace").strip()
        raise NotDelivered(f"the command ended with {process.returncode}: {words}"[:_MOST_WORDS])


def _words(error: Exception) -> str:
    if of_mail := mailing.words(error):
        return of_mail[:_MOST_WORDS]
    if isinstance(error, urllib.error.URLError):
        return f"cannot be reached: {error.reason}"[:_MOST_WORDS]
    return f"{type(error).__name__}: {error}"[:_MOST_WORDS]
