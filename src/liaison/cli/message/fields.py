"""How do words typed after `--field` become the values a form wants?

    title=Scanning             text    {"lang": "en", "text": "Scanning"}
    incident_type=fraud:…      code    "fraud:…"
    by_duty_desk=yes           flag    true
    rows=12                    count   12
    sectors=energy,water       codes   ["energy", "water"]

Invariants: what needs more structure (observables, severity) comes as JSON; the form itself checks every value.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from liaison.errors import UsageError
from liaison.messages.forms import latest_form

FLAGS = {"yes": True, "true": True, "no": False, "false": False}


def read_fields(form: str, given: Sequence[str], file: Path | None, *, lang: str) -> dict[str, Any]:
    """The fields of a message. Raises UsageError, MalformedError for a form that is not known."""
    types = {name: field.type for name, field in latest_form(form).fields.items()}
    fields = _from_file(file) if file is not None else {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in types:
            raise UsageError("field-not-known", form=form, field=name[:32])
        fields[name] = _value(types[name], value, lang)
    return fields


def _from_file(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError("file-not-readable", path=str(path), reason=error.strerror or "unknown") from error
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise UsageError("fields-not-json", path=str(path), line=line) from error
    if not isinstance(value, dict):
        raise UsageError("fields-not-json", path=str(path), line=1)
    return value


def _value(type_: str, text: str, lang: str) -> Any:
    if type_ == "text":
        return {"lang": lang, "text": text}
    if type_ == "flag":
        return FLAGS.get(text.lower(), text)
    if type_ == "count" and text.isdecimal():
        return int(text)
    if type_ in ("codes", "languages") and not text.startswith("["):
        return sorted(text.split(","))
    if type_ in ("code", "line", "instant", "date"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
