"""Hands a letter to a mail server. Knows SMTP and what can be wrong with it in words, no channel and no archive.

A letter goes over no connection that is weaker than the settings say: a server that does not offer STARTTLS where
it is asked for, or whose certificate is not trusted, gets neither the password nor the letter.
"""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import structlog

from config.alerting import Email
from morgue.alerting.messages import Message

log = structlog.stdlib.get_logger("morgue.alerts")


def mail(
    email: Email, message: Message, *, password: str | None, now: datetime, timeout_s: float
) -> None:
    """Have the server take the letter for one of its receivers at least; the others are named in the log.

    Raises:
        OSError, smtplib.SMTPException: It did not take it; `words` tells why.
    """
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if email.security == "tls":
        server = smtplib.SMTP_SSL(email.host, email.port, timeout=timeout_s, context=context)
    else:
        server = smtplib.SMTP(email.host, email.port, timeout=timeout_s)
    with server:
        if email.security == "starttls":
            server.starttls(context=context)
        if email.user and password:
            server.login(email.user, password)
        refused = server.send_message(_letter(email, message, now=now))
    for address, (code, said) in refused.items():
        log.warning("receiver_refused", to=address, error=f"{code} {_text(said)}")


def _letter(email: Email, message: Message, *, now: datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = email.sender
    letter["To"] = ", ".join(email.to)
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = make_msgid(domain=email.sender.partition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text)
    return letter


def words(error: Exception) -> str | None:
    """What was wrong, for who has to mend it; None where it was nothing of mail or TLS."""
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    match error:
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return (
                "the mail server does not offer STARTTLS, so nothing was sent to it:"
                " set security: tls and its port, or none"
            )
        case smtplib.SMTPNotSupportedError() if "AUTH" in str(error):
            return _NO_LOGIN
        case smtplib.SMTPAuthenticationError():
            said = f"{error.smtp_code} {_text(error.smtp_error)}"
            return f"the mail server refused the login: {said}"
        case smtplib.SMTPRecipientsRefused():
            told = (f"{to}: {code} {_text(said)}" for to, (code, said) in error.recipients.items())
            return f"the mail server takes no mail for {'; '.join(told)}"
        case smtplib.SMTPResponseException():
            return f"the mail server said {error.smtp_code} {_text(error.smtp_error)}"
        case smtplib.SMTPServerDisconnected():
            return f"the mail server hung up: {error}"
        case smtplib.SMTPException() if "authentication method" in str(error):
            return _NO_LOGIN
    return None


def _of_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if "WRONG_VERSION_NUMBER" in str(error):
        return "it does not speak TLS from the beginning on this port: set security: starttls, or another port"
    return f"TLS failed: {error.reason or error}"


_NO_LOGIN = "the mail server offers no login: leave user and password out, or change security"


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())
