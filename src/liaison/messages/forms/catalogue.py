"""Which forms exist, which fields do they have, and which hash stands for them in a message?

    id = "line-test"           data/forms/line-test.toml
    version = 1
    re = "never"
    [fields.person_asked]
    type = "flag"
    required = true
    en = "A person shall answer"

    fields_of = "request"              data/fields/request.toml: what forms of one family share, each said once
    [fields]
    authority = "required"
    own_reference = "optional"

Invariants (docs/spec/forms.md):
- a published form never changes: another field is another version, and old versions stay readable;
- the hash covers identifier, version, stages, reference rule, desk kinds, whether it stays inside one participant or
  in exercises and, a field, name, type, limits, codes and whose desk it names: what two readers must agree on. Labels
  are left out;
- no form has a field that attributes; norms can be cited in diplomatic forms only.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

from liaison.errors import MalformedError
from liaison.messages.forms.codes import code_list
from liaison.wire.canonical import JSON, encode
from liaison.wire.identifiers import digest

ReRule = Literal["required", "optional", "never"]
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `most` limits characters of text, items of a list or a number, as the type says."""

    name: str
    type: str
    required: bool
    most: int
    codes: str | None
    en: str
    own: bool = False
    """Of a desk: it is one of the sender's own participant."""
    context: str = ""
    """Under what its label is translated: its form, or the family whose forms share it."""

    def commitment(self) -> dict[str, JSON]:
        """What of this field enters the form's hash."""
        codes = None if self.codes is None else sorted(code_list(self.codes))
        told: dict[str, JSON] = {"codes": codes, "most": self.most, "name": self.name, "required": self.required}
        return told | {"type": self.type} | ({"own": True} if self.own else {})


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form. `owed` says whether a person is expected to acknowledge a message in it, `inside` that
    it passes between desks of one participant only, `exercise` that it is never said in earnest."""

    id: str
    version: int
    re: ReRule
    stages: tuple[str, ...]
    sender_kinds: tuple[str, ...]
    diplomatic: bool
    owed: bool
    inside: bool
    exercise: bool
    fields: Mapping[str, Field]
    en: str
    purpose: str
    # What stands in every message in this form: `form_hash` of all the above, computed once.
    hash: str = ""


@functools.cache
def forms() -> Mapping[tuple[str, int], Form]:
    """Every form this version of the program can read, by identifier and version."""
    folder = resources.files("liaison.messages").joinpath("data/forms")
    pages = sorted((page for page in folder.iterdir() if page.name.endswith(".toml")), key=lambda page: page.name)
    read = [_read_form(tomllib.loads(page.read_text(encoding="utf-8"))) for page in pages]
    return MappingProxyType({(form.id, form.version): form for form in read})


def find_form(form: str, version: int) -> Form:
    """Raises MalformedError for a form or version that this program does not know."""
    try:
        return forms()[form, version]
    except KeyError as error:
        raise MalformedError("unknown-form", form=form, version=version) from error


@functools.cache
def latest_form(form: str) -> Form:
    """The newest version, the one to write in. Raises MalformedError for an unknown form."""
    versions = [version for name, version in forms() if name == form]
    return find_form(form, max(versions, default=0))


def form_hash(form: Form) -> str:
    """SHA-256 over what two readers of the form must agree on."""
    commitment: dict[str, JSON] = {
        "fields": [field.commitment() for _, field in sorted(form.fields.items())],
        "form": form.id,
        "re": form.re,
        "sender_kinds": list(form.sender_kinds),
        "stages": list(form.stages),
        "version": form.version,
    }
    # A key that is there only where it says something, so that the hashes of all other forms stay what they were.
    told: dict[str, JSON] = {name: True for name in ("exercise", "inside") if getattr(form, name)}
    return digest(encode(commitment | told))


def _read_form(page: Mapping[str, Any]) -> Form:
    family = page.get("fields_of", "")
    fields = {
        name: _shared_field(family, name, table) if isinstance(table, str) else _read_field(name, table, page["id"])
        for name, table in page.get("fields", {}).items()
    }
    form = Form(
        id=page["id"],
        version=page["version"],
        re=page["re"],
        stages=tuple(page.get("stages", ())),
        sender_kinds=tuple(sorted(page.get("sender_kinds", ()))),
        diplomatic=page.get("diplomatic", False),
        owed=page.get("owed", True),
        inside=page.get("inside", False),
        exercise=page.get("exercise", False),
        fields=MappingProxyType(fields),
        en=page["en"],
        purpose=page["purpose"],
    )
    return replace(form, hash=form_hash(form))


@functools.cache
def _family(name: str) -> Mapping[str, Mapping[str, Any]]:
    page = resources.files("liaison.messages").joinpath("data/fields").joinpath(f"{name}.toml")
    family: Mapping[str, Mapping[str, Any]] = tomllib.loads(page.read_text(encoding="utf-8"))[name]
    return family


def _shared_field(family: str, name: str, need: str) -> Field:
    return _read_field(name, {**_family(family)[name], "required": {"required": True, "optional": False}[need]}, family)


def _read_field(name: str, table: Mapping[str, Any], context: str) -> Field:
    return Field(
        name=name,
        type=table["type"],
        required=table.get("required", False),
        most=table.get("most", LONGEST_TEXT),
        codes=table.get("codes"),
        en=table["en"],
        own=table.get("own", False),
        context=context,
    )
