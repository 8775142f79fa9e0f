"""What happens in an exercise, to whom, when, and what is expected of them?

    id = "hospitals"
    version = 1
    lang = "en"
    en = "Ransomware in hospitals across borders"
    purpose = "Practise …"

    [roles.first]
    kind = "technical"
    en = "CSIRT of the country where it begins"

    [injects.first-call]
    minutes = 0                                       after the desk's exercise began, or after what `after` names
    to = ["first"]
    urgency = "urgent"
    en = "A hospital reports locked systems"
    text = "At 02:40 local time …"
    expected = [
        { action = "acknowledged", within = 15 },
        { action = "told", to = "second", form = "incident-notice", within = 60 },
    ]

    [injects.second-call]
    after = { inject = "first-call", action = "told" }
    at_latest = 90                                    sent then in any case; without it, never if it does not happen
    …

Invariants (docs/spec/exercises.md):
- an inject waits for time or for what was done about an earlier inject, never for itself or a later one;
- nobody expects what nobody plays: each role and inject that is named is there;
- what an inject says fits the form it is sent in, so that nothing of a scenario that holds together fails on its day;
- an unknown member is refused, so that a mistyped one is not a wish that nobody sees.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from importlib import resources

import msgspec

from liaison.errors import MalformedError
from liaison.messages.forms import forms
from liaison.messages.forms.catalogue import latest_form
from liaison.messages.forms.checking import check_value
from liaison.messages.message import Urgency
from liaison.register.vocabulary import DeskKind
from liaison.wire.typed import convert

INJECT = "exercise-inject"
MOST_BYTES = 256 * 1024
MOST_ROLES, MOST_INJECTS, MOST_EXPECTED = 64, 200, 10
LONGEST = timedelta(days=14)
_ID = re.compile(r"[a-z0-9-]{1,32}")


class Act(StrEnum):
    """What somebody may do about an inject."""

    ACKNOWLEDGED = "acknowledged"
    """A person at the desk acknowledged it."""
    ANSWERED = "answered"
    """The desk wrote in the case of the inject, in the form that is named or in any but an acknowledgement."""
    TOLD = "told"
    """The desk wrote to a desk that plays the role that is named, with exercise control among the parties."""


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part to be played, by one desk or by several of the kind."""

    kind: DeskKind
    en: str


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a desk that gets an inject is expected to do, within how many minutes."""

    action: Act
    within: int
    to: str = ""
    form: str = ""


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an inject waits for."""

    inject: str
    action: Act


class Inject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One event of an exercise."""

    to: tuple[str, ...]
    en: str
    text: str
    minutes: int = 0
    urgency: Urgency = "urgent"
    after: After | None = None
    at_latest: int | None = None
    expected: tuple[Expected, ...] = ()


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario. `lang` is the language of its texts."""

    id: str
    version: int
    en: str
    purpose: str
    roles: dict[str, Role]
    injects: dict[str, Inject]
    lang: str = "en"


def decode_scenario(data: bytes) -> Scenario:
    """A scenario from its file. Raises MalformedError with the place of what is wrong."""
    if len(data) > MOST_BYTES:
        raise MalformedError("scenario-too-large", most=MOST_BYTES)
    try:
        # Composed, as signed texts must be, whatever the editor wrote.
        scenario = convert(tomllib.loads(unicodedata.normalize("NFC", data.decode("utf-8"))), Scenario)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise MalformedError("scenario-unreadable", reason=_short(str(error))) from error
    _check(scenario)
    return scenario


def say_in(scenario: Scenario, lang: str, translate: Callable[[str], str]) -> Scenario:
    """The same scenario with each of its texts in another language."""
    roles = {name: msgspec.structs.replace(role, en=translate(role.en)) for name, role in scenario.roles.items()}
    injects = {
        name: msgspec.structs.replace(inject, en=translate(inject.en), text=translate(inject.text))
        for name, inject in scenario.injects.items()
    }
    title, purpose = translate(scenario.en), translate(scenario.purpose)
    return msgspec.structs.replace(scenario, lang=lang, en=title, purpose=purpose, roles=roles, injects=injects)


def shipped_scenarios() -> Mapping[str, bytes]:
    """The scenarios that come with the program, by their id, as their files have them."""
    folder = resources.files("liaison.duty.exercises").joinpath("data/scenarios")
    pages = sorted((page for page in folder.iterdir() if page.name.endswith(".toml")), key=lambda page: page.name)
    return {page.name.removesuffix(".toml"): page.read_bytes() for page in pages}


def _check(page: Scenario) -> None:
    if not _ID.fullmatch(page.id) or page.version < 1:
        raise _bad("id")
    for name, table, most in (("roles", page.roles, MOST_ROLES), ("injects", page.injects, MOST_INJECTS)):
        if not 1 <= len(table) <= most or not all(map(_ID.fullmatch, table)):
            raise _bad(name)
    texts = [page.en, page.purpose, *(role.en for role in page.roles.values())]
    if not all(_one_line(text, 300) for text in texts):
        raise _bad("en")
    if not _fits(page.lang, title=page.en):
        raise _bad("lang")
    earlier: list[str] = []
    for name, inject in page.injects.items():
        _check_inject(page, name, inject, earlier)
        earlier.append(name)


def _check_inject(page: Scenario, name: str, inject: Inject, earlier: list[str]) -> None:
    if not inject.to or len(set(inject.to)) != len(inject.to) or not set(inject.to) <= page.roles.keys():
        raise _bad(f"injects.{name}.to")
    if not _one_line(inject.en, 200) or not _fits(page.lang, title=inject.en, situation=inject.text):
        raise _bad(f"injects.{name}.text")
    after = inject.after
    if after is not None and after.inject not in earlier:
        raise _bad(f"injects.{name}.after")
    if inject.at_latest is not None and after is None:
        raise _bad(f"injects.{name}.at_latest")
    longest = LONGEST // timedelta(minutes=1)
    if not all(0 <= each <= longest for each in (inject.minutes, inject.at_latest or 0)):
        raise _bad(f"injects.{name}.minutes")
    if len(inject.expected) > MOST_EXPECTED:
        raise _bad(f"injects.{name}.expected")
    known = {form for form, _ in forms()}
    for expected in inject.expected:
        told = expected.action is Act.TOLD
        if (told and expected.to not in page.roles) or (not told and expected.to):
            raise _bad(f"injects.{name}.expected")
        if expected.form and (expected.form not in known or expected.action is Act.ACKNOWLEDGED):
            raise _bad(f"injects.{name}.expected")
        if not 1 <= expected.within <= longest:
            raise _bad(f"injects.{name}.expected")


def _fits(lang: str, **texts: str) -> bool:
    """Whether these fields of an inject can be sent."""
    form = latest_form(INJECT)
    try:
        for name, text in texts.items():
            check_value(form.fields[name], {"lang": lang, "text": text})
    except MalformedError:
        return False
    return True


def _one_line(text: str, most: int) -> bool:
    return 1 <= len(text) <= most and text.isprintable()


def _bad(place: str) -> MalformedError:
    return MalformedError("scenario-inconsistent", place=_short(place))


def _short(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:200]
