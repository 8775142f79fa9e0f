"""What does a page need to draw the fields of a form, with what was typed and what is wrong with it?

Invariants: a view holds texts only, every one of them for the template to escape; a field whose codes are of classes
(`fraud:phishing`) offers them by class; a field of few codes shows them all at once, with what they mean. What most
messages leave out waits behind one press, open as soon as something stands in it or is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from django.utils.translation import gettext, pgettext

from liaison.messages.forms import Field, Form, code_list
from liaison.web.forms.reading import Offered, Reading, Surroundings, norms_typed
from liaison.web.forms.typed import Typed, input_id, input_name
from liaison.web.words import code_meaning, code_word

SHOWN_AT_ONCE = 6
SHORT_TEXT = 200
_NATIVE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?")
CLASSES = {"incident-type": "incident-class"}
"""Lists whose codes begin with a class, and the list that names the classes."""
USUAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "incident-notice": ("description", "observables"),
        "information-request": ("observables",),
        "assistance-request": ("observables",),
        "reply": ("information", "expected_by"),
        "request-answer": ("secured", "preserved_until", "provider_reference", "grounds", "reasons", "information"),
        "preservation-request": (
            *("clause", "own_reference", "penalty", "max_penalty_years", "data_kinds", "identifiers", "data_from"),
            *("data_to", "records_zone", "provider", "period_days", "urgency_reason", "confidential", "assistance_by"),
        ),
    }
)
"""What is said at once beside what a form requires, in this order; of other forms all is shown."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    value: str
    label: str
    meaning: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Options under a common heading, empty for those that have none."""

    label: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> int:
        """How many of them are chosen."""
        return sum(option.chosen for option in self.options)


@dataclass(frozen=True, slots=True)
class Part:
    """One input: where it is, what it is called, what stands in it."""

    name: str
    id: str
    label: str
    value: str = ""
    groups: tuple[Group, ...] = ()
    wrong: bool = False
    is_language: bool = False
    """Whether it says which language a text is in; the template knows the languages."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field: its main input, further ones by name, and how it is drawn."""

    draw: str
    name: str
    id: str
    label: str
    hint: str
    required: bool
    most: int
    value: str
    groups: tuple[Group, ...]
    parts: dict[str, Part]
    problems: tuple[str, ...]

    @property
    def filled(self) -> bool:
        """Whether the officer said something here; a language that is chosen beforehand is nothing said."""
        parts = (part.value for name, part in self.parts.items() if not name.endswith("lang"))
        return bool(self.value) or any(option.chosen for option in self.options) or any(parts)

    @property
    def options(self) -> tuple[Option, ...]:
        """All options, whatever their group."""
        return tuple(option for group in self.groups for option in group.options)

    @property
    def native(self) -> bool:
        """Whether a browser's own input for times shows what was typed; it would drop anything else."""
        return not self.value or _NATIVE.fullmatch(self.value) is not None


@dataclass(frozen=True, slots=True)
class FormView:
    """All fields of a form, and the zone that its times are typed in."""

    fields: tuple[FieldView, ...]
    more: tuple[FieldView, ...]
    zone: str
    zone_name: str

    @property
    def more_is_open(self) -> bool:
        """Whether something stands in the fields that wait, or is wrong with them."""
        return any(each.filled or each.problems for each in self.more)


def show_form(form: Form, read: Reading, around: Surroundings) -> FormView:
    """The fields of a form with what was typed so far: first what it requires, then what is usual, then the others."""
    usual = USUAL.get(form.id)
    first = sorted((each for each in form.fields.values() if each.required or usual is None), key=_after_required)
    first += [form.fields[name] for name in usual or ()]
    rest = [each for each in form.fields.values() if each not in first]
    shown, more = (tuple(_show_field(form, each, read, around) for each in part) for part in (first, rest))
    return FormView(shown, more, input_name("zone"), read.zone.key)


def _after_required(field: Field) -> bool:
    return not field.required


def _show_field(form: Form, field: Field, read: Reading, around: Surroundings) -> FieldView:
    typed = read.typed.get(input_name(field.name), ())
    chosen = frozenset(norms_typed(typed) if field.type == "norms" else typed)
    offered = around.offered.get(field.name)
    groups = tuple(_groups(field, chosen) if offered is None else _offered(field, offered, chosen))
    here = input_id(field.name)
    return FieldView(
        draw=_drawn(field, groups),
        name=input_name(field.name),
        id=here,
        label=pgettext(field.context, field.en),
        hint=_hint(field) if offered is None else _hint_of_list(field),
        required=field.required,
        most=field.most,
        value=_value(read.typed, field.name),
        groups=groups,
        parts=_parts(field, read, around),
        problems=tuple(each.words for each in read.problems if each.id == here or each.id.startswith(here + "-")),
    )


