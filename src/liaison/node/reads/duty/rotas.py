"""Who is on duty at an own desk, as its rows say?

    officers_on_duty(node, register, desk, instant)      (7, 9): whom to ask, the first first
    rota_of(node, register, desk)                        the rota as a value; without layers and overrides it is empty

Invariants:
- Only officers who may acknowledge messages of the desk then are ever on duty: in a rota whoever left, lost the role,
  or is a deputy on other days is absent, and turns do not move because of it.
- Where a desk keeps no rota, every such officer is asked; where it keeps one and nobody has the shift, nobody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from liaison.duty.rota import Layer, Override, Rota, Spell, Swap, Window, on_duty
from liaison.messages.parties import DeskRef
from liaison.node.models import DutyHoliday, DutyLayer, DutySpell, DutySwap, Membership, Officer
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import MAY, Action

AGREED = "agreed"
KEPT = timedelta(days=35)
"""How far back overrides, swaps and absences are looked at: so far a calendar shows what was."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(9000, 1, 1, tzinfo=UTC)
_ANSWERING = tuple(role.value for role, may in MAY.items() if Action.ACKNOWLEDGE in may)


@dataclass(frozen=True, slots=True)
class Person:
    """An officer of a desk as colleagues there know them, with the IANA zone they read times in."""

    id: int
    name: str
    zone: str


def officers_on_duty(node: Node, register: str, desk: DeskRef, instant: datetime) -> tuple[int, ...]:
    """Whom to ask at an own desk, the first first; whoever may answer, in the order they came, without a rota."""
    with reading(node):
        rota = rota_of(node, register, desk)
        if keeps_rota(rota, instant):
            return tuple(int(each) for each in on_duty(rota, instant))
        return at_the_desk(node, register, desk, instant)


def at_the_desk(node: Node, register: str, desk: DeskRef, instant: datetime) -> tuple[int, ...]:
    """Every officer who may acknowledge at a desk at an instant, deputies between their dates; who came first first."""
    with reading(node):
        served = _times_served(register, desk)
    return tuple(each for each, times in served.items() if any(_within(instant, time_) for time_ in times))


def keeps_rota(rota: Rota, instant: datetime) -> bool:
    """Whether a desk has a rota at all: a layer, or an override that counts at that instant."""
    return bool(rota.layers) or any(each.spell.covers(instant) for each in rota.overrides)


def is_on_shift(node: Node, register: str, desk: DeskRef, officer: int) -> bool:
    """Whether an officer counts as on shift now: the rota says so, has nobody, or there is none."""
    now = node.clock.now()
    with reading(node):
        rota = rota_of(node, register, desk)
        found = on_duty(rota, now) if keeps_rota(rota, now) else ()
    return not found or str(officer) in found


def rota_of(node: Node, register: str, desk: DeskRef) -> Rota:
    """The rota of an own desk, with what changed it in the last month and will from now on."""
    place, since = columns(register, desk), node.clock.now() - KEPT
    with reading(node):
        layers = tuple(read_layer(row) for row in DutyLayer.objects.filter(**place).order_by("position"))
        spells = list(DutySpell.objects.filter(**place, ends__gt=since).order_by("pk"))
        if not layers and not spells:
            return Rota()
        served = _times_served(register, desk)
        swaps = DutySwap.objects.filter(**place, state=AGREED).filter(Q(one_ends__gt=since) | Q(other_ends__gt=since))
        agreed = [_swap(row) for row in swaps.order_by("decided_at", "pk")]
        days = frozenset(DutyHoliday.objects.filter(**place).values_list("day", flat=True))
    members = {int(each) for layer in layers for each in layer.members}
    away = [_spell(row) for row in spells if row.absence] + list(_not_serving(members, served))
    overrides = (Override(row.layer, _spell(row)) for row in spells if not row.absence and row.officer in served)
    known = {str(each) for each in served}
    return Rota(
        layers=layers,
        overrides=tuple(overrides),
        swaps=tuple(each for each in agreed if {each.one.officer, each.other.officer} <= known),
        absences=tuple(away),
        holidays=days,
    )


def people(node: Node, register: str, desk: DeskRef) -> dict[int, Person]:
    """Who may answer at an own desk, now or as a deputy on other days, by number, in the order of their names."""
    with reading(node):
        served = _times_served(register, desk)
        rows = Officer.objects.filter(pk__in=served).order_by("name", "pk")
        return {row.pk: Person(row.pk, row.name, row.zone) for row in rows}


def names(node: Node, register: str, desk: DeskRef, wanted: Iterable[int]) -> Mapping[int, str]:
    """What those of `wanted` are called who ever stood in a row of this desk, whether they left or not."""
    place = columns(register, desk)
    with reading(node):
        here = set(DutySpell.objects.filter(**place).values_list("officer", flat=True)) | set(
            people(node, register, desk)
        )
        for members in DutyLayer.objects.filter(**place).values_list("members", flat=True):
            here |= set(members)
        return dict(Officer.objects.filter(pk__in=set(wanted) & here).values_list("pk", "name"))


def read_layer(row: Any) -> Layer:
    """The layer that a row keeps."""
    window = None
    if row.weekdays:
        days = frozenset(int(each) for each in row.weekdays)
        window = Window(days, time.fromisoformat(row.begins), time.fromisoformat(row.ends))
    members = tuple(str(each) for each in row.members)
    first = datetime.fromisoformat(row.first)
    return Layer(row.name, row.zone, first, row.hours, members, window, row.on_holidays)


def _spell(row: Any) -> Spell:
    return Spell(row.begins, row.ends, str(row.officer))


def _swap(row: Any) -> Swap:
    one = Spell(row.one_begins, row.one_ends, str(row.one))
    return Swap(row.layer, one, Spell(row.other_begins, row.other_ends, str(row.other)))


def _times_served(register: str, desk: DeskRef) -> dict[int, list[tuple[datetime, datetime]]]:
    """From when to when each active officer may acknowledge messages of a desk, by number, who came first first."""
    rows = Membership.objects.filter(**columns(register, desk), role__in=_ANSWERING, officer__is_active=True)
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for officer, begins, until in rows.order_by("since", "pk").values_list("officer", "begins", "until"):
        found.setdefault(officer, []).append((begins or LONG_AGO, until or FAR_AHEAD))
    return found


def _within(instant: datetime, times: tuple[datetime, datetime]) -> bool:
    return times[0] <= instant < times[1]


def _not_serving(members: set[int], served: Mapping[int, list[tuple[datetime, datetime]]]) -> Iterable[Spell]:
    """When members of layers may not answer: before, between and after the times they serve."""
    for officer in sorted(members):
        free = LONG_AGO
        for begins, until in sorted(served.get(officer, [])):
            if free < begins:
                yield Spell(free, begins, str(officer))
            free = max(free, until)
        if free < FAR_AHEAD:
            yield Spell(free, FAR_AHEAD, str(officer))
