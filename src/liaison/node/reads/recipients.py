"""Which desk does an officer mean by what is typed?

    XD               the desk that answers for the code XD, of the first kind found: technical first
    XD/duty          a desk by its id, of the participant that answers for the code
    XD:diplomatic    the desk of a kind
    9ab0…/duty       a participant by the beginning of its hash
    duty@xd.example  a desk without a node that this node keeps as a correspondent

Invariants: a code nobody answers for, or that is contested, is routed to nobody: the officer names the participant.
"""

from __future__ import annotations

import re

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import MailContact
from liaison.node.node import Node
from liaison.node.reads.mail.targets import mailbox_ref
from liaison.node.reads.register import directory
from liaison.node.unit_of_work import reading
from liaison.register.lookup import DeskEntry, Directory, Refusal
from liaison.register.vocabulary import DeskKind

_APART = re.compile(r"[\s,;،؛\uff0c、\uff1b]+")
KINDS = (DeskKind.TECHNICAL, *(kind for kind in DeskKind if kind is not DeskKind.TECHNICAL))


def find_recipient(node: Node, register: str, text: str) -> DeskRef:
    """The one desk that `text` names. Raises UsageError when it is none, several, or not confirmed."""
    if "@" in text:
        return _by_mailbox(node, register, text)
    found = directory(node, register)
    who, slash, desk = text.partition("/")
    who, colon, kind = who.partition(":")
    entries = _by_code(found, who.upper(), kind if colon else None) or _by_participant(found, who.lower())
    if slash:
        entries = [entry for entry in entries if entry.desk == desk]
    elif colon:
        entries = [entry for entry in entries if entry.kind == kind]
    else:
        entries = _first_kind(entries)
    usable = [entry for entry in entries if entry.participant and entry.node]
    if len(usable) != 1:
        if not usable and any(found.answer(who.upper(), each).refusal is Refusal.DISPUTED for each in KINDS):
            raise UsageError("recipient-disputed", given=text[:80])
        code = "recipient-not-clear" if usable else "recipient-not-found"
        raise UsageError(code, given=text[:80], count=len(usable))
    entry = usable[0]
    return DeskRef(entry.participant or "", entry.node or "", entry.desk)


def find_players(node: Node, register: str, text: str, kind: DeskKind) -> list[DeskRef]:
    """The desks of one kind that are named apart by spaces or commas, each once. Raises UsageError."""
    names = dict.fromkeys(name for name in _APART.split(text) if name)
    exact = (name if "/" in name or ":" in name else f"{name}:{kind}" for name in names)
    return list(dict.fromkeys(find_recipient(node, register, name) for name in exact))


def _by_mailbox(node: Node, register: str, text: str) -> DeskRef:
    desk = mailbox_ref(text)
    with reading(node):
        if not MailContact.objects.filter(register=register, who=desk.participant).exists():
            raise UsageError("mailbox-not-kept")
    return desk


def _by_code(found: Directory, code: str, kind: str | None) -> list[DeskEntry]:
    entries: list[DeskEntry] = []
    for each in KINDS:
        answer = found.answer(code, each)
        if answer.refusal is None and kind in (None, each.value):
            entries += answer.desks
    return entries


def _by_participant(found: Directory, prefix: str) -> list[DeskEntry]:
    named = [name for name in found.participants if len(prefix) >= 6 and name.startswith(prefix)]
    return list(found.desks(participant=named[0])) if len(named) == 1 else []


def _first_kind(entries: list[DeskEntry]) -> list[DeskEntry]:
    for kind in KINDS:
        of_kind = [entry for entry in entries if entry.kind is kind]
        if of_kind:
            return of_kind
    return []
