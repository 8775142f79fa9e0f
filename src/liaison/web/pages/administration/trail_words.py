"""What does a line of the audit trail say in the reader's language? Its codes as words, each value by its own list.

    trail_words(line)      what="A role was given"  details=(Detail("role", "Officer"), …)

Invariants: what has no word is shown as the code it is, so that a line of a later version is never left out; the files
that are taken away keep the codes, whose hashes they carry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext

from liaison.errors import MalformedError
from liaison.messages.forms import latest_form
from liaison.node.services.people.audit import AuditLine
from liaison.web.words import code_word, form_word, listed


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing a line says: its name and value in words; `code` where the value is an identifier or a number."""

    name: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class TrailWords:
    """A line in words."""

    what: str
    details: tuple[Detail, ...]


def trail_words(line: AuditLine) -> TrailWords:
    """The words of a line."""
    return TrailWords(action_word(line.action), tuple(_details(line.params)))


def action_word(action: str) -> str:
    """What was done."""
    return code_word("audit-action", action)


def _details(params: Mapping[str, Any]) -> list[Detail]:
    said = ((name, value) for name, value in params.items() if value not in ("", [], None))
    return [_detail(name, value) for name, value in said]


def _detail(name: str, value: Any) -> Detail:
    word = code_word("audit-detail", name)
    if isinstance(value, bool):
        return Detail(word, gettext("Yes") if value else gettext("No"))
    text = listed(map(str, value)) if isinstance(value, list) else str(value)
    shown = _VALUES[name](text) if name in _VALUES else text
    return Detail(word, shown, code=shown == text)


def _form(form: str) -> str:
    try:
        return form_word(latest_form(form))
    except MalformedError:  # The form of a file, or of a later version.
        return form


_LISTS = {
    "cleared": "cleared",
    "demand": "demand",
    "method": "sign-in-method",
    "purpose": "share-purpose",
    "role": "role",
    "silence": "silence",
    "step": "leaving-step",
    "urgency": "urgency",
}
_VALUES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"form": _form} | {name: partial(code_word, of) for name, of in _LISTS.items()}
)
