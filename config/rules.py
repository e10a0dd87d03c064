"""The extraction rules of a site: which element holds which field, and until which day.

Knows the rules' shape and checks them. Must not know how a page is read with them.
"""

from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from config.values import Css, DateFormat, Day, Regex, Text, XPath, listed, mistake


class Strict(BaseModel):
    """A part of a configuration: never changed, every key known; built when first used."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def one_of(first: str | None, second: str | None) -> None:
    """Check that a rule has exactly one of css and xpath."""
    if first and second:
        raise mistake("stands beside css", remedy="Keep one of them.", at=("xpath",))
    if not first and not second:
        raise mistake("has neither css nor xpath", remedy="Add css: and a selector.")


class FieldRule(Strict):
    """Where a field stands on a page. A plain string is short for `css`."""

    css: Css | None = Field(default=None, description="A CSS selector.")
    xpath: XPath | None = Field(
        default=None,
        description="An XPath, where CSS cannot say it; may select elements, text or attributes.",
    )
    attribute: Text | None = Field(
        default=None,
        description="The attribute that holds the value; the element's text where absent.",
    )
    regex: Regex | None = Field(
        default=None,
        description="Searched in the text that was selected; without css and xpath in the page's "
        "whole markup, scripts included. The value is the group named value, else the first "
        "group, else all that was found; where nothing is found the rule yields nothing.",
    )
    all: bool = Field(default=False, description="Take every match, not only the first.")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return {"css": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _selects_something(self) -> Self:
        if self.css or self.xpath or not self.regex:
            one_of(self.css, self.xpath)
        elif self.attribute:
            raise mistake(
                "stands beside a regex alone",
                remedy="Add css: and a selector of the element that has it.",
                at=("attribute",),
            )
        return self

    @property
    def selector(self) -> str:
        """The rule as a person knows it."""
        parts = (
            self.css,
            f"xpath {self.xpath}" if self.xpath else None,
            f"[{self.attribute}]" if self.attribute else None,
            f"regex {self.regex.pattern}" if self.regex else None,
        )
        return " ".join(filter(None, parts))

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The object, or a string that is short for its css."""
        return {"anyOf": [{"type": "string", "minLength": 1}, handler(schema)]}


_ONE_OR_MANY: Any = BeforeValidator(
    listed, json_schema_input_type=tuple[FieldRule, ...] | FieldRule
)
FieldRules = Annotated[tuple[FieldRule, ...], _ONE_OR_MANY]
Selectors = Annotated[
    tuple[Css, ...], BeforeValidator(listed, json_schema_input_type=tuple[Css, ...] | Css)
]
Regexes = Annotated[
    tuple[Regex, ...], BeforeValidator(listed, json_schema_input_type=tuple[Regex, ...] | Regex)
]
DateFormats = Annotated[
    tuple[DateFormat, ...],
    BeforeValidator(listed, json_schema_input_type=tuple[DateFormat, ...] | DateFormat),
]


FLAGS = ("paywalled", "live", "opinion")
"""The fields of which a rule says whether a page is so: it is where the rule finds something."""


class RuleSet(Strict):
    """How pages were built up to a day. Of a field's rules the first that yields something wins."""

    valid_until: Day | None = Field(
        default=None,
        description="The last day on which pages were built so; absent for today's rules.",
    )
    title: FieldRules = Field(default=(), description="The headline.")
    standfirst: FieldRules = Field(
        default=(), description="The paragraph between headline and body."
    )
    body: FieldRules = Field(default=(), description="The containers of the body.")
    authors: FieldRules = Field(default=(), description="The byline.")
    published: FieldRules = Field(default=(), description="When it was first published.")
    modified: FieldRules = Field(default=(), description="When it was last changed.")
    section: FieldRules = Field(default=(), description="The section, outermost first.")
    tags: FieldRules = Field(default=(), description="The keywords.")
    captions: FieldRules = Field(
        default=(), description="Captions of pictures; taken out of the body."
    )
    images: FieldRules = Field(
        default=(),
        description="The article's pictures: elements that are or hold one, or an attribute with its address.",
    )
    credit: FieldRules = Field(default=(), description="The line that says where the text is from.")
    source_url: FieldRules = Field(
        default=(),
        description="Where the text is from: a link, or an attribute with the address; else the link in credit.",
    )
    language: FieldRules = Field(default=(), description="The language of the text.")
    canonical_url: FieldRules = Field(default=(), description="The article's own URL.")
    paywalled: FieldRules = Field(
        default=(),
        description="What only pages have that are not free to read; with a rule, pages without it are free.",
    )
    live: FieldRules = Field(default=(), description="What only live coverage has, likewise.")
    opinion: FieldRules = Field(default=(), description="What only opinions have, likewise.")
    remove: Selectors = Field(
        default=(), description="CSS selectors of elements dropped before reading."
    )
    remove_text: Regexes = Field(
        default=(), description="Blocks of the body in which one of these is found are dropped."
    )
    body_stop: Regexes = Field(
        default=(),
        description="The body ends before the first block in which one of these is found.",
    )
    date_formats: DateFormats = Field(
        default=(),
        description="strptime formats, tried in order on published and modified; a moment without "
        "an offset is in the site's time zone.",
    )

    @model_validator(mode="after")
    def _flags_are_single(self) -> Self:
        for name in FLAGS:
            for number, rule in enumerate(getattr(self, name)):
                if rule.all:
                    raise mistake(
                        "does nothing here: one place is enough",
                        remedy="Remove it.",
                        at=(name, number, "all"),
                    )
        return self

    @model_validator(mode="after")
    def _body_is_elements(self) -> Self:
        for number, rule in enumerate(self.body):
            for name in ("attribute", "regex"):
                if getattr(rule, name):
                    raise mistake(
                        "does nothing here: a body is made of elements",
                        remedy="Remove it; remove_text: leaves out blocks by what they say.",
                        at=("body", number, name),
                    )
        return self
