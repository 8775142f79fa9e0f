"""Whom does a desk know outside the register? `liaison book import|list|export`.

    liaison book import teams.csv --source "List of teams" --dated 2026-11-01
    liaison book list xd                                  whoever bears these words, with each source and its day
    liaison book export --as vcard -o book.vcf            everybody, as a file for another program

Invariants: everybody in the book is told as not in the register; a newer list of the same source replaces the older.
"""

from __future__ import annotations

from pathlib import Path

import click

from liaison.cli.message.screen import plain
from liaison.cli.output import json_option, note, show, table
from liaison.cli.register.choices import (
    FILE,
    FOUND,
    desk_option,
    own_desk,
    read_file,
    register_option,
    the_register,
    write_file,
)
from liaison.cli.session import open_node

KINDS = click.Choice(("csv", "vcard", "jscontact", "teams"))
LIST_HEAD = ("name", "country", "mailbox", "telephone", "from")


@click.group()
def group() -> None:
    """The address book of a desk: contacts from elsewhere, none of them in the register."""


@group.command("import")
@click.argument("file", type=FOUND)
@click.option("--source", required=True, help="Whose list it is; a newer one of the same source replaces it.")
@click.option("--dated", required=True, help="The day it is of, as 2026-11-01.")
@desk_option
@register_option
@json_option
def import_(*, file: Path, source: str, dated: str, desk: str, register: str, as_json: bool) -> None:
    """Take a list in: CSV, JSON of teams, vCard, JSContact, RFC 2350 or security.txt."""
    node = open_node()
    from liaison.node.reads.writing.drafts import Place
    from liaison.node.services.writing.book import import_contacts

    followed = the_register(node, register)
    place = Place(followed, own_desk(node, followed, desk, option="desk"))
    done = import_contacts(node, place, read_file(file), source=source, dated=dated, officer=0)
    value = {"taken": done.taken, "replaced": done.replaced, "refused": list(done.refused),
             "left": list(done.left)}  # fmt: skip
    show(value, [f"{done.taken} contacts were taken in; {done.replaced} earlier ones gave way."], as_json=as_json)
    if done.refused:
        note(f"Left out, because they name nobody: rows {', '.join(map(str, done.refused[:50]))}.")
    if done.left:
        note(f"An address book has no place for all of: {', '.join(map(plain, done.left))}.")


@group.command("list")
@click.argument("words", nargs=-1)
@desk_option
@register_option
@json_option
def list_(*, words: tuple[str, ...], desk: str, register: str, as_json: bool) -> None:
    """List whom the desk knows, or those who bear all of WORDS."""
    node = open_node()
    from liaison.node.reads.writing.book import contacts
    from liaison.node.reads.writing.drafts import Place

    followed = the_register(node, register)
    place = Place(followed, own_desk(node, followed, desk, option="desk"))
    found = contacts(node, place, words=" ".join(words))
    value = [
        {
            "name": each.card.name,
            "organisation": each.card.organisation,
            "country": each.card.country,
            "mailbox": each.card.mailbox,
            "telephone": each.card.telephone,
            "sources": [{"source": row.source, "dated": row.dated} for row in each.rows],
            "standing": "not in the register",
        }
        for each in found
    ]
    rows = [
        tuple(map(plain, (each.card.name, each.card.country, each.card.mailbox, each.card.telephone,
                          "; ".join(f"{row.source}, {row.dated}" for row in each.rows))))
        for each in found
    ]  # fmt: skip
    lines = [*table([LIST_HEAD, *rows]), "Not in the register: nobody vouches for them here."]
    show(value, lines if rows else ["Nobody in the address book."], as_json=as_json)


@group.command()
@click.argument("words", nargs=-1)
@click.option("--as", "kind", type=KINDS, default="csv", show_default=True, help="For which other program.")
@click.option("--out", "-o", "out", type=FILE, required=True, help="File to write; - for stdout.")
@desk_option
@register_option
@json_option
def export(*, words: tuple[str, ...], kind: str, out: Path, desk: str, register: str, as_json: bool) -> None:
    """Write whom the desk knows, or those who bear all of WORDS, to a file; a line of the audit trail says so."""
    node = open_node()
    from liaison.node.reads.writing.drafts import Place
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.writing.book import export_contacts

    followed = the_register(node, register)
    place = Place(followed, own_desk(node, followed, desk, option="desk"))
    data, contacts = export_contacts(node, place, kind, words=" ".join(words), officer=SYSTEM)
    write_file(out, data)
    if str(out) != "-":
        value = {"kind": kind, "contacts": contacts, "bytes": len(data), "file": str(out)}
        show(value, [f"wrote {out} ({contacts} contacts, {len(data)} bytes, {kind})"], as_json=as_json)
