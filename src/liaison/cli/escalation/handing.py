"""How does an officer put a message off, hand it to a colleague, or call one in? `liaison escalation snooze|hand|call`.

$ liaison escalation snooze ada 019a… --minutes 20
ada has it and is told again at 2026-11-29T03:25:00Z.
$ liaison escalation hand ada 019a… --to bo
bo is told and has until 2026-11-29 03:15 UTC to say so; then it begins again.
$ liaison escalation call ada 019a… --in bo
bo is told as well; it escalates as before.
"""

from __future__ import annotations

import click

from liaison.cli.message.screen import local
from liaison.cli.output import json_option, show
from liaison.cli.register.choices import own_seat, register_option
from liaison.cli.session import open_node
from liaison.officers.permissions import Role
from liaison.wire.identifiers import format_instant


@click.command()
@click.argument("login")
@click.argument("message")
@click.option("--minutes", default=20, show_default=True, help="From 5 to 60, and never past what the desk promises.")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def snooze(*, login: str, message: str, minutes: int, desk: str, register: str, as_json: bool) -> None:
    """The officer LOGIN has MESSAGE and is told again later; nobody else is told until then."""
    node = open_node()
    seat = own_seat(node, register, desk, Role.OFFICER)
    from liaison.node.services.escalation.handing import snooze as put_off
    from liaison.node.services.people.officers import find_officer

    until = put_off(node, seat, message, minutes=minutes, by=find_officer(node, login).pk)
    words = f"{login} has it and is told again at {local(until)}."
    show({"until": format_instant(until)}, [words], as_json=as_json)


@click.command()
@click.argument("login")
@click.argument("message")
@click.option("--to", "colleague", required=True, help="The colleague's login.")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def hand(*, login: str, message: str, colleague: str, desk: str, register: str, as_json: bool) -> None:
    """The officer LOGIN hands MESSAGE to a colleague; when they stay silent, escalation begins again."""
    node = open_node()
    seat = own_seat(node, register, desk, Role.OFFICER)
    from liaison.node.services.escalation.handing import hand_on
    from liaison.node.services.people.officers import find_officer

    by, to = (find_officer(node, each).pk for each in (login, colleague))
    until = hand_on(node, seat, message, to=to, by=by)
    words = f"{colleague} is told and has until {local(until)} to say so; then it begins again."
    show({"until": format_instant(until)}, [words], as_json=as_json)


@click.command()
@click.argument("login")
@click.argument("message")
@click.option("--in", "colleague", required=True, help="The colleague's login.")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def call(*, login: str, message: str, colleague: str, desk: str, register: str, as_json: bool) -> None:
    """The officer LOGIN has a colleague told of MESSAGE as well; who is told next stays as it was."""
    node = open_node()
    seat = own_seat(node, register, desk, Role.OFFICER)
    from liaison.node.services.escalation.handing import call_in
    from liaison.node.services.people.officers import find_officer

    by, whom = (find_officer(node, each).pk for each in (login, colleague))
    call_in(node, seat, message, whom=whom, by=by)
    show({"called": colleague}, [f"{colleague} is told as well; it escalates as before."], as_json=as_json)
