"""Who is told when nobody acknowledges a message? `liaison escalation show|simulate|plan|reach`.

    liaison escalation plan --urgency urgent --step rota=10 --step rota,desk=20 --last desk
    liaison escalation reach ada ada@csirt.xd.example        a code goes there
    liaison escalation confirm ada 3 482113                  and back

Invariants: a plan counts for messages that come after it; a way counts once its code came back; no officer's address is
printed.
"""

from __future__ import annotations

import click

from liaison.cli.lazy import LazyGroup
from liaison.cli.output import json_option, show
from liaison.cli.register.choices import own_seat, register_option
from liaison.cli.session import open_node
from liaison.errors import UsageError

URGENCIES = ("routine", "urgent", "emergency")


COMMANDS = {
    "simulate": "liaison.cli.escalation.simulating:simulate",
    "show": "liaison.cli.escalation.showing:show_desk",
    "snooze": "liaison.cli.escalation.handing:snooze",
    "hand": "liaison.cli.escalation.handing:hand",
    "call": "liaison.cli.escalation.handing:call",
}


@click.group(cls=LazyGroup, commands_in=COMMANDS)
def group() -> None:
    """See who is told when nobody acknowledges a message."""


@group.command("plan")
@click.option("--urgency", type=click.Choice(URGENCIES), default="urgent", show_default=True)
@click.option(
    "--step", "steps", multiple=True, required=True, metavar="WHOM=MINUTES[x2]",
    help="rota, desk, officer:NUMBER or desk:NAME, apart by commas, and how long they have; x2: two of them have to "
         "have it. May be repeated.",
)  # fmt: skip
@click.option("--last", default="desk", show_default=True, help="Whom to tell when all steps were in vain.")
@click.option("--repeats", default=0, show_default=True, help="How often the steps are gone through again.")
@click.option(
    "--signed-within", default=30, show_default=True, help="Minutes in which who has it acknowledges it to the sender."
)
@click.option("--desk", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def make(
    *,
    urgency: str,
    steps: tuple[str, ...],
    last: str,
    repeats: int,
    signed_within: int,
    desk: str,
    register: str,
    as_json: bool,
) -> None:
    """Make the plan of a desk for messages of an urgency."""
    node = open_node()
    from liaison.node.services.escalation.planning import make_plan_of
    from liaison.node.services.people.audit import SYSTEM

    value = {
        "steps": [_step(each) for each in steps],
        "last": tuple(last.split(",")),
        "repeats": repeats,
        "signed_within": signed_within,
    }
    make_plan_of(node, own_seat(node, register, desk), urgency, value, by=SYSTEM)
    show(value, [f"The plan for {urgency} messages holds from now on."], as_json=as_json)


@group.command()
@click.argument("login")
@click.argument("address")
@click.option("--channel", default="email", show_default=True)
@click.option("--from", "begins", default="", help="Silent before this time of the officer's own clock, as 08:00.")
@click.option("--to", "ends", default="", help="Silent from this time on; earlier than --from: past midnight.")
@click.option("--days", default="", help="Digits of the days on which it rings, 0 for Monday; none: every day.")
@click.option("--any-time-from", type=click.Choice(URGENCIES), default=None, help="At any hour from this urgency on.")
@json_option
def reach(
    *,
    login: str,
    address: str,
    channel: str,
    begins: str,
    ends: str,
    days: str,
    any_time_from: str | None,
    as_json: bool,
) -> None:
    """Let the officer LOGIN be told at ADDRESS; a code goes there first."""
    node = open_node()
    from liaison.node.services.escalation.methods import Way, add_method
    from liaison.node.services.people.officers import find_officer

    way = Way(weekdays=days, begins=begins, ends=ends, any_time_from=any_time_from or "")
    number = add_method(node, find_officer(node, login).pk, channel, address, way=way)
    show({"number": number}, [f"Way {number}: a code is sent there. Confirm it within an hour."], as_json=as_json)


@group.command()
@click.argument("login")
@click.argument("number", type=int)
@click.argument("code")
@json_option
def confirm(*, login: str, number: int, code: str, as_json: bool) -> None:
    """Confirm way NUMBER of the officer LOGIN by the code that came there."""
    node = open_node()
    from liaison.node.services.escalation.methods import confirm_method
    from liaison.node.services.people.officers import find_officer

    confirm_method(node, find_officer(node, login).pk, number, code)
    show({"number": number}, [f"Way {number} is used from now on."], as_json=as_json)


def _step(text: str) -> dict[str, object]:
    """One step as it was typed. Raises UsageError."""
    whom, _, rest = text.partition("=")
    minutes, _, wants = rest.partition("x")
    if not (minutes.isascii() and minutes.isdecimal() and wants in ("", "1", "2")):
        raise UsageError("plan-not-understood", reason=text[:40])
    return {"tell": tuple(whom.split(",")), "minutes": int(minutes[:6]), "wants": int(wants or "1")}
