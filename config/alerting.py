"""Who is told what: the channels and the rules of alerts, as the settings name them.

Knows their shape and checks it. Must not know how a message is sent, nor what is found when.
"""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from config.rules import Strict
from config.values import Duration, Text, Url, listed, mistake

FindingKind = Literal[
    "layout",
    "dead_feed",
    "quiet",
    "blocked",
    "certificate",
    "dns",
    "unreachable",
    "gap",
    "hanging",
    "wrong_304",
]
"""What can be found to be wrong with a site; morgue.health.findings says what each is."""

_ADDRESS: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_VARIABLE: Final = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")


def _mail(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise mistake("is no mail address", remedy="Write it as in desk@example.org.")
    return value


def _secret(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise mistake(
            "stands in the file for all to read",
            remedy="Write $ and the name of an environment variable that holds it, as in $SMTP_PASSWORD.",
        )
    return value


Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Address = Annotated[Text, AfterValidator(_mail)]
Secret = Annotated[Text, AfterValidator(_secret)]
"""The name of an environment variable that holds it: $NAME."""


class Email(Strict):
    """A mail server, and who is written to."""

    to: Annotated[tuple[Address, ...], BeforeValidator(listed)] = Field(
        min_length=1, description="Who is written to."
    )
    sender: Address = Field(description="Whom the mail is from.")
    host: Text = Field(description="The mail server.")
    port: int = Field(default=587, ge=1, le=65_535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is kept from being read."
    )
    user: Text | None = Field(default=None, description="The name to log in with, if any.")
    password: Secret | None = Field(
        default=None, description="The environment variable that holds the password, as $NAME."
    )

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if (self.user is None) != (self.password is None):
            missing, given = ("user", "password") if self.user is None else ("password", "user")
            raise mistake(
                f"has a {given} and no {missing}",
                remedy="Give both to log in, or neither.",
                at=(given,),
            )
        if self.password is not None and self.security == "none":
            raise mistake(
                "sends the password for all to read",
                remedy="Say security: starttls or tls, or log in nowhere.",
                at=("security",),
            )
        return self


class Webhook(Strict):
    """An address that is sent a JSON document."""

    url: Url = Field(description="The address that is posted to.")
    secret: Secret | None = Field(
        default=None,
        description="The environment variable that holds the key that messages are signed with, as $NAME.",
    )


class Channel(Strict):
    """One way to tell somebody: exactly one of email, webhook and command."""

    name: Name = Field(description="What rules call it.")
    email: Email | None = Field(default=None, description="A mail server, and who is written to.")
    webhook: Webhook | None = Field(
        default=None, description="An address that is sent a JSON document."
    )
    command: tuple[Text, ...] | None = Field(
        default=None,
        min_length=1,
        description="A program with its arguments, as a list; a JSON document is its input.",
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        ways = [name for name in ("email", "webhook", "command") if getattr(self, name)]
        if len(ways) != 1:
            raise mistake(
                "has not exactly one of email, webhook and command",
                remedy="Name one; several channels are several entries.",
                at=(ways[1],) if ways else (),
            )
        return self


class AlertRule(Strict):
    """What somebody wants to be told: exactly one of health, query, edits and removals."""

    name: Name = Field(description="What alerts of the rule are called by.")
    to: Annotated[tuple[Name, ...], BeforeValidator(listed)] = Field(
        min_length=1, description="The channels that are told."
    )
    sites: Annotated[tuple[Text, ...], BeforeValidator(listed)] = Field(
        default=(), description="Only of these sites; of all where absent."
    )
    health: Annotated[tuple[FindingKind | Literal["all"], ...], BeforeValidator(listed)] = Field(
        default=(), description="What is wrong with a site: all, or a list of kinds."
    )
    query: Text | None = Field(
        default=None,
        description="Words as for `morgue search`: articles that match for the first time.",
    )
    edits: Literal["silent"] | None = Field(
        default=None, description="silent: numbers, names or quotations replaced without a note."
    )
    removals: bool = Field(default=False, description="Articles that are gone.")
    over: bool = Field(
        default=True,
        description="Whether it is told, too, when what was wrong with a site is over.",
    )
    at_most: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="Messages to one channel; what is beyond comes in one.",
    )
    per: Duration = Field(default=timedelta(hours=1), description="The time that at_most is about.")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        wants = [name for name in ("health", "query", "edits", "removals") if getattr(self, name)]
        if len(wants) != 1:
            raise mistake(
                "has not exactly one of health, query, edits and removals",
                remedy="Name one; several rules are several entries.",
                at=(wants[1],) if wants else (),
            )
        return self


def check(channels: tuple[Channel, ...], rules: tuple[AlertRule, ...]) -> None:
    """Check what rules and channels are to each other.

    Raises:
        PydanticCustomError: A name is there twice, or a rule names a channel that is not there.
    """
    known = [channel.name for channel in channels]
    for what, names in (("channels", known), ("alerts", [rule.name for rule in rules])):
        for number, name in enumerate(names):
            if name in names[:number]:
                remedy = "Give each a name of its own."
                raise mistake("is there twice", remedy=remedy, at=(what, number, "name"))
    for number, rule in enumerate(rules):
        for place, name in enumerate(rule.to):
            if name not in known:
                there = f"There are: {', '.join(known)}." if known else "Add it under channels."
                at = ("alerts", number, "to", place)
                raise mistake(f"names no channel: {name}", remedy=there, at=at)
