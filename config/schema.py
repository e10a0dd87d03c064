"""The JSON Schema of a site file, by which editors complete and check it while it is written.

Knows the written forms that models accept beside their own. `python -m config.schema` writes it.
"""

import json
from pathlib import Path
from typing import Any

from config.durations import PATTERN
from config.site import SOURCE_KINDS, SiteConfig

SCHEMA_FILE = Path(__file__).parent / "site.schema.json"

_DURATION = {"type": "string", "pattern": PATTERN, "minLength": 2}


def site_schema() -> dict[str, Any]:
    """The schema, in the dialect of 2020-12."""
    schema: dict[str, Any] = _plain(SiteConfig.model_json_schema())
    parts = schema["$defs"]
    del parts["RevisitStep"]
    parts["Revisit"] = {
        "description": parts["Revisit"]["description"],
        "type": ["string", "object"],
        "pattern": "^(learnt|ladder)$",
        "propertyNames": _DURATION,
        "additionalProperties": _DURATION,
        "examples": ["learnt", {"3h": "30m", "1d": "2h", "14d": "1d"}],
    }
    parts["SourceConfig"]["oneOf"] = [{"required": [kind]} for kind in SOURCE_KINDS]
    for rule in ("FieldRule", "LinkRule"):
        written_out = parts[rule]["anyOf"][1]
        written_out["oneOf"] = [{"required": ["css"]}, {"required": ["xpath"]}]
    selecting = parts["FieldRule"]["anyOf"][1]
    searching = {name: selecting["properties"][name] for name in ("regex", "all")}
    parts["FieldRule"]["anyOf"].append(
        {
            "type": "object",
            "properties": searching,
            "required": ["regex"],
            "additionalProperties": False,
        }
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A site of Morgue",
        **schema,
    }


def schema_text() -> str:
    """The schema as it stands in `config/site.schema.json`."""
    return json.dumps(site_schema(), indent=2, ensure_ascii=False) + "\n"


def _plain(part: Any) -> Any:
    """Without what pydantic adds for programs: titles, empty defaults, null beside every type."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    alternatives = [item for item in part.get("anyOf", []) if item != {"type": "null"}]
    if len(alternatives) == 1:
        part = alternatives[0] | {key: value for key, value in part.items() if key != "anyOf"}
    plain = {}
    for key, value in part.items():
        if key == "properties":
            plain[key] = {name: _plain(field) for name, field in value.items()}
        elif key not in {"title", "default"} or (key == "default" and value not in (None, [])):
            plain[key] = _plain(value)
    return plain


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
