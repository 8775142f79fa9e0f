"""To whom is it written: which desk did the officer mean, and which could they have meant?

Invariants: a code or a code with a desk is found as everywhere (`reads.recipients`); a name that several desks bear is
shown with all of them, never decided; a desk that nobody can seal to is never chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from liaison.errors import UsageError
from liaison.keys.openpgp.certificates import format_groups
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.mail.overview import contacts
from liaison.node.reads.mail.targets import contact_name, is_mailbox, mailbox_ref
from liaison.node.reads.recipients import find_recipient
from liaison.node.reads.register import directory
from liaison.node.services.people.officers import Seat
from liaison.register.lookup import DeskEntry
from liaison.web.pages.write.cards import CardView, desk_key, read_key, show_cards
from liaison.web.words import explained

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a typed recipient: a sentence where it is not clear, and the desks it may be."""

    problem: str = ""
    choices: tuple[CardView, ...] = ()


def names_of(node: Node, seat: Seat, desks: Iterable[DeskRef]) -> list[str]:
    """The desks in words."""
    found = directory(node, seat.register)
    entries = [(desk, found.desk(desk.participant, desk.desk)) for desk in desks]
    return [
        f"{entry.name} / {entry.desk}" if entry is not None else contact_name(node, desk.participant) or str(desk)
        for desk, entry in entries
    ]


def boxes_of(node: Node, seat: Seat, desks: Iterable[DeskRef]) -> list[dict[str, Any]]:
    """The correspondents of the desk among these, with how a form names them."""
    wanted = {desk: desk_key(desk) for desk in desks if is_mailbox(desk)}
    kept = {mailbox_ref(each.mailbox): each for each in contacts(node, seat.register, seat.desk)} if wanted else {}
    return [
        {
            "each": kept[desk],
            "name": key,
            "key": format_groups(kept[desk].fingerprint) if kept[desk].fingerprint else "",
        }
        for desk, key in wanted.items()
        if desk in kept
    ]


def entries_of(node: Node, seat: Seat, desks: Iterable[DeskRef]) -> list[DeskEntry]:
    """The rows of the register for these desks, those that are live."""
    found = directory(node, seat.register)
    entries = [found.desk(desk.participant, desk.desk) for desk in desks]
    return [entry for entry in entries if entry is not None]


def change(node: Node, seat: Seat, typed: dict[str, list[str]], post: Any) -> Found:
    """Take out what was removed and put in what was added or picked; `typed` is changed."""
    keys = [key for key in dict.fromkeys(typed.get("to", ())) if key != post.get("remove") and read_key(key)]
    found = Found()
    wanted = typed.pop("add", [""])[0].strip()
    if post.get("pick"):
        keys.append(post["pick"])
    elif wanted and post.get("go") != "quiet":
        found, key = _find(node, seat, wanted)
        if key:
            keys.append(key)
        else:
            typed["add"] = [wanted]
    elif wanted:
        typed["add"] = [wanted]
    typed["to"] = list(dict.fromkeys(keys))
    return found


def _find(node: Node, seat: Seat, wanted: str) -> tuple[Found, str]:
    """The desk that was meant, or what to say."""
    try:
        desk = find_recipient(node, seat.register, wanted)
    except UsageError as error:
        return _by_name(node, seat, wanted, error)
    if desk == seat.desk:
        return Found(gettext("This is your own desk.")), ""
    return Found(), desk_key(desk)


def _by_name(node: Node, seat: Seat, wanted: str, error: UsageError) -> tuple[Found, str]:
    entries = directory(node, seat.register).find(wanted)
    others = [each for each in entries if (each.participant, each.desk) != (seat.desk.participant, seat.desk.desk)]
    usable = [each for each in others if each.participant and each.node]
    if len(usable) == 1 and len(others) == 1 and error.code == "recipient-not-found":
        return Found(), desk_key(DeskRef(usable[0].participant or "", usable[0].node or "", usable[0].desk))
    if not others:
        told = explained(error)
        return Found(f"{told.what} {told.next}"), ""
    words = gettext("Several contact centres fit “%(text)s”: choose one.") % {"text": wanted}
    return Found(words, tuple(show_cards(node, seat, others[:SHOWN]))), ""
