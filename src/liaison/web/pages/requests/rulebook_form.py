"""How does a rulebook become a form, and a form that came back a rulebook?

    typed = typed_rules(rulebook, today)          what stands in the inputs
    rules, problems = read_rulebook(typed)        what they say, or what is wrong with which of them

    authority  as_of  languages  urgent_languages  way.1…way.6  encryption  signature  remarks
    step.decided                        days          rule.preservation-request.taken     yes | no | nothing
    rule.preservation-request.desk      node/desk     rule.preservation-request.fields    names, several times

Invariants: a form is in the rulebook only where something was said of it; what the register or the catalogue does not
take is told at its input; what was typed stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from django.utils.translation import gettext

from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.clock_rules import Event
from liaison.cooperation.rulebook import OWN_STEPS, check_rulebook
from liaison.errors import UsageError
from liaison.messages.forms import latest_form
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.services.people.officers import Seat
from liaison.register.records import RequestWay, Rulebook
from liaison.web.forms import Problem, Typed
from liaison.web.forms.typed import parted
from liaison.web.words import code_word, explained, field_word, form_word
from liaison.wire.typed import convert

TAKEN = {"yes": True, "no": False}
STEPS = tuple(event.value for event in Event if event in OWN_STEPS)
TEXTS = ("authority", "as_of", "languages", "urgent_languages", "remarks")
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class RuleView:
    """The inputs about one form of request."""

    form: str
    title: str
    taken: str
    desk: str
    fields: tuple[tuple[str, str, bool], ...]
    said: bool


def typed_rules(rules: Rulebook | None, today: date) -> dict[str, list[str]]:
    """What stands in the inputs for these rules; for none, today and this line."""
    if rules is None:
        return {"as_of": [today.isoformat()], "way.1": [RequestWay.LINE.value]}
    typed = {"authority": [rules.authority], "as_of": [rules.as_of], "remarks": [rules.remarks or ""]}
    typed |= {name: [", ".join(getattr(rules, name))] for name in ("languages", "urgent_languages")}
    typed |= {f"way.{number}": [each.value] for number, each in enumerate(rules.ways, 1)}
    typed |= {name: ["on"] for name in ("encryption", "signature") if getattr(rules, name)}
    typed |= {f"step.{each.step}": [str(each.days)] for each in rules.steps}
    for each in rules.requests:
        typed[f"rule.{each.form}.taken"] = ["yes" if each.taken else "no"]
        typed[f"rule.{each.form}.desk"] = [f"{each.desk.node}/{each.desk.desk}" if each.desk is not None else ""]
        typed[f"rule.{each.form}.fields"] = list(each.fields)
    return typed


def view_of(node: Node, seat: Seat, typed: Typed) -> dict[str, Any]:
    """The form with what was typed."""
    chosen = [_one(typed, f"way.{number}") for number in range(1, len(RequestWay) + 1)]
    return {name: _one(typed, name) for name in (*TEXTS, "encryption", "signature")} | {
        "ways": [each.value for each in RequestWay],
        "chosen_ways": list(enumerate(chosen, 1)),
        "steps": [(each, code_word("own-step", each), _one(typed, f"step.{each}")) for each in STEPS],
        "rules": list(_rule_views(typed)),
        "desks": list(_own_desks(node, seat)),
    }


def _rule_views(typed: Typed) -> Iterator[RuleView]:
    for name in load_catalogue():
        form, chosen = latest_form(name), typed.get(f"rule.{name}.fields", ())
        fields = tuple((each, field_word(form, each), each in chosen) for each in form.fields)
        taken, desk = _one(typed, f"rule.{name}.taken"), _one(typed, f"rule.{name}.desk")
        yield RuleView(name, form_word(form), taken, desk, fields, bool(taken or desk or chosen))


def _own_desks(node: Node, seat: Seat) -> Iterator[str]:
    """The desks of the participant, as a rule names one."""
    state = register_facts(node, seat.register).participant(seat.desk.participant)
    if state is not None:
        for name, at in sorted(state.nodes.items()):
            yield from (f"{name}/{desk}" for desk, each in sorted(at.desks.items()) if each.withdrawn_index is None)


def read_rulebook(typed: Typed) -> tuple[Rulebook | None, tuple[Problem, ...]]:
    """What was typed, or what is wrong with it."""
    wrong: list[Problem] = []
    values: dict[str, Any] = {
        "authority": _one(typed, "authority"),
        "as_of": _one(typed, "as_of"),
        "languages": _tags(typed, "languages"),
        "urgent_languages": _tags(typed, "urgent_languages"),
        "ways": _ways(typed),
        "encryption": _one(typed, "encryption") == "on",
        "signature": _one(typed, "signature") == "on",
        "requests": list(_rules(typed)),
        "steps": list(_steps(typed, wrong)),
        "remarks": _one(typed, "remarks") or None,
    }
    required = {"authority": gettext("Name the authority."), "languages": gettext("Name at least one language.")}
    required["ways"] = gettext("Choose at least one way.")
    wrong += [
        Problem("way-1" if name == "ways" else name, words) for name, words in required.items() if not values[name]
    ]
    if wrong:
        return None, tuple(wrong)
    try:
        rules = convert(values, Rulebook)
        check_rulebook(rules)
    except msgspec.ValidationError as error:
        return None, (Problem(_place(str(error)), gettext("The register does not take this as it is written.")),)
    except UsageError as error:
        return None, (Problem("as_of" if error.code == "rulebook-day" else "authority", explained(error).what),)
    return rules, ()


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "").strip()


def _tags(typed: Typed, name: str) -> list[str]:
    return list(dict.fromkeys(parted(_one(typed, name))))


def _ways(typed: Typed) -> list[str]:
    chosen = (_one(typed, f"way.{number}") for number in range(1, len(RequestWay) + 1))
    return list(dict.fromkeys(each for each in chosen if each))


def _rules(typed: Typed) -> Iterator[Mapping[str, Any]]:
    for form in load_catalogue():
        taken, desk = _one(typed, f"rule.{form}.taken"), _one(typed, f"rule.{form}.desk")
        fields = [each for each in typed.get(f"rule.{form}.fields", ()) if each]
        if taken in TAKEN or desk or fields:
            node, _, name = desk.partition("/")
            where = {"node": node, "desk": name} if desk else None
            yield {"form": form, "taken": TAKEN.get(taken, True), "desk": where, "fields": fields}


def _steps(typed: Typed, wrong: list[Problem]) -> Iterator[Mapping[str, Any]]:
    for step in STEPS:
        text = _one(typed, f"step.{step}")
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_DAYS:
            yield {"step": step, "days": int(text)}
        elif text:
            told = gettext("Write a whole number of days from 1 to %(most)s, or leave it empty.")
            wrong.append(Problem(f"step-{step}", told % {"most": MOST_DAYS}))


def _place(said: str) -> str:
    """The input that a refusal of the register's own form is about."""
    named = re.search(r"\$\.([a-z_]+)", said)
    name = named[1] if named else "authority"
    return {"ways": "way-1", "steps": "step-decided", "requests": "rules"}.get(name, name)
