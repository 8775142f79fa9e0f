"""Which evidence does a desk have, under which conditions, and what does its record say?"""

from __future__ import annotations

import click

from liaison.cli.evidence.screen import conditions_lines, read_value, report_lines, report_value
from liaison.cli.message.screen import Names, plain
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.session import open_node
from liaison.messages.forms import english


@click.command("list")
@click.option("--case", default="", help="Only of this case.")
@desk_option
@register_option
@json_option
def list_(*, case: str, desk: str, register: str, as_json: bool) -> None:
    """List the evidence of a desk, and what was handed to it and is not in custody."""
    node = open_node()
    from liaison.node.reads.cooperation.evidence import list_evidence, not_taken
    from liaison.node.services.evidence.taking import take_evidence

    take_evidence(node)
    seat, names = own_seat(node, register, desk), Names(node)
    found = list_evidence(node, seat.register, seat.desk, case=case)
    strays = not_taken(node, seat.register, seat.desk)
    value = {
        "evidence": [read_value(each, lambda desk: names.of(seat.register, desk)) for each in found],
        "not_taken": [
            {"message": each.message_id, "form": each.form, "state": each.state, "reason": each.reason}
            for each in strays
        ],
    }
    rows = [(each.evidence[:16], each.state, each.case, plain(each.manifest.description.text)[:60]) for each in found]
    rows += [(each.message_id[:16], each.state, each.case, each.reason) for each in strays]
    show(value, table(rows) if rows else ["This desk has no evidence."], as_json=as_json)


@click.command("show")
@click.argument("evidence")
@desk_option
@register_option
@json_option
def show_one(*, evidence: str, desk: str, register: str, as_json: bool) -> None:
    """Show the conditions and the custody record of EVIDENCE; nothing is opened by it."""
    node = open_node()
    from liaison.node.reads.cooperation.evidence import show_evidence
    from liaison.node.services.evidence.taking import take_evidence

    take_evidence(node)
    seat, names = own_seat(node, register, desk), Names(node)
    found, report = show_evidence(node, seat.register, seat.desk, evidence)

    def name(each: object) -> str:
        return names.of(seat.register, each)  # type: ignore[arg-type]

    value = read_value(found, name) | {"record": report_value(report, name)}
    lines = report_lines(report, name)
    lines += ["", "Conditions:", *conditions_lines(found.conditions)]
    lines += [f"Accept them with: liaison evidence open {found.evidence[:16]} --accept {found.accept[:16]}"] * bool(
        found.accept
    )
    lines += [f"  not here yet: {plain(each)}" for each in found.missing]
    lines += [f"state: {english('attachment-state', found.state)}"]
    show(value, lines, as_json=as_json)
