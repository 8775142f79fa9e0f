"""How are the fields of a form read by a person, on a page that changes nothing?

Invariants: a field that is not said is not listed; text keeps its language and direction; a code is told by its label
in the reader's language; what this program does not know is shown as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext, pgettext

from liaison.messages.forms import Field, Form
from liaison.web.words import code_meaning, code_word
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant


@dataclass(frozen=True, slots=True)
class Told:
    """One field: its label and what it says, as text, lines of code, or an instant."""

    name: str
    label: str
    text: str = ""
    lang: str = ""
    lines: tuple[str, ...] = ()
    at: datetime | None = None


def tell_fields(form: Form, values: Mapping[str, JSON]) -> list[Told]:
    """Every field that is said, in the order of the form."""
    return [_tell(form, field, values[name]) for name, field in form.fields.items() if name in values]


def _tell(form: Form, field: Field, value: JSON) -> Told:
    label = pgettext(form.id, field.en)
    told = TELLERS.get(field.type, _plain)(field, value)
    return Told(field.name, label, **told)


def _plain(field: Field, value: Any) -> dict[str, Any]:
    return {"text": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}


def _text(field: Field, value: Any) -> dict[str, Any]:
    return {"text": value["text"], "lang": value["lang"]}


def _code(field: Field, value: Any) -> dict[str, Any]:
    return {"text": code_word(field.codes or "", value)}


def _codes(field: Field, value: Any) -> dict[str, Any]:
    return {"text": " · ".join(code_word(field.codes or "", each) for each in value)}


def _flag(field: Field, value: Any) -> dict[str, Any]:
    return {"text": gettext("Yes") if value else gettext("No")}


def _instant(field: Field, value: Any) -> dict[str, Any]:
    return {"at": parse_instant(value)}


def _severity(field: Field, value: Any) -> dict[str, Any]:
    parts = []
    if value["common"] is not None:
        level = str(value["common"])
        parts.append(f"{code_word('severity-common', level)}: {code_meaning('severity-common', level)}")
    if value["own"] is not None:
        own = value["own"]
        parts.append(f"{own['scale']}, {own['level']}: {own['meaning']['text']}")
    return {"text": "\n".join(parts)}


def _observables(field: Field, value: Any) -> dict[str, Any]:
    return {"lines": tuple(_observable(each) for each in value)}


def _observable(item: Mapping[str, Any]) -> str:
    ports = (item["source_port"], item["destination_port"])
    port = f"{ports[0] or ''}>{ports[1]}" if ports[1] is not None else ports[0]
    times = [each for each in (item["first_seen"], item["last_seen"]) if each]
    count = f"x{item['count']}" if item["count"] is not None else None
    words = (item["value"], port, item["protocol"], item["role"], *times, count)
    return " ".join(str(word) for word in words if word is not None)


def _digests(field: Field, value: Any) -> dict[str, Any]:
    return {"lines": tuple(f"{each['sha256']}  {each['name']}" for each in value)}


def _norms(field: Field, value: Any) -> dict[str, Any]:
    return {"lines": tuple(f"{each['instrument']} {each['clause']}" for each in value)}


TELLERS: Mapping[str, Callable[[Field, Any], dict[str, Any]]] = MappingProxyType(
    {
        "code": _code,
        "codes": _codes,
        "digests": _digests,
        "flag": _flag,
        "instant": _instant,
        "norms": _norms,
        "observables": _observables,
        "severity": _severity,
        "text": _text,
    }
)
