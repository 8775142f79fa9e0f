"""How does a field of a message stand on a page: coded ones in the reader's language, free text in its own?

    ShownField(label="Type of incident", kind="code", value="Scanning", …)

Invariants: a value of a form that this program does not know is shown as it came; nothing here is marked safe, so the
template escapes all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from liaison.errors import LiaisonError
from liaison.messages.forms import Field, Form, find_form
from liaison.messages.forms.observables import Observable, read_observables
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef
from liaison.web.names import DeskNames
from liaison.web.words import code_meaning, code_word, field_word, form_word, norm_word, of_a_text
from liaison.wire.canonical import JSON, encode
from liaison.wire.identifiers import parse_instant


@dataclass(frozen=True, slots=True)
class Meant:
    """A code in the reader's words."""

    word: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field; `kind` names the piece of the template that draws `value`."""

    name: str
    label: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class ShownObservable:
    """One observable with its times as instants."""

    what: Observable
    first_seen: Any
    last_seen: Any


def form_title(core: Core) -> str:
    """What the form of a message is called; a form that is not known here by its identifier."""
    form = _form(core)
    return form_word(form) if form is not None else core.form


def shown_fields(core: Core, fields: Mapping[str, JSON], names: DeskNames) -> list[ShownField]:
    """The fields of a message in the order of its form."""
    form = _form(core)
    if form is None:
        return [ShownField(name, name, "raw", _raw(value)) for name, value in sorted(fields.items())]
    return list(fields_of(form, core.register, fields, names))


def _form(core: Core) -> Form | None:
    try:
        return find_form(core.form, core.form_version)
    except LiaisonError:
        return None


def fields_of(form: Form, register: str, fields: Mapping[str, JSON], names: DeskNames) -> Iterator[ShownField]:
    """The fields of a form as every reader of a message sees them."""
    for name, field in form.fields.items():
        if name not in fields:
            continue
        value, label = fields[name], field_word(form, name)
        if field.type == "desk":
            yield ShownField(name, label, "desk", _desk(register, value, names))
        elif said := of_a_text(field, str(value), fields.get("instrument")) if field.type == "line" else "":
            yield ShownField(name, label, field.type, said)
        else:
            yield ShownField(name, label, field.type, SHOWING.get(field.type, _as_it_is)(field, value))


def _as_it_is(field: Field, value: Any) -> Any:
    return value


def _desk(register: str, value: Any, names: DeskNames) -> Any:
    return names.of(register, DeskRef(value["participant"], value["node"], value["desk"]))


def _code(field: Field, value: Any) -> Meant:
    return Meant(code_word(field.codes or "", value), code_meaning(field.codes or "", value))


def _codes(field: Field, value: Any) -> list[Meant]:
    return [_code(field, each) for each in value]


def _date(field: Field, value: Any) -> Any:
    return date.fromisoformat(value)


def _instant(field: Field, value: Any) -> Any:
    return parse_instant(value)


def _observables(field: Field, value: Any) -> list[ShownObservable]:
    return [shown_observable(each) for each in read_observables(value)]


def shown_observable(what: Observable) -> ShownObservable:
    """An observable with its times as instants."""
    return ShownObservable(what, *(parse_instant(at) if at else None for at in (what.first_seen, what.last_seen)))


def _severity(field: Field, value: Any) -> dict[str, Any]:
    common = value["common"]
    said = Meant(code_word("severity-common", str(common)), code_meaning("severity-common", str(common)))
    return {"common": said if common is not None else None, "own": value["own"]}


def _norms(field: Field, value: Any) -> list[str]:
    return [norm_word(each["instrument"], each["clause"]) for each in value]


def _raw(value: JSON) -> str:
    return encode(value).decode()


SHOWING: Mapping[str, Callable[[Field, Any], Any]] = MappingProxyType(
    {
        "code": _code,
        "codes": _codes,
        "date": _date,
        "instant": _instant,
        "norms": _norms,
        "observables": _observables,
        "severity": _severity,
    }
)
