"""Desks with officers who take turns, for tests of duty."""

from __future__ import annotations

from datetime import datetime, timedelta

from liaison.duty.rota import DAY, Layer
from liaison.node.services.duty.rotas import keep_layer
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Role
from tests.node.inside.desks import seat
from tests.world import World

HOUR = timedelta(hours=1)


def officers(world: World, code: str, count: int) -> tuple[list[int], Seat]:
    """Fresh officers of a duty desk, and their seat."""
    made = [seat(world, code, Role.OFFICER) for _ in range(count)]
    return [officer for _, officer in made], made[0][0]


def take_turns(world: World, code: str, *members: int, name: str = "first", hours: int = DAY) -> Layer:
    """A layer whose first member has it from now on, kept by a directory manager."""
    manager, by = seat(world, code, Role.DIRECTORY)
    first = world.clock.now().replace(tzinfo=None, second=0, microsecond=0)
    layer = Layer(name, "UTC", first, hours, tuple(str(each) for each in members))
    keep_layer(world.nodes[code], manager, layer, by=by)
    return layer


def turn(layer: Layer, number: int, now: datetime) -> tuple[datetime, datetime]:
    """From when to when a turn of such a layer lasts."""
    begins = layer.first.replace(tzinfo=now.tzinfo) + timedelta(hours=number * layer.hours)
    return begins, begins + timedelta(hours=layer.hours)
