"""Does what was written fit its form?

Invariants (docs/spec/forms.md):
- a required field is there, an unknown field is not; an optional field that is empty is left out, never null;
- every type has one check in `CHECKS`; free text carries the tag of its language;
- a form may demand a stage, an earlier message, or a kind of desk that speaks;
- a form that stays inside one participant is for its desks only, whoever writes it and whoever receives it;
- a form for exercises is never in a message that is no exercise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NoReturn, TypeVar

import msgspec

from liaison.errors import MalformedError
from liaison.messages.forms.catalogue import Field, Form, find_form
from liaison.messages.forms.codes import code_list
from liaison.messages.forms.lines import fits_line
from liaison.messages.forms.observables import read_observables
from liaison.messages.forms.row_answers import read_row_answers
from liaison.messages.forms.severity import read_severity
from liaison.messages.forms.strict import strictly
from liaison.messages.message import Core
from liaison.messages.names import check_file_name
from liaison.messages.parties import DeskRef
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import Hash, LocalId, parse_instant

# Language, script and region of BCP 47, in the one letter case that the registry recommends.
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_CLAUSE = re.compile(r"[0-9A-Za-z][0-9A-Za-z().-]{0,31}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNFIT_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LONGEST_LINE = 500

T = TypeVar("T")
V = TypeVar("V")


class Digest(msgspec.Struct, frozen=True):
    """A file that is named by its hash and not sent."""

    name: str
    sha256: Hash


class Norm(msgspec.Struct, frozen=True, order=True):
    """One clause of an agreed text."""

    instrument: LocalId
    clause: str


def check_message_form(core: Core, fields: Mapping[str, JSON], *, sender_kind: str | None) -> Form:
    """The form of `core`, after core and fields were checked against it. Raises MalformedError."""
    form = find_form(core.form, core.form_version)
    if core.form_hash != form.hash:
        raise MalformedError("form-differs", form=form.id, version=form.version)
    if form.sender_kinds and sender_kind not in form.sender_kinds:
        raise MalformedError("form-of-another-kind-of-desk", form=form.id)
    if (core.stage is None) != (not form.stages) or (core.stage is not None and core.stage not in form.stages):
        raise MalformedError("stage-unfit", form=form.id)
    if (core.re is None and form.re == "required") or (core.re is not None and form.re == "never"):
        raise MalformedError("reference-unfit", form=form.id)
    if form.inside and any(desk.participant != core.sender.participant for desk in core.to):
        raise MalformedError("form-stays-inside", form=form.id)
    if form.exercise and not core.exercise:
        raise MalformedError("form-for-exercises", form=form.id)
    check_fields(form, fields)
    _check_own(form, fields, core.sender)
    return form


def _check_own(form: Form, fields: Mapping[str, JSON], sender: DeskRef) -> None:
    """Nobody speaks for a desk of another participant."""
    for name, field in form.fields.items():
        if field.own and name in fields and strictly(fields[name], DeskRef).participant != sender.participant:
            raise MalformedError("desk-of-another", form=form.id, field=name)


def check_fields(form: Form, fields: Mapping[str, JSON]) -> None:
    """Raises MalformedError for the first field that is missing, unknown or not of its type."""
    for name, field in form.fields.items():
        if field.required and name not in fields:
            raise MalformedError("field-missing", form=form.id, field=name)
    for name, value in sorted(fields.items()):
        if name not in form.fields:
            raise MalformedError("field-unknown", form=form.id, field=name)
        check_value(form.fields[name], value)


def check_value(field: Field, value: JSON) -> None:
    """Raises MalformedError when `value` is not of the field's type or beyond its limit."""
    CHECKS[field.type](field, value)


def _refuse(field: Field) -> NoReturn:
    raise MalformedError("field-unfit", field=field.name, type=field.type)


def _text(field: Field, value: JSON) -> None:
    if not isinstance(value, Mapping) or value.keys() != {"lang", "text"}:
        _refuse(field)
    lang, text = value["lang"], value["text"]
    if not isinstance(lang, str) or not _LANGUAGE.fullmatch(lang) or not isinstance(text, str):
        _refuse(field)
    if len(text) > field.most:
        raise MalformedError("field-too-long", field=field.name, most=field.most, count=len(text))
    if not text.strip() or _UNFIT_IN_TEXT.search(text):
        _refuse(field)


def _line(field: Field, value: JSON) -> None:
    if not fits_line(value, min(field.most, LONGEST_LINE)):
        _refuse(field)


def _code(field: Field, value: JSON) -> None:
    if not isinstance(value, str) or value not in code_list(field.codes or ""):
        _refuse(field)


def _codes(field: Field, value: JSON) -> None:
    items = _strings(field, value)
    if items != sorted(set(items)):
        _refuse(field)
    for item in items:
        _code(field, item)


def _languages(field: Field, value: JSON) -> None:
    items = _strings(field, value)
    if len(items) != len(set(items)) or not all(_LANGUAGE.fullmatch(item) for item in items):
        _refuse(field)


def _strings(field: Field, value: JSON) -> list[str]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= field.most:
        _refuse(field)
    items = [item for item in value if isinstance(item, str)]
    if len(items) != len(value):
        _refuse(field)
    return items


def _instant(field: Field, value: JSON) -> None:
    if not isinstance(value, str):
        _refuse(field)
    try:
        parse_instant(value)
    except MalformedError:
        _refuse(field)


def _date(field: Field, value: JSON) -> None:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        _refuse(field)
    try:
        date.fromisoformat(value)
    except ValueError:
        _refuse(field)


def _flag(field: Field, value: JSON) -> None:
    if not isinstance(value, bool):
        _refuse(field)


def _count(field: Field, value: JSON) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= field.most:
        _refuse(field)


def _severity(field: Field, value: JSON) -> None:
    read_severity(value)


def _observables(field: Field, value: JSON) -> None:
    if not 1 <= len(read_observables(value)) <= field.most:
        _refuse(field)


def _row_answers(field: Field, value: JSON) -> None:
    read_row_answers(value, most=field.most)


def _digests(field: Field, value: JSON) -> None:
    for item in _converted(field, value, tuple[Digest, ...]):
        check_file_name(item.name)


def _norms(field: Field, value: JSON) -> None:
    norms = _converted(field, value, tuple[Norm, ...])
    if norms != tuple(sorted(set(norms))) or not all(_CLAUSE.fullmatch(norm.clause) for norm in norms):
        _refuse(field)


def _desk(field: Field, value: JSON) -> None:
    _convert(field, value, DeskRef)


def _converted(field: Field, value: JSON, type_: type[tuple[T, ...]]) -> tuple[T, ...]:
    items = _convert(field, value, type_)
    if not 1 <= len(items) <= field.most:
        _refuse(field)
    return items


def _convert(field: Field, value: JSON, type_: type[V]) -> V:
    try:
        return strictly(value, type_)
    except MalformedError:
        _refuse(field)


CHECKS: Mapping[str, Callable[[Field, JSON], None]] = MappingProxyType(
    {
        "code": _code,
        "codes": _codes,
        "count": _count,
        "date": _date,
        "desk": _desk,
        "digests": _digests,
        "flag": _flag,
        "instant": _instant,
        "languages": _languages,
        "line": _line,
        "norms": _norms,
        "observables": _observables,
        "row-answers": _row_answers,
        "severity": _severity,
        "text": _text,
    }
)
