"""Officers and rules of a desk, for tests of what happens inside one State."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

from liaison.messages.parties import DeskRef
from liaison.node.models import OwnDesk
from liaison.node.reads.writing.drafts import Place, read_draft
from liaison.node.services.inside.clearance import Gone
from liaison.node.services.inside.rules import make_clearance_rule
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.node.services.writing.drafts import begin_draft, send_draft
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.clearance import Demand, Rule, Silence
from liaison.officers.permissions import Role
from liaison.register.vocabulary import DeskKind
from tests.world import World

_numbers = itertools.count(1)
HOUR = timedelta(hours=1)


def seat(world: World, code: str, *roles: Role, desk: str = "duty") -> tuple[Seat, int]:
    """A fresh officer with these roles at a desk, and their seat."""
    node, at = world.nodes[code], world.desk(code, desk)
    officer = add_officer(node, login=f"officer{next(_numbers)}", name="An Officer")
    for role in roles:
        grant(node, officer, world.register, at, role)
    return Seat(world.register, at, frozenset(roles)), officer.pk


def other_desk(world: World, code: str, name: str = "ministry") -> DeskRef:
    """One more desk of a State on its node, not published."""
    desk = world.desk(code, name)
    with unit_of_work(world.nodes[code]):
        OwnDesk.objects.create(
            register=world.register,
            participant=desk.participant,
            node=desk.node,
            desk=name,
            kind=DeskKind.DIPLOMATIC.value,
            languages=["en"],
            expected={},
            parts=[],
        )
    return desk


def rule(
    world: World,
    code: str,
    demand: Demand,
    *,
    form: str = "",
    urgency: str = "",
    within: timedelta = HOUR,
    silence: Silence = Silence.RETURNS,
) -> None:
    """A rule of clearance at the duty desk of a State."""
    manager, by = seat(world, code, Role.DIRECTORY)
    make_clearance_rule(world.nodes[code], manager, Rule(form, urgency, demand, within, silence), by=by)


def hand_in(world: World, code: str, to: str, *, officer: int, alone: bool = False, **changes: Any) -> tuple[int, Gone]:
    """A draft with a notice, handed in as from its check page: its number, and what became of it."""
    node, place = world.nodes[code], Place(world.register, world.desk(code))
    number = begin_draft(node, place, officer=officer, form="incident-notice", typed={"field.title": ["Scanning"]})
    seen = read_draft(node, place, number).fingerprint
    letter = replace(world.letter(code, to), **changes)
    return number, send_draft(node, place, number, officer=officer, seen=seen, letter=letter, alone=alone)
