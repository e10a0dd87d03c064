"""Turns what pydantic finds wrong into words for the user, with the place and a remedy.

Knows pydantic's kinds of error. Must not know what the configuration is for.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol, get_args

from pydantic import BaseModel, ValidationError

from config.errors import ConfigProblem
from config.yamlfile import Place

_WORDS: Mapping[str, tuple[str, str]] = {
    "tuple_type": ("is no list", "Write a line that begins with - for each, below it."),
    "string_type": ("is no text", "Write one text."),
    "string_too_short": ("is empty", "Write a text, or remove the key."),
    "string_too_long": ("is too long", "The limit is {max_length} characters."),
    "bool_type": ("is neither true nor false", "Write true or false."),
    "bool_parsing": ("is neither true nor false", "Write true or false."),
    "int_type": ("is no whole number", "Write it as in 5."),
    "int_parsing": ("is no whole number", "Write it as in 5."),
    "int_parsing_size": ("is too large", "Write a smaller number."),
    "int_from_float": ("is no whole number", "Write it as in 5."),
    "float_type": ("is no number", "Write it as in 2.5."),
    "float_parsing": ("is no number", "Write it as in 2.5."),
    "finite_number": ("is no number", "Write it as in 2.5."),
    "greater_than": ("is too small", "It must be more than {gt:g}."),
    "greater_than_equal": ("is too small", "The least is {ge:g}."),
    "less_than": ("is too large", "It must be less than {lt:g}."),
    "less_than_equal": ("is too large", "The most is {le:g}."),
    "dict_type": ("is not keys with values", "Write it as in key: value, one a line."),
}
_PATTERN_REMEDIES = {
    "name": "Use small letters, digits, - and _, and begin with a letter or digit.",
}
_SHAPES = {
    "SourceConfig": "Name its kind, as in feed: https://www.example.org/feed.xml.",
    "FieldRule": "Write a CSS selector, or css:, xpath:, attribute:, regex: below it.",
    "LinkRule": "Write a CSS selector, or css: or xpath: below it.",
    "RuleSet": "Write fields with their rules below it, as in title: h1.",
    "Schedule": "Write every: or cron: below it, as in every: 30m.",
    "Revisit": "Write AGE: INTERVAL lines below it, as in 1d: 2h.",
    "Politeness": "Write keys below it, as in delay: 5s.",
}


Path = tuple[str | int, ...]


class Placing(Protocol):
    """Says where the value at a path stands, or its key."""

    def __call__(self, path: Path, *, of_key: bool = False) -> Place:
        """The place, or the nearest one around it that was written."""
        ...


def problems(
    error: ValidationError, *, model: type[BaseModel], place: Placing
) -> list[ConfigProblem]:
    """The problems in a validation error of a model; `place` says where each value stands."""
    return [
        _problem(detail, model=model, place=place) for detail in error.errors(include_url=False)
    ]


def _problem(detail: Any, *, model: type[BaseModel], place: Placing) -> ConfigProblem:
    kind, context = detail["type"], detail.get("ctx", {})
    path: Path = tuple(part for part in detail["loc"] if part != "[key]")
    path += tuple(context.get("at", ()))
    # an age of a revisit plan is written as a key
    at = place(path, of_key=kind == "extra_forbidden" or path[-1:] == ("up_to_age",))
    where = at.where
    if kind == "missing":
        name = str(path[-1])
        where = f"{where}.{name}" if where else name
        message, remedy = f"{name} is missing", _what_is_missing(model, path)
    elif kind == "extra_forbidden":
        message, remedy = _unknown_key(str(path[-1]), _model_at(model, path[:-1]))
    else:
        predicate, remedy = _words(detail, context, path)
        message = f"{_subject(detail['input'], where)} {predicate}"
    return ConfigProblem(at.file, at.line, at.column, where, message, remedy)


def _words(detail: Any, context: Mapping[str, Any], path: Path) -> tuple[str, str]:
    kind = detail["type"]
    if kind == "mistake":
        return context["words"], context["remedy"]
    if detail["input"] is None:
        return "has no value", "Write one behind the colon, or remove the key."
    if kind in {"model_type", "model_attributes_type"}:
        shape = _SHAPES.get(context["class_name"], "Write keys below it, as in key: value.")
        return "does not belong here", shape
    if kind == "literal_error":
        return "is none of the known words", f"Write {context['expected']}."
    if kind == "string_pattern_mismatch":
        remedy = _PATTERN_REMEDIES.get(str(path[-1]), f"It must match {context['pattern']}.")
        return "has characters that cannot be here", remedy
    if kind in _WORDS:
        predicate, remedy = _WORDS[kind]
        return predicate, remedy.format_map(context)
    return f"is not right: {detail['msg'].lower()}", "See docs/add-a-site.md."


def _subject(value: object, where: str) -> str:
    if isinstance(value, str) and value:
        value = re.sub(r"//[^/@]*@", "//***@", value)  # a password is not for the screen
        return f'"{value[:80]}…"' if len(value) > 80 else f'"{value}"'
    name = where.rpartition(".")[2]
    return "it" if not name or name.isdecimal() else name


def _what_is_missing(model: type[BaseModel], path: Path) -> str:
    owner = _model_at(model, path[:-1])
    described = owner.model_fields[str(path[-1])].description if owner else None
    return f"Add it: {described[0].lower()}{described[1:]}" if described else "Add it."


def _unknown_key(name: str, owner: type[BaseModel] | None) -> tuple[str, str]:
    fields = owner.model_fields if owner else {}
    known = [known for known, field in fields.items() if not field.exclude]
    return f"unknown key {name}", suggestion(name, known) or f"Known here: {', '.join(known)}."


def suggestion(name: str, known: Sequence[str]) -> str | None:
    """A remedy that names the nearest of the known names; None where none is near."""
    near = get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else None


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model that the value at a path is checked with."""
    current: type[BaseModel] | None = model
    for part in path:
        if current is None:
            return None
        if isinstance(part, str):
            fields = current.model_fields
            current = _model_in(fields[part].annotation) if part in fields else None
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((found for found in inner if found is not None), None)
