"""What does a form that came back say, and what in it cannot be sent as it is?

Invariants:
- an empty input is "not said": it makes no field, and a problem only where the form requires one;
- every type of `messages.forms` has one reader here, and what it gives has passed `check_value`.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from datetime import date
from types import MappingProxyType

from django.utils.translation import gettext, ngettext, pgettext

from liaison.errors import LiaisonError, MalformedError
from liaison.messages.forms import Field, Form
from liaison.messages.forms.checking import LONGEST_LINE, check_value
from liaison.messages.parties import DeskRef
from liaison.web.forms.instants import find_zone, parse_local
from liaison.web.forms.observables import line_words, read_lines
from liaison.web.forms.row_answers import read_answers
from liaison.web.forms.typed import ZONE, Typed, input_id, input_name
from liaison.web.words import explained
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant

_DIGEST = re.compile(r"(?:([0-9A-Fa-f]{64})[ \t*]+(.+?)|(.+?)[ \t]+([0-9A-Fa-f]{64}))")
FLAGS = {"yes": True, "no": False}


def _nobody(text: str) -> DeskRef:
    raise MalformedError("desk-unnamed", given=text[:80])


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that is offered, what it is called, and what one has to know of it."""

    value: str
    label: str
    meaning: str = ""


Offered = Mapping[str, tuple[Choice, ...]]
"""Under a heading each, empty for none: what is offered for a field."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who fills the form in: their zone (an IANA name) and language, how a desk they name is found, and, by the name of
    a field, what this case offers for it; any other value stays possible."""

    zone: str = "UTC"
    language: str = "en"
    find_desk: Callable[[str], DeskRef] = _nobody
    offered: Mapping[str, Offered] = member(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one input: its id on the page, a sentence, and what the field is called."""

    id: str
    words: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A form that came back: what was typed, the fields that could be read, and the problems with the others."""

    typed: Typed
    values: Mapping[str, JSON]
    problems: tuple[Problem, ...]
    zone: zoneinfo.ZoneInfo


@dataclass(slots=True)
class Inputs:
    """The inputs of one field."""

    field: Field
    typed: Typed
    around: Surroundings
    zone: zoneinfo.ZoneInfo
    problems: list[Problem] = member(default_factory=list)

    def one(self, part: str = "") -> str:
        """The text of an input without space around it; empty where nothing was typed."""
        return next(iter(self.typed.get(input_name(self.field.name, part), ())), "").strip()

    def many(self, part: str = "") -> list[str]:
        """Every text of an input that may stand several times."""
        return [text for text in self.typed.get(input_name(self.field.name, part), ()) if text]

    def wrong(self, words: str, part: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(input_id(self.field.name, part), words))


def read_form(form: Form, typed: Typed, around: Surroundings, *, complete: bool = True) -> Reading:
    """The values of every field that could be read; `complete` also asks for those that are required."""
    zone = find_zone(next(iter(typed.get(input_name(ZONE), ())), around.zone))
    values: dict[str, JSON] = {}
    problems: list[Problem] = []
    for name, each in form.fields.items():
        inputs = Inputs(each, typed, around, zone)
        value = _read_field(inputs)
        if value is not None:
            values[name] = value
        elif each.required and complete and not inputs.problems:
            inputs.wrong(gettext("This has to be filled in."))
        problems += [replace(found, label=pgettext(each.context, each.en)) for found in inputs.problems]
    return Reading(typed, MappingProxyType(values), tuple(problems), zone)


def _read_field(inputs: Inputs) -> JSON:
    value = READERS[inputs.field.type](inputs)
    if value is None or inputs.problems:
        return None
    try:
        check_value(inputs.field, value)
    except MalformedError as error:
        inputs.wrong(_unfit(error))
        return None
    return value


def _unfit(error: MalformedError) -> str:
    if error.code in ("field-unfit", "value-unfit"):
        return gettext("This is longer than allowed, or holds signs that cannot be sent.")
    return explained(error).what


def _fits(inputs: Inputs, text: str, most: int) -> bool:
    if len(text) <= most:
        return True
    words = ngettext(
        "At most %(most)s character is allowed; this has %(count)s.",
        "At most %(most)s characters are allowed; this has %(count)s.",
        most,
    )
    inputs.wrong(words % {"most": most, "count": len(text)})
    return False


def _text(inputs: Inputs) -> JSON:
    text = inputs.one()
    if not text or not _fits(inputs, text, inputs.field.most):
        return None
    return {"lang": inputs.one("lang") or inputs.around.language, "text": text}


def _line(inputs: Inputs) -> JSON:
    text = inputs.one()
    return text if text and _fits(inputs, text, min(inputs.field.most, LONGEST_LINE)) else None


def _code(inputs: Inputs) -> JSON:
    return inputs.one() or None


def _codes(inputs: Inputs) -> JSON:
    return sorted(set(inputs.many())) or None


def _languages(inputs: Inputs) -> JSON:
    return list(dict.fromkeys(re.findall(r"[^\s,;]+", inputs.one()))) or None


def _instant(inputs: Inputs) -> JSON:
    text = inputs.one()
    if not text:
        return None
    try:
        return format_instant(parse_local(text, inputs.zone))
    except MalformedError as error:
        inputs.wrong(explained(error).what)
        return None


def _date(inputs: Inputs) -> JSON:
    text = inputs.one()
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        inputs.wrong(gettext("Type a day as 2026-12-31."))
        return None


def _flag(inputs: Inputs) -> JSON:
    return FLAGS.get(inputs.one())


def _count(inputs: Inputs) -> JSON:
    text = inputs.one().replace(" ", "")
    if text and not (text.isascii() and text.isdigit() and int(text) <= inputs.field.most):
        inputs.wrong(gettext("Type a whole number in digits."))
        return None
    return int(text) if text else None


def _severity(inputs: Inputs) -> JSON:
    common, scale, level = inputs.one("common"), inputs.one("scale"), inputs.one("level")
    meaning = inputs.one("meaning")
    own = [scale, level, meaning]
    if any(own) and not all(own):
        empty = next(part for part in ("scale", "level", "meaning") if not inputs.one(part))
        inputs.wrong(gettext("A level of your own scale needs its scale, its level and what the level means."), empty)
        return None
    if not common and not any(own):
        return None
    told = {"lang": inputs.one("meaning.lang") or inputs.around.language, "text": meaning}
    return {
        "common": int(common) if common.isdigit() else None,
        "own": {"level": level, "meaning": told, "scale": scale} if all(own) else None,
    }


def _observables(inputs: Inputs) -> JSON:
    found, bad = read_lines(inputs.one(), inputs.zone)
    for line in bad[:20]:
        inputs.wrong(line_words(line))
    if len(bad) > 20:
        inputs.wrong(gettext("%(count)s more lines cannot be read.") % {"count": len(bad) - 20})
    if len(found) > inputs.field.most:
        inputs.wrong(gettext("At most %(most)s lines fit; attach more as a file.") % {"most": inputs.field.most})
    return found or None


def _digests(inputs: Inputs) -> JSON:
    items: list[JSON] = []
    for number, line in enumerate(inputs.one().split("\n"), start=1):
        if not line.strip():
            continue
        found = _DIGEST.fullmatch(line.strip())
        if found is None:
            words = gettext("Line %(number)s: a name of a file and its SHA-256 (64 digits) are expected.")
            inputs.wrong(words % {"number": number})
            continue
        items.append({"name": found[2] or found[3], "sha256": (found[1] or found[4]).lower()})
    return items or None


def _norms(inputs: Inputs) -> JSON:
    pairs = set[tuple[str, str]]()
    for said in norms_typed(inputs.many()):
        text, _, clause = said.partition(" ")
        if not clause or " " in clause:
            inputs.wrong(gettext("“%(said)s” names no norm of a text: choose it from the list.") % {"said": said[:80]})
        pairs.add((text, clause))
    if len(pairs) > inputs.field.most:
        words = gettext("At most %(most)s can be chosen; %(count)s are.")
        inputs.wrong(words % {"most": inputs.field.most, "count": len(pairs)})
    return [{"clause": clause, "instrument": instrument} for instrument, clause in sorted(pairs)] or None


def norms_typed(texts: Iterable[str]) -> tuple[str, ...]:
    """Each norm that is named once, as `text clause`: chosen one by one, or typed one a line, as drafts had it."""
    lines = (" ".join(line.split()) for text in texts for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _desk(inputs: Inputs) -> JSON:
    text = inputs.one()
    if not text:
        return None
    try:
        found = inputs.around.find_desk(text)
    except LiaisonError as error:
        inputs.wrong(explained(error).what)
        return None
    return {"desk": found.desk, "node": found.node, "participant": found.participant}


def _row_answers(inputs: Inputs) -> JSON:
    found = read_answers(inputs.one())
    if found is None:
        inputs.wrong(gettext("One a line: the rows, what became of them, and the ticket: 1-200,205 fixed RT#4711"))
    return found or None


READERS: Mapping[str, Callable[[Inputs], JSON]] = MappingProxyType(
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
