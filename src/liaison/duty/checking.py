"""Can this rota be kept? Caps first, then what each part must be.

Invariants: what `check_layers` and `check_spell` let through never makes `on_duty` or `shifts` fail, and bounds the
work they do: at most 8 layers of at most 40 officers, turns of an hour to a year.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from liaison.duty.rota import Layer, Spell
from liaison.duty.wall import find_zone
from liaison.errors import UsageError

LAYERS, MEMBERS, NAME = 8, 40, 60
SHORTEST, LONGEST = 1, 366 * 24
LONGEST_SPELL = timedelta(days=400)
YEARS = (2000, 2200)


def check_layers(layers: Sequence[Layer], officers: Collection[str]) -> None:
    """Return if these layers can stand together with members among `officers`. Raises UsageError."""
    if len(layers) > LAYERS:
        raise UsageError("duty-layers", most=LAYERS)
    names = [each.name for each in layers]
    if len(set(names)) < len(names):
        raise UsageError("duty-layer-twice")
    for layer in layers:
        check_layer(layer, officers)


def check_layer(layer: Layer, officers: Collection[str]) -> None:
    """Return if this layer can be kept. Raises UsageError."""
    if not 0 < len(layer.name.strip()) <= NAME or not layer.name.isprintable():
        raise UsageError("duty-layer-name", most=NAME)
    find_zone(layer.zone)
    if not SHORTEST <= layer.hours <= LONGEST:
        raise UsageError("duty-turn-length", least=SHORTEST, most=LONGEST)
    if layer.first.tzinfo is not None or not YEARS[0] <= layer.first.year < YEARS[1]:
        raise UsageError("duty-first-turn", after=YEARS[0], before=YEARS[1])
    if not 0 < len(layer.members) <= MEMBERS:
        raise UsageError("duty-members", most=MEMBERS)
    if any(each not in officers for each in layer.members):
        raise UsageError("duty-not-an-officer")
    if layer.window is not None and not (layer.window.weekdays and layer.window.weekdays <= set(range(7))):
        raise UsageError("duty-weekdays")


def check_spell(spell: Spell, officers: Collection[str], *, now: datetime) -> None:
    """Return if an override, a swap or an absence can be of this time and officer. Raises UsageError."""
    if spell.officer not in officers:
        raise UsageError("duty-not-an-officer")
    if not timedelta(0) < spell.ends - spell.begins <= LONGEST_SPELL:
        raise UsageError("duty-spell", most=LONGEST_SPELL.days)
    if spell.ends <= now:
        raise UsageError("duty-spell-over")
