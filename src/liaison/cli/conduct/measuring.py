"""How are networks measured at the terminal, and what was measured, told and shown?

Invariant: counts with their source and days; lists run by number or by date, never by how anybody did.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.screen import local, plain
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import FOUND, desk_option, own_desk, read_file, register_option, the_register
from liaison.cli.request.places import open_seat
from liaison.cli.session import open_node
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.conduct.measured.evidence import Evidence
    from liaison.node.reads.conduct.measured import MeasuredRead, Shown


@click.command()
@click.argument("routes", type=FOUND, required=False)
@click.option("--roas", type=FOUND, help="What a validator exported (CSV or JSON); it gives the state of each row.")
@click.option("--source", default="", help="Whose data these are; default: the name of the file.")
@click.option("--bogons/--no-bogons", default=True, show_default=True, help="Count reserved and unallocated space.")
@click.option("--contacts", is_flag=True, help="Count how published contacts answered the checks of this desk.")
@desk_option
@register_option
@json_option
def measure(*, routes: Path | None, roas: Path | None, source: str, bogons: bool, contacts: bool, desk: str,
            register: str, as_json: bool) -> None:  # fmt: skip
    """Measure the networks in ROUTES (CSV or JSON with asn, prefix, seen_at and if known state). Sends nothing."""
    node, seat = open_seat(register, desk)
    from liaison.node.services.conduct.measured.taking import File, Supplied, take_in

    def given(path: Path | None) -> File | None:
        return File(path.name, read_file(path)) if path is not None else None

    named = source or (routes.name if routes is not None else "Checks of this contact centre")
    supplied = Supplied(source=named, routes=given(routes), roas=given(roas), bogons=bogons, contacts=contacts)
    taken = take_in(node, seat, supplied, by=0)
    value = {
        "kept": taken.kept,
        "networks": taken.networks,
        "left_out": {k: list(v) for k, v in taken.left_out.items()},
    }
    lines = [f"Kept: {taken.kept} measurements of {taken.networks} networks. Nobody was told yet."]
    lines += [f"Left out, {_WHY[why]}: {_numbers(asns)}" for why, asns in taken.left_out.items()]
    show(value, lines, as_json=as_json)


_WHY = {
    "nobody-claims": "nobody in the register names them",
    "several-claim": "several in the register name them",
    "not-a-provider": "they are named for no provider",
    "own-network": "they are this contact centre's own",
}


def _numbers(asns: tuple[int, ...]) -> str:
    more = f" and {len(asns) - 20} more" if len(asns) > 20 else ""
    return ", ".join(f"AS{asn}" for asn in asns[:20]) + more


@click.command()
@click.option("--own", is_flag=True, help="What others told of networks of this desk; default: what it measured.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@desk_option
@register_option
@json_option
def measured(*, own: bool, page: int, desk: str, register: str, as_json: bool) -> None:
    """List the measurements of a desk, the newest first."""
    node = open_node()
    from liaison.conduct.measured.lifecycle import Side
    from liaison.node.reads.conduct.measured import list_measured

    place = own_desk(node, the_register(node, register), desk, option="desk")
    found = list_measured(node, place, side=Side.PROVIDER if own else Side.MEASURER, page=page)
    head = ("number", "network", "measure", "state", "counts", "seen until", "source")
    rows = [(str(each.number), *_row(each.evidence, each.standing.state.value)) for each in found.rows]
    lines = [*table([head, *rows]), f"Page {found.number} of {found.pages}, {found.count} measurements."]
    show([_value(each) for each in found.rows], lines if rows else ["No measurement."], as_json=as_json)


@click.command()
@click.option("--to", "audience", type=click.Choice(("participants", "public")), default="public", show_default=True)
@register_option
@json_option
def shown(*, audience: str, register: str, as_json: bool) -> None:
    """List what providers agreed to have shown: counts with source and dates."""
    node = open_node()
    from liaison.conduct.measured.lifecycle import Audience
    from liaison.node.reads.conduct.measured import shown as read_shown

    found = read_shown(node, the_register(node, register), Audience(audience))
    head = ("network", "measure", "", "counts", "seen until", "source")
    rows = [_row(each.evidence, "corrected" if each.corrected else "") for each in found]
    show([_shown(each) for each in found], table([head, *rows]) if rows else ["Nothing is shown."], as_json=as_json)


def _row(evidence: Evidence, state: str) -> tuple[str, ...]:
    counts = ", ".join(f"{name} {count}" for name, count in evidence.counts.items())
    until = local(evidence.until)
    return (f"AS{evidence.asn}", evidence.measure.value, state, counts, until, plain(evidence.source))


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "asn": evidence.asn,
        "measure": evidence.measure.value,
        "action": evidence.action,
        "source": evidence.source,
        "since": format_instant(evidence.since),
        "until": format_instant(evidence.until),
        "counts": dict(evidence.counts),
    }


def _value(each: MeasuredRead) -> dict[str, Any]:
    until = format_instant(each.answer_until) if each.answer_until else None
    return _evidence(each.evidence) | {
        "number": each.number,
        "state": each.standing.state.value,
        "with": str(each.other),
        "case": each.case,
        "answer_until": until,
        "rows": list(each.evidence.rows),
        "steps": [{"event": step.event.value, "by": step.by.value, "at": format_instant(step.at), "code": step.code,
                   "counted": step.counted} for step in each.steps],
        "exercise": each.exercise,
    }  # fmt: skip


def _shown(each: Shown) -> dict[str, Any]:
    told = {"provider": str(each.provider), "measured_by": str(each.measurer), "corrected": each.corrected}
    return _evidence(each.evidence) | told | {"exercise": each.exercise}
