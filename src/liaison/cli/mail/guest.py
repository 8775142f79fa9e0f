"""How does an operator open a case for a desk that cannot sign, see who came, and end it?

    $ liaison mail guest open 0192f0c1-… --asked telephone --told telephone --hours 24
    host name   liaison.xc.example
    path        /guest/
    reference   LX-7Q2MZ4KD6A3W4DFE
    code        7Q2M-Z4KD-6A3W
    open until  2026-11-27 03:02 UTC
    $ liaison mail guest list
    $ liaison mail guest end 0192f0c1-…

Invariants: the same services as the pages; the code is printed once, and not at all where it goes inside a mail; a case
that is closed to named officers is left to them.
"""

from __future__ import annotations

from datetime import datetime

import click

from liaison.cli.message.screen import local
from liaison.cli.output import json_option, note, show, table
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.session import open_node
from liaison.officers.permissions import Role
from liaison.wire.identifiers import format_instant

ASKED = ("telephone", "signed-mail", "in-person")
TOLD = ("telephone", "mail")
HOURS = ("24", "72", "168")


@click.group()
def group() -> None:
    """Guest pages: one case, for a desk that asked for it because it cannot sign."""


@group.command("open")
@click.argument("case")
@click.option("--asked", required=True, type=click.Choice(ASKED), help="How the other side asked for it.")
@click.option("--told", required=True, type=click.Choice(TOLD), help="How the code is told to it.")
@click.option("--hours", type=click.Choice(HOURS), default=HOURS[0], show_default=True, help="How long it is open.")
@desk_option
@register_option
@json_option
def open_(*, case: str, asked: str, told: str, hours: str, desk: str, register: str, as_json: bool) -> None:
    """Open the page of a case by mail; an earlier one of the case ends."""
    node = open_node()
    from liaison.messages.mail.guests import format_code
    from liaison.node.services.mail.guests import Asked, Asking, Told, open_guest_page
    from liaison.node.services.people.case_access import require_case_access

    seat = own_seat(node, register, desk, Role.OFFICER)
    require_case_access(node, seat, 0, case)
    opened = open_guest_page(node, seat, case, Asking(asked=Asked(asked), told=Told(told), hours=int(hours)), officer=0)
    code = format_code(opened.code) if told == Told.TELEPHONE else None
    value = {
        "host": opened.host,
        "path": "/guest/",
        "reference": opened.token,
        "code": code,
        "until": _told(opened.until),
    }
    rows = [
        ("host name", opened.host),
        ("path", "/guest/"),
        ("reference", opened.token),
        ("code", code or "goes inside the next encrypted mail of this case: write one now"),
        ("open until", local(opened.until)),
    ]
    show(value, table(rows), as_json=as_json)
    if code:
        note("Read it out at the number you have from elsewhere. It is kept nowhere and shown this once.")


@group.command("end")
@click.argument("case")
@desk_option
@register_option
@json_option
def end(*, case: str, desk: str, register: str, as_json: bool) -> None:
    """End the page of a case now."""
    node = open_node()
    from liaison.node.services.mail.guests import close_guest_page
    from liaison.node.services.people.case_access import require_case_access

    seat = own_seat(node, register, desk, Role.OFFICER)
    require_case_access(node, seat, 0, case)
    close_guest_page(node, seat, case, officer=0)
    show({"case": case}, ["No guest page of this case is open."], as_json=as_json)


@group.command("list")
@desk_option
@register_option
@json_option
def list_(*, desk: str, register: str, as_json: bool) -> None:
    """List the pages of a desk that are open: for whom, until when, who came, and wrong codes."""
    node = open_node()
    from liaison.node.reads.mail.guests import open_guest_pages

    seat = own_seat(node, register, desk, Role.OFFICER)
    found = open_guest_pages(node, seat.register, seat.desk)
    value = [
        {
            "case": each.case,
            "mailbox": each.mailbox,
            "until": _told(each.until),
            "entered": each.entered,
            "wrong": each.wrong,
            "said": each.said,
        }
        for each in found
    ]
    head = ("case", "for", "open until", "entered", "wrong codes", "words taken in")
    rows = [
        (each.case, each.mailbox, local(each.until), str(each.entered), str(each.wrong), str(each.said))
        for each in found
    ]
    show(value, table([head, *rows]) if rows else ["No guest page is open."], as_json=as_json)


def _told(at: datetime) -> str:
    return format_instant(at.replace(microsecond=0))
