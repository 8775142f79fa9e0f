"""How is the rota of a desk made and changed?

    keep_layer(node, seat, layer, by=3)                   a new layer, or a new version of the one of that name
    override(node, seat, Override("nights", spell), by=7) "I take over", or a colleague put on duty
    be_away(node, seat, spell, by=7)                      the next of the layer stands in
    keep_holiday(node, seat, day, "New Year", by=3)       layers that rest on holidays rest

Invariants:
- Directory managers and administrators make layers and holidays, and put anybody on duty; an officer takes over duty
  or is away for themselves alone. Giving a shift away takes the other's word: services/duty/swapping.py.
- A layer that is dropped takes the overrides and swaps of it that are still to come along, and the trail says how many.
- Every change is a line of the audit trail, with numbers and dates, never names.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from liaison.duty.checking import LAYERS, check_layers, check_spell
from liaison.duty.rota import Layer, Override, Spell
from liaison.errors import UsageError
from liaison.node.models import DutyHoliday, DutyLayer, DutySpell, DutySwap
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import people, read_layer
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant

HOLIDAYS, SPELLS = 400, 500
"""Rows of a desk at once."""
NAME = 100


def keep_layer(node: Node, seat: Seat, layer: Layer, *, by: int) -> None:
    """Add a layer behind the others, or replace the one of its name. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    place = columns(seat.register, seat.desk)
    with unit_of_work(node):
        rows = list(DutyLayer.objects.filter(**place).order_by("position"))
        others = [read_layer(row) for row in rows if row.name != layer.name]
        known = people(node, seat.register, seat.desk)
        check_layers([layer], {str(each) for each in known})
        if len(others) >= LAYERS:
            raise UsageError("duty-layers", most=LAYERS)
        behind = max((row.position for row in rows), default=0) + 1
        position = next((row.position for row in rows if row.name == layer.name), behind)
        values = {**_layer_values(layer), "position": position}
        DutyLayer.objects.update_or_create(**place, name=layer.name, defaults=values)
        told: JSON = {"hours": layer.hours, "zone": layer.zone, "members": [int(each) for each in layer.members]}
        tell(node, seat, "duty-layer-kept", by, subject=layer.name, params=told)


def drop_layer(node: Node, seat: Seat, name: str, *, by: int) -> None:
    """Take a layer away, with what was to change it; idempotent. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    place, now = columns(seat.register, seat.desk), node.clock.now()
    with unit_of_work(node):
        gone, _ = DutyLayer.objects.filter(**place, name=name).delete()
        if gone:
            overrides, _ = DutySpell.objects.filter(**place, absence=False, layer=name, ends__gt=now).delete()
            swaps, _ = DutySwap.objects.filter(**place, layer=name, other_ends__gt=now).delete()
            tell(node, seat, "duty-layer-dropped", by, subject=name, params={"overrides": overrides, "swaps": swaps})


def raise_layer(node: Node, seat: Seat, name: str, *, by: int) -> None:
    """Have a layer answer before the one that stands before it; nothing where it is the first. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    with unit_of_work(node):
        rows = list(DutyLayer.objects.filter(**columns(seat.register, seat.desk)).order_by("position"))
        place = next((number for number, row in enumerate(rows) if row.name == name), 0)
        if place:
            before, row = rows[place - 1], rows[place]
            DutyLayer.objects.filter(pk=row.pk).update(position=before.position)
            DutyLayer.objects.filter(pk=before.pk).update(position=row.position)
            tell(node, seat, "duty-layer-raised", by, subject=name)


def override(node: Node, seat: Seat, wanted: Override, *, by: int) -> None:
    """Have somebody on duty for a time, whoever's turn it is. Raises UsageError."""
    with unit_of_work(node):
        if (
            wanted.layer
            and not DutyLayer.objects.filter(**columns(seat.register, seat.desk), name=wanted.layer).exists()
        ):
            raise UsageError("duty-layer-not-found", layer=wanted.layer[:60])
        keep_spell(node, seat, wanted.spell, by=by, layer=wanted.layer)
        told = {"layer": wanted.layer, **_told(wanted.spell)}
        tell(node, seat, "duty-override-made", by, subject=wanted.spell.officer, params=told)


