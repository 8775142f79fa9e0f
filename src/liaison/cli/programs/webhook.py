"""Which programs are told what happens at a desk, and did they take it? `liaison webhook add|list|test|log …`.

    liaison webhook add https://tickets.xc.example/hook        its secret, printed once
    liaison webhook log 3                                      what was sent of late, and what came of it

Invariants: the same services as the page under Administration, Webhooks; a test goes out at once and tells of nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import REFUSED, json_option, show, table
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.services.programs.webhooks import HookRead, Tried


@click.group()
def group() -> None:
    """Have programs told what happens at a desk, and see whether they took it."""


@group.command()
@click.argument("url")
@desk_option
@register_option
@json_option
def add(*, url: str, desk: str, register: str, as_json: bool) -> None:
    """Send the events of a desk from now on to URL, and print the secret that signs them, once."""
    node = open_node()
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.programs.webhooks import add_webhook

    made = add_webhook(node, own_seat(node, register, desk), url, by=SYSTEM)
    lines = [
        made.secret,
        f"Webhook {made.number}. Its secret is not shown again; try it: liaison webhook test {made.number}",
    ]
    show({"number": made.number, "secret": made.secret}, lines, as_json=as_json)


@group.command("list")
@desk_option
@register_option
@json_option
def list_(*, desk: str, register: str, as_json: bool) -> None:
    """List the webhooks of a desk: how they stand, and how many events wait."""
    node = open_node()
    from liaison.node.services.programs.webhooks import list_webhooks

    rows = list_webhooks(node, own_seat(node, register, desk))
    lines = table((str(each.number), each.url, _stands(each), f"{each.waiting} waiting") for each in rows)
    value = [
        {
            "number": each.number,
            "url": each.url,
            "waiting": each.waiting,
            "attempts": each.attempts,
            "due": each.due.isoformat(),
            "stopped": each.stopped_at.isoformat() if each.stopped_at else None,
        }
        for each in rows
    ]
    show(value, lines or ["No program is told what happens here."], as_json=as_json)


@group.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def test(*, number: int, desk: str, register: str, as_json: bool) -> int:
    """Send a signed event that tells of nothing at once, and say what came of it."""
    node = open_node()
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.programs.webhooks import send_test

    tried = send_test(node, own_seat(node, register, desk), number, by=SYSTEM)
    words = "The program took the test." if tried.taken else f"The program did not take the test: {_answer(tried)}."
    show(_line(tried), [words], as_json=as_json)
    return 0 if tried.taken else REFUSED


@group.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def again(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Have a webhook that stopped, or waits, tried again at once."""
    node = open_node()
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.programs.webhooks import try_again

    try_again(node, own_seat(node, register, desk), number, by=SYSTEM)
    show(
        {"number": number},
        [f"Webhook {number} is tried again at once; see: liaison webhook log {number}"],
        as_json=as_json,
    )


@group.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def remove(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Send nothing there any more."""
    node = open_node()
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.programs.webhooks import remove_webhook

    remove_webhook(node, own_seat(node, register, desk), number, by=SYSTEM)
    show({"number": number}, [f"Webhook {number} is removed."], as_json=as_json)


@group.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def log(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Show what was sent of late, the newest first, and what came of it."""
    node = open_node()
    from liaison.node.services.programs.webhooks import list_webhooks

    found = next((each for each in list_webhooks(node, own_seat(node, register, desk)) if each.number == number), None)
    if found is None:
        raise UsageError("webhook-not-found", number=number)
    lines = table(
        (
            f"{each.at:%Y-%m-%d %H:%M:%S}",
            str(each.number),
            each.kind,
            "taken" if each.taken else "not taken",
            _answer(each),
        )
        for each in found.log
    )
    show([_line(each) for each in found.log], lines or ["Nothing was sent yet."], as_json=as_json)


def _stands(hook: HookRead) -> str:
    if hook.stopped_at:
        return f"stopped {hook.stopped_at:%Y-%m-%d %H:%M} UTC"
    return f"not taken {hook.attempts} times, again {hook.due:%H:%M:%S} UTC" if hook.attempts else "works"


def _answer(tried: Tried) -> str:
    return str(tried.status) if tried.status else tried.error


def _line(tried: Tried) -> dict[str, Any]:
    told = {"number": tried.number, "kind": tried.kind, "at": tried.at.isoformat()}
    return {**told, "status": tried.status, "error": tried.error, "taken": tried.taken}
