"""What does a page show of duty: who answers now and next, what is missing, what was changed and asked?

found = duty_now(node, register, desk)       found.shift, found.after, found.gap
duty_since(node, register, desk)             22:00, for other nodes; None where no rota says so
planned(node, register, desk, start=…, end=…)   shifts, gaps and overlaps between two instants
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from liaison.duty.rota import Layer, Rota, Spell, on_duty
from liaison.duty.shifts import Overlap, Shift, gaps, layer_spells, overlaps, present_shift, shifts
from liaison.messages.parties import DeskRef
from liaison.node.models import DutyHoliday, DutySpell, DutySwap, HandoverNote
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import KEPT, at_the_desk, keeps_rota, rota_of
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading

AHEAD = timedelta(days=7)
"""How far a gap is warned of, and the next shift looked for, on the desk page."""
SWAPPABLE = timedelta(days=56)
LISTED = 200


@dataclass(frozen=True, slots=True)
class DutyNow:
    """Who answers now. Without a rota `shift` is None, and `asked` are all who may."""

    asked: tuple[int, ...]
    shift: Shift | None = None
    after: Shift | None = None
    """The next shift that somebody has, within a week."""
    gap: Shift | None = None
    """The first time within a week at which nobody answers, now included."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a rota says from one instant to another."""

    rota: Rota
    shifts: tuple[Shift, ...]
    gaps: tuple[Shift, ...]
    overlaps: tuple[Overlap, ...]

    def is_gap(self, shift: Shift) -> bool:
        """Whether nobody answers then; without layers every officer of the desk does, as without a rota."""
        return bool(self.rota.layers) and not shift.officers


@dataclass(frozen=True, slots=True)
class SpellRead:
    """An override or an absence with its number; `source` is what a calendar called it."""

    number: int
    absence: bool
    layer: str
    officer: int
    begins: datetime
    ends: datetime
    source: str


@dataclass(frozen=True, slots=True)
class SwapRead:
    """A swap that waits for a word."""

    number: int
    layer: str
    one: Spell
    other: Spell


@dataclass(frozen=True, slots=True)
class HandoverRead:
    """A note for the next officer that nobody has said to have read."""

    number: int
    words: str
    by: int
    at: datetime


def duty_now(node: Node, register: str, desk: DeskRef) -> DutyNow:
    """Who answers at an own desk now, who after them, and whether there is a hole ahead."""
    now = node.clock.now()
    with reading(node):
        rota = rota_of(node, register, desk)
        if not keeps_rota(rota, now):
            return DutyNow(at_the_desk(node, register, desk, now))
    shift, coming = present_shift(rota, now), shifts(rota, now, now + AHEAD)
    after = next((each for each in coming[1:] if each.officers), None)
    gap = next((each for each in coming if not each.officers), None) if rota.layers else None
    return DutyNow(tuple(int(each) for each in on_duty(rota, now)), shift, after, gap)


def duty_since(node: Node, register: str, desk: DeskRef) -> datetime | None:
    """Since when whoever is on duty at an own desk is; None where it keeps no rota, nobody is, or what changed the rota
    is not kept for so long."""
    now = node.clock.now()
    rota = rota_of(node, register, desk)
    if not keeps_rota(rota, now) or not on_duty(rota, now):
        return None
    begins = present_shift(rota, now).begins
    return begins if begins > now - KEPT else None


def planned(node: Node, register: str, desk: DeskRef, *, start: datetime, end: datetime) -> Planned:
    """The rota of an own desk between two instants; without layers it has no gaps."""
    rota = rota_of(node, register, desk)
    missing = gaps(rota, start, end) if rota.layers else ()
    return Planned(rota, shifts(rota, start, end), missing, overlaps(rota, start, end))


def spells(node: Node, register: str, desk: DeskRef) -> list[SpellRead]:
    """The overrides and absences of an own desk that are not over, the next first."""
    now = node.clock.now()
    with reading(node):
        rows = DutySpell.objects.filter(**columns(register, desk), ends__gt=now).order_by("begins", "pk")
        return [
            SpellRead(row.pk, row.absence, row.layer, row.officer, row.begins, row.ends, row.source)
            for row in rows[:LISTED]
        ]


def swaps_asked(node: Node, register: str, desk: DeskRef, officer: int) -> list[SwapRead]:
    """The swaps that wait for a word and concern an officer."""
    with reading(node):
        rows = DutySwap.objects.filter(**columns(register, desk), state="asked")
        return [
            SwapRead(
                row.pk,
                row.layer,
                Spell(row.one_begins, row.one_ends, str(row.one)),
                Spell(row.other_begins, row.other_ends, str(row.other)),
            )
            for row in rows.filter(Q(one=officer) | Q(other=officer)).order_by("pk")[:LISTED]
        ]


def swappable(node: Node, register: str, desk: DeskRef) -> list[tuple[Layer, Spell]]:
    """Every spell of every layer that is not over, for eight weeks."""
    now = node.clock.now()
    rota = rota_of(node, register, desk)
    return [
        (layer, spell)
        for layer in rota.layers
        for spell in layer_spells(rota, layer, now - KEPT, now + SWAPPABLE)
        if spell.ends > now
    ]


def holidays(node: Node, register: str, desk: DeskRef) -> list[tuple[date, str]]:
    """The holidays of an own desk from today on, with their names."""
    today = node.clock.now().date() - timedelta(days=1)
    with reading(node):
        rows = DutyHoliday.objects.filter(**columns(register, desk), day__gte=today).order_by("day")
        return list(rows.values_list("day", "name"))


def open_notes(node: Node, register: str, desk: DeskRef) -> list[HandoverRead]:
    """What was left for the next officer, the newest first."""
    with reading(node):
        rows = HandoverNote.objects.filter(**columns(register, desk), seen_at=None).order_by("-pk")
        return [HandoverRead(row.pk, row.words, row.written_by, row.written_at) for row in rows]
