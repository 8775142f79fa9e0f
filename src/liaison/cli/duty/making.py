"""How is the rota of a desk made at the terminal? `liaison duty layer|drop|away`.

    $ liaison duty layer Nights a.n b.m --zone Europe/Berlin --first 2026-11-30T20:00 --hours 24 --from 20:00 --to 08:00
    The layer Nights is kept: a.n, then b.m.
    $ liaison duty away a.n --from 2026-12-24T08:00 --to 2026-12-27T08:00 --zone Europe/Berlin
    $ liaison duty drop Nights

Invariants: the same services as the pages; local times are of the zone that is named; every change is a line of the
audit trail.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

import click

from liaison.cli.message.screen import local, plain
from liaison.cli.output import json_option, show
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.session import open_node
from liaison.errors import UsageError
from liaison.officers.permissions import Role
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.duty.rota import Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 168
zone_option = click.option("--zone", default="UTC", show_default=True, help="IANA name of the clock that counts.")


@click.command()
@click.argument("name")
@click.argument("logins", nargs=-1, required=True)
@zone_option
@click.option("--first", required=True, help="Local day and time of the first hand-over, as 2026-11-30T08:00.")
@click.option("--hours", type=int, default=WEEK, show_default=True, help="How long a turn lasts: 24 a day, 168 a week.")
@click.option("--from", "begins", default="", help="It answers from this local time on; default: always.")
@click.option("--to", "ends", default="", help="Until this local time, on the next day unless it is later.")
@click.option("--days", default=",".join(DAYS), show_default=True, help="The days on which it opens.")
@click.option("--rests", is_flag=True, help="It rests on holidays.")
@desk_option
@register_option
@json_option
def layer(
    *, name: str, logins: tuple[str, ...], zone: str, first: str, hours: int, begins: str, ends: str, days: str,
    rests: bool, desk: str, register: str, as_json: bool,
) -> None:  # fmt: skip
    """Keep the layer NAME, in which the officers LOGINS take turns in this order; one of that name is replaced."""
    node = open_node()
    seat = own_seat(node, register, desk, *Role)
    from liaison.duty.rota import Layer
    from liaison.node.services.duty.rotas import keep_layer
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.people.officers import find_officer

    members = tuple(str(find_officer(node, login).pk) for login in logins)
    begun = _local(first, "duty-first-turn")
    kept = Layer(name.strip(), zone, begun, hours, members, _window(begins, ends, days), on_holidays=not rests)
    keep_layer(node, seat, kept, by=SYSTEM)
    value = {"desk": str(seat.desk), "layer": kept.name, "officers": list(logins)}
    told = f"The layer {plain(kept.name)} is kept: {', then '.join(plain(each) for each in logins)}."
    show(value, [told], as_json=as_json)


@click.command()
@click.argument("name")
@desk_option
@register_option
@json_option
def drop(*, name: str, desk: str, register: str, as_json: bool) -> None:
    """Drop the layer NAME, with the changes to it that were to come."""
    node = open_node()
    seat = own_seat(node, register, desk, *Role)
    from liaison.node.reads.duty.rotas import rota_of
    from liaison.node.services.duty.rotas import drop_layer
    from liaison.node.services.people.audit import SYSTEM

    if name not in {each.name for each in rota_of(node, seat.register, seat.desk).layers}:
        raise UsageError("duty-layer-not-found", layer=name[:60])
    drop_layer(node, seat, name, by=SYSTEM)
    show({"desk": str(seat.desk), "layer": name}, [f"The layer {plain(name)} is dropped."], as_json=as_json)


@click.command()
@click.argument("login")
@click.option("--from", "begins", required=True, help="Local day and time, as 2026-12-24T08:00.")
@click.option("--to", "ends", required=True, help="Local day and time.")
@zone_option
@desk_option
@register_option
@json_option
def away(*, login: str, begins: str, ends: str, zone: str, desk: str, register: str, as_json: bool) -> None:
    """Note that the officer LOGIN is away: the next of their layers stands in."""
    node = open_node()
    seat = own_seat(node, register, desk, *Role)
    from liaison.duty.rota import Spell
    from liaison.node.services.duty.rotas import be_away
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.people.officers import find_officer

    since, until = (read_local(each, zone) for each in (begins, ends))
    be_away(node, seat, Spell(since, until, str(find_officer(node, login).pk)), by=SYSTEM)
    value = {"officer": login, "begins": format_instant(since), "ends": format_instant(until)}
    show(value, [f"{plain(login)} is away from {local(since)} to {local(until)}."], as_json=as_json)


def _window(begins: str, ends: str, days: str) -> Window | None:
    """When a layer answers; None for always. Raises UsageError."""
    from liaison.duty.rota import Window

    if not begins and not ends:
        return None
    wanted = [each.strip().lower() for each in days.split(",")]
    if not set(wanted) <= set(DAYS):
        raise UsageError("duty-weekdays")
    try:
        return Window(frozenset(map(DAYS.index, wanted)), time.fromisoformat(begins), time.fromisoformat(ends))
    except ValueError:
        raise UsageError("duty-hours") from None


def read_local(text: str, zone: str) -> datetime:
    """The instant of a local day and time in a zone. Raises UsageError."""
    from liaison.duty.wall import find_zone, first_instant

    return first_instant(find_zone(zone), _local(text, "instant-not-read"))


def _local(text: str, code: str) -> datetime:
    """A local day and time between the years that are computed with. Raises UsageError."""
    from liaison.duty.checking import YEARS

    after, before = YEARS
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or not after <= found.year < before:
        raise UsageError(code, after=after, before=before, text=text[:40])
    return found


@click.command()
@click.argument("login")
@click.option("--on/--off", "wanted", default=True, help="Whether the officer is told; everybody is at first.")
@json_option
def notices(*, login: str, wanted: bool, as_json: bool) -> None:
    """Tell the officer LOGIN when duty begins and an hour before it ends, or do not."""
    node = open_node()
    from liaison.node.services.duty.noticing import choose_notices
    from liaison.node.services.people.officers import find_officer

    choose_notices(node, find_officer(node, login).pk, wanted=wanted)
    said = "is told that duty begins and ends." if wanted else "is not told that duty begins and ends."
    show({"officer": login, "told": wanted}, [f"{login} {said}"], as_json=as_json)