def be_away(node: Node, seat: Seat, spell: Spell, *, by: int) -> None:
    """Note that an officer is away: others of their layers stand in. Raises UsageError."""
    with unit_of_work(node):
        keep_spell(node, seat, spell, by=by, absence=True)
        tell(node, seat, "duty-absence-noted", by, subject=spell.officer, params=_told(spell))


def keep_spell(node: Node, seat: Seat, spell: Spell, *, by: int, **values: Any) -> None:
    """Inside a unit of work: a row for a time of an officer, whom `by` may speak for. Raises UsageError."""
    require(Action.ACKNOWLEDGE if spell.officer == str(by) else Action.SET_RULES, seat.roles)
    place, now = columns(seat.register, seat.desk), node.clock.now()
    check_spell(spell, {str(each) for each in people(node, seat.register, seat.desk)}, now=now)
    if DutySpell.objects.filter(**place, ends__gt=now).count() >= SPELLS:
        raise UsageError("duty-too-many", most=SPELLS)
    times = {"begins": spell.begins, "ends": spell.ends, "officer": int(spell.officer)}
    DutySpell.objects.create(**place, **times, made_by=by, made_at=now, **values)


def drop_spell(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """Take an override or an absence back; idempotent. One of somebody else takes the right to make rotas."""
    with unit_of_work(node):
        row = DutySpell.objects.filter(**columns(seat.register, seat.desk), pk=number).first()
        if row is None:
            return
        require(Action.ACKNOWLEDGE if row.officer == by else Action.SET_RULES, seat.roles)
        row.delete()
        action = "duty-absence-dropped" if row.absence else "duty-override-dropped"
        spell = Spell(row.begins, row.ends, str(row.officer))
        tell(node, seat, action, by, subject=str(row.officer), params={"layer": row.layer, **_told(spell)})


def keep_holiday(node: Node, seat: Seat, day: date, name: str, *, by: int) -> None:
    """Note a day on which layers rest that do not answer on holidays. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    with unit_of_work(node):
        put_holiday(node, seat, day, name)
        tell(node, seat, "duty-holiday-kept", by, subject=day.isoformat())


def put_holiday(node: Node, seat: Seat, day: date, name: str, source: str = "") -> None:
    """Inside a unit of work: one day. Raises UsageError."""
    place = columns(seat.register, seat.desk)
    if not 2000 <= day.year < 2200:
        raise UsageError("duty-day")
    if DutyHoliday.objects.filter(**place, day__gte=node.clock.now().date()).count() >= HOLIDAYS:
        raise UsageError("duty-too-many", most=HOLIDAYS)
    plain = "".join(each for each in name if each.isprintable()).strip()[:NAME]
    DutyHoliday.objects.update_or_create(**place, day=day, defaults={"name": plain, "source": source})


def drop_holiday(node: Node, seat: Seat, day: date, *, by: int) -> None:
    """Have layers answer on a day as on any other; idempotent. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    with unit_of_work(node):
        gone, _ = DutyHoliday.objects.filter(**columns(seat.register, seat.desk), day=day).delete()
        if gone:
            tell(node, seat, "duty-holiday-dropped", by, subject=day.isoformat())


def tell(node: Node, seat: Seat, action: str, by: int, *, subject: str = "", params: JSON = None) -> None:
    """Inside a unit of work: the line of the audit trail."""
    told = {"desk": seat.desk.desk, **(params if isinstance(params, dict) else {})}
    note(node, action, officer=by, subject=subject, params=told, participant=seat.desk.participant)


def _told(spell: Spell) -> dict[str, JSON]:
    return {"begins": _instant(spell.begins), "ends": _instant(spell.ends)}


def _instant(at: datetime) -> str:
    return format_instant(at.replace(microsecond=0))


def _layer_values(layer: Layer) -> dict[str, Any]:
    window = layer.window
    return {
        "zone": layer.zone,
        "first": layer.first.isoformat(timespec="minutes"),
        "hours": layer.hours,
        "members": [int(each) for each in layer.members],
        "weekdays": "".join(str(each) for each in sorted(window.weekdays)) if window else "",
        "begins": f"{window.begins:%H:%M}" if window else "",
        "ends": f"{window.ends:%H:%M}" if window else "",
        "on_holidays": layer.on_holidays,
    }
