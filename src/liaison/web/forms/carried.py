"""How do the fields of an earlier message stand in the inputs of a form that carries it on?

    carried(form, {"data": {"lang": "en", "text": "Mail"}})      {"field.data": ["Mail"], "field.data.lang": ["en"]}

Invariants: what has no input of its own (observables, hashes) is left out and typed anew; `read_form` of what is given
here reads the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from liaison.messages.forms import Form
from liaison.web.forms.typed import ZONE, Typed, input_name
from liaison.wire.canonical import JSON


def carried(form: Form, fields: Mapping[str, JSON]) -> dict[str, list[str]]:
    """What is typed for these fields, times in UTC."""
    typed: dict[str, list[str]] = {input_name(ZONE): ["UTC"]}
    for name, value in fields.items():
        field = form.fields.get(name)
        if field is not None and field.type in _TYPED:
            typed |= {input_name(name, part): texts for part, texts in _TYPED[field.type](value).items()}
    return typed


def preset(form: Form, given: Typed) -> dict[str, list[str]]:
    """What an address may choose beforehand: codes and flags of the form, no words."""
    names = {input_name(each.name) for each in form.fields.values() if each.type in ("code", "flag")}
    return {name: list(texts)[:1] for name, texts in given.items() if name in names}


def _text(value: Any) -> dict[str, list[str]]:
    return {"": [value["text"]], "lang": [value["lang"]]}


def _one(value: Any) -> dict[str, list[str]]:
    return {"": [str(value)]}


_TYPED: Mapping[str, Callable[[Any], dict[str, list[str]]]] = MappingProxyType(
    {
        "text": _text,
        "line": _one,
        "code": _one,
        "count": _one,
        "date": _one,
        "codes": lambda value: {"": [str(each) for each in value]},
        "flag": lambda value: {"": ["yes" if value else "no"]},
        "languages": lambda value: {"": [", ".join(value)]},
        "norms": lambda value: {"": [f"{each['instrument']} {each['clause']}" for each in value]},
        "instant": lambda value: {"": [str(value).removesuffix("Z")]},
    }
)