def _drawn(field: Field, groups: tuple[Group, ...]) -> str:
    """Which piece of the template draws it."""
    if field.type == "code":
        return "radios" if sum(len(group.options) for group in groups) <= SHOWN_AT_ONCE else "select"
    if field.type == "text":
        return "short-text" if field.most <= SHORT_TEXT else "text"
    if groups and field.type in _DRAWN_OF_A_LIST:
        return _DRAWN_OF_A_LIST[field.type]
    same = {"codes": "checkboxes", "flag": "radios", "languages": "line", "desk": "line", "count": "line"}
    same |= {"observables": "lines", "digests": "lines", "norms": "lines", "row-answers": "lines"}
    return same.get(field.type, field.type)


_DRAWN_OF_A_LIST: Mapping[str, str] = MappingProxyType({"line": "select", "norms": "texts"})
"""How a field is drawn that could hold anything, where there is a list to choose from."""


def _hint_of_list(field: Field) -> str:
    """How to choose from what is offered."""
    if field.type == "norms":
        return gettext("Open a text and choose. What stands in none of them is said in your own words.")
    return _hint(field)


def _hint(field: Field) -> str:
    """How to fill it in, where its label does not say."""
    match field.type:
        case "observables":
            return gettext(
                "One a line: an address, network, AS number, domain, URL, mail address, hash or vulnerability; behind "
                "it what is known: port, protocol, when first and last seen, how often. "
                "Times without an offset are yours."
            )
        case "digests":
            return gettext("One a line: the SHA-256 and the name of the file, as sha256sum prints them.")
        case "languages":
            return gettext("Language tags, the preferred one first: fr, en")
        case "desk":
            return gettext("A code, or a code and a contact centre: XD or XD/duty")
        case "row-answers":
            return gettext("One a line: the rows, what became of them, and the ticket: 1-200,205 fixed RT#4711")
        case "norms":
            return gettext("One a line: the short name of the text and the number of its clause.")
    return ""


def _groups(field: Field, chosen: frozenset[str]) -> Iterator[Group]:
    if field.type == "flag":
        words = (("yes", gettext("Yes")), ("no", gettext("No")))
        yield Group("", tuple(Option(code, word, chosen=code in chosen) for code, word in words))
    if field.codes is None:
        return
    classes = CLASSES.get(field.codes)
    for begin, codes in groupby(code_list(field.codes), key=lambda code: code.split(":")[0] if classes else ""):
        yield Group(code_word(classes, begin) if classes else "", _options(field.codes, codes, chosen))


def _offered(field: Field, offered: Offered, chosen: frozenset[str]) -> Iterator[Group]:
    """What is offered, and what was chosen before and is not."""
    values = {each.value for choices in offered.values() for each in choices}
    for label, choices in offered.items():
        options = (Option(each.value, each.label, each.meaning, each.value in chosen) for each in choices)
        yield Group(label, tuple(options))
    if others := sorted(each for each in chosen - values if each):
        words = (code_word(field.codes, each) if field.codes is not None else each for each in others)
        options = (Option(each, word, chosen=True) for each, word in zip(others, words, strict=True))
        yield Group(gettext("Chosen before, and not offered here"), tuple(options))


def _options(codes: str, these: Iterable[str], chosen: frozenset[str]) -> tuple[Option, ...]:
    return tuple(Option(each, code_word(codes, each), code_meaning(codes, each), each in chosen) for each in these)


def _parts(field: Field, read: Reading, around: Surroundings) -> dict[str, Part]:
    if field.type == "text":
        return {"lang": _language(field, "lang", read, around)}
    if field.type != "severity":
        return {}
    common = frozenset({_value(read.typed, field.name, "common")})
    levels = _options("severity-common", code_list("severity-common"), common)
    parts = {"common": _part(field, "common", gettext("On the common scale, by impact"), read, levels)}
    for part, label in (
        ("scale", gettext("Name of your own scale")),
        ("level", gettext("Level on that scale")),
        ("meaning", gettext("What that level means, in a sentence")),
    ):
        parts[part] = _part(field, part, label, read)
    return parts | {"lang": _language(field, "meaning.lang", read, around)}


def _part(field: Field, part: str, label: str, read: Reading, options: tuple[Option, ...] = ()) -> Part:
    here = input_id(field.name, part)
    groups = (Group("", options),) if options else ()
    wrong = any(each.id == here for each in read.problems)
    return Part(input_name(field.name, part), here, label, _value(read.typed, field.name, part), groups, wrong)


def _language(field: Field, part: str, read: Reading, around: Surroundings) -> Part:
    chosen = _value(read.typed, field.name, part) or around.language
    label = gettext("Language of this text")
    return Part(input_name(field.name, part), input_id(field.name, part), label, chosen, is_language=True)


def _value(typed: Typed, name: str, part: str = "") -> str:
    return next(iter(typed.get(input_name(name, part), ())), "")
