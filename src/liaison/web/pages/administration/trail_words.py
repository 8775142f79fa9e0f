"""What does a line of the audit trail say in the reader's language? Its codes as words, each value by its own list.

    trail_words(row)       what="A role was given"  details=(Detail("role", "Officer"), …)

Invariants: what has no word is shown as the code it is, so that a line of a later version is never left out; details
stand in the order of their names, times last, for each database keeps them in its own; the files that are taken away
keep the codes, whose hashes they carry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext

from liaison.errors import MalformedError
from liaison.messages.forms import latest_form
from liaison.node.services.people.told_trail import NAMING_OFFICERS, TrailRead
from liaison.web.words import babel_locale, code_word, day_begun, day_words, form_word, listed, moment


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing a line says: its name and value in words; `code` where the value is an identifier or a number, `own`
    where it is the name of a person."""

    name: str
    value: str
    code: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class TrailWords:
    """A line in words."""

    what: str
    details: tuple[Detail, ...]


def trail_words(row: TrailRead) -> TrailWords:
    """The words of a line."""
    line = row.line
    ordered = sorted(line.params, key=lambda name: (name in _TIMES, name))
    said = ((name, line.params[name]) for name in ordered if line.params[name] not in ("", [], None))
    return TrailWords(action_word(line.action), tuple(_detail(row, name, value) for name, value in said))


def action_word(action: str) -> str:
    """What was done."""
    return code_word("audit-action", action)


def _detail(row: TrailRead, name: str, value: Any) -> Detail:
    at = _instant(value) if name in _TIMES else None
    if at is not None:
        return _time(row.line.action, name, at)
    word = code_word("audit-detail", name)
    if name in NAMING_OFFICERS:
        return _officers(word, value if isinstance(value, list) else [value], row.people)
    if isinstance(value, bool):
        return Detail(word, gettext("Yes") if value else gettext("No"))
    text = listed(map(str, value)) if isinstance(value, list) else str(value)
    shown = _VALUES[name](text) if name in _VALUES else text
    return Detail(word, shown, code=shown == text)


def _officers(word: str, numbers: list[Any], people: Mapping[str, str]) -> Detail:
    """Officers by their names; by their numbers where one is known no more."""
    known = all(str(each) in people for each in numbers)
    names = listed(people.get(str(each), str(each)) for each in numbers)
    return Detail(word, names, code=not known, own=known)


def _time(action: str, name: str, at: datetime) -> Detail:
    """A time by the reader's clock; a deputy's as days, where they are days of the reader's too."""
    begun = day_begun(at) if action == "deputy-named" else None
    if begun is None:
        return Detail(code_word("audit-detail", name), moment(at))
    last = name == "until"
    shown, _ = day_words(begun - timedelta(days=last), babel_locale())
    return Detail(code_word("audit-detail", "last_day" if last else name), shown)


def _instant(value: Any) -> datetime | None:
    """The instant that a value names; None of any other, as the hours of a layer."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _form(form: str) -> str:
    try:
        return form_word(latest_form(form))
    except MalformedError:  # The form of a file, or of a later version.
        return form


_TIMES = frozenset({"begins", "ends", "until"})
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
