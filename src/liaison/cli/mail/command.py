"""How does an operator set up OpenPGP mail, and an officer keep a desk that has only a mailbox?

    liaison mail key > desk.asc                                  the desk's certificate, made once
    liaison mail keep duty@csirt.xd.example --name "CSIRT of XD" --source "their letter of 3 May" \
        --certificate xd.asc --fingerprint "1CC3 3126 …" --channel telephone --lang fr
    liaison message send --to duty@csirt.xd.example …            goes by mail, because that is the way there is
    liaison mail fetch        liaison mail test        liaison mail list
    liaison mail guest open|end|list                             a case on a page, for a desk that cannot sign

Invariants: a certificate without the fingerprint that was read out over another channel is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from liaison.cli.lazy import LazyGroup
from liaison.cli.message.screen import local, plain
from liaison.cli.output import UNREACHABLE, json_option, note, show, table
from liaison.cli.register.choices import FOUND, own_desk, register_option, the_register
from liaison.cli.session import open_node
from liaison.explanations import explain

CHANNELS = ("telephone", "in-person", "video", "note-verbale")
from_option = click.option("--from", "sender", default="", help="Own desk, where this node has several.")


@click.group(cls=LazyGroup, commands_in={"guest": "liaison.cli.mail.guest:group"})
def group() -> None:
    """Desks that have OpenPGP and a mailbox: keys, correspondents, fetching, testing, guest pages."""


@group.command()
@from_option
@click.option("--new", "again", is_flag=True, help="Make another key, which signs from now on.")
@register_option
@json_option
def key(*, sender: str, again: bool, register: str, as_json: bool) -> None:
    """Print the desk's certificate, after making its key where it has none; `register publish` publishes it."""
    node = open_node()
    from liaison.keys.openpgp.certificates import armor, read_certificate
    from liaison.node.services.mail.keys import make_key, published_certificate

    place = the_register(node, register)
    desk = own_desk(node, place, sender)
    held = None if again else published_certificate(node, place, desk)
    certificate = make_key(node, place, desk, name=desk.desk) if held is None else read_certificate(held)
    text = armor(certificate.data)
    show({"fingerprint": certificate.fingerprint, "certificate": text}, [text], as_json=as_json)
    note(f"Fingerprint, to be read out over the telephone: {certificate.groups}")
    if held is None:
        note("Publish it with 'liaison register publish', and send it to those who write to you.")


@group.command()
@click.argument("mailbox")
@click.option("--name", required=True, help="What the desk is called.")
@click.option("--source", required=True, help="Where you have this from, with its day.")
@click.option("--lang", "languages", multiple=True, help="A language it reads; may be repeated.")
@click.option("--certificate", type=FOUND, help="Its OpenPGP certificate; without one it is only asked to telephone.")
@click.option("--fingerprint", default="", help="The fingerprint as the desk read it out.")
@click.option("--channel", type=click.Choice(CHANNELS), default=None, help="Over which channel it was read out.")
@from_option
@register_option
@json_option
def keep(
    *, mailbox: str, certificate: Path | None, channel: str | None, register: str, as_json: bool, **rest: Any
) -> None:
    """Keep a desk that has a mailbox and no node, or what is new of it."""
    node = open_node()
    from liaison.node.services.mail.contacts import Contact, keep_contact

    place = the_register(node, register)
    contact = Contact(
        name=rest["name"],
        mailbox=mailbox,
        source=rest["source"],
        languages=rest["languages"] or ("en",),
        certificate=certificate.read_bytes() if certificate else b"",
        read_out=rest["fingerprint"],
        channel=channel or "",
    )
    row = keep_contact(node, place, own_desk(node, place, rest["sender"]), contact)
    said = "sealed to the certificate that was read out" if row.fingerprint else "without a key: asked to telephone"
    value = {"mailbox": row.mailbox, "fingerprint": row.fingerprint or None}
    show(value, [f"Kept {plain(row.name)} <{row.mailbox}>, {said}. Not in the register."], as_json=as_json)


@group.command()
@click.argument("mailbox")
@from_option
@register_option
def forget(*, mailbox: str, sender: str, register: str) -> None:
    """Keep a desk no more; its cases stay."""
    node = open_node()
    from liaison.node.services.mail.contacts import forget_contact

    place = the_register(node, register)
    forget_contact(node, place, own_desk(node, place, sender), mailbox)
    show(None, [f"{plain(mailbox)} is kept no more."], as_json=False)


@group.command("list")
@from_option
@register_option
@json_option
def list_(*, sender: str, register: str, as_json: bool) -> None:
    """List the correspondents of a desk, and the mails that belong to no case."""
    node = open_node()
    from liaison.node.reads.mail.overview import contacts, mailbox_state, strays

    place = the_register(node, register)
    kept, loose, state = contacts(node, place, own_desk(node, place, sender)), strays(node), mailbox_state(node)
    value = {
        "contacts": [{"mailbox": each.mailbox, "name": each.name, "fingerprint": each.fingerprint} for each in kept],
        "strays": [{"from": each.sender, "message_id": each.message_id, "reason": each.reason} for each in loose],
        "trouble": state.trouble if state else None,
    }
    rows = [(each.mailbox, plain(each.name), each.fingerprint or "no key", plain(each.source)) for each in kept]
    lines = table([("mailbox", "name", "key", "from"), *rows]) if rows else ["No correspondents are kept."]
    lines += [f"Belongs to no case: {local(each.at)}  {plain(each.sender)}  {each.reason}" for each in loose]
    lines += [f"The mailbox was last looked at {local(state.checked_at)}. {state.trouble}".rstrip()] if state else []
    show(value, lines, as_json=as_json)


@group.command()
@json_option
def fetch(*, as_json: bool) -> None:
    """Take in what came into the mailbox; a serving node does so every minute."""
    node = open_node()
    from liaison.node.services.mail.fetching import fetch_mail, keep_silence

    keep_silence(node, node.clock.now())
    found = fetch_mail(node).standings
    words = ", ".join(f"{count} {standing}" for standing, count in sorted(found.items()))
    show(found, [f"Fetched: {words}." if words else "Nothing new."], as_json=as_json)


@group.command()
@json_option
@click.pass_context
def test(context: click.Context, *, as_json: bool) -> None:
    """Hand a mail to ourselves over, read the mailbox, unlock the keys."""
    node = open_node()
    from liaison.node.services.mail.testing import check_mail

    found = check_mail(node)
    value = {each.what: each.error.code if each.error else "good" for each in found}
    lines = [f"{each.what}: {explain(each.error).what if each.error else 'good'}" for each in found]
    show(value, lines, as_json=as_json)
    if any(each.error for each in found):
        context.exit(UNREACHABLE)
