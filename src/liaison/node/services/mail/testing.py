"""Do the mail server, the mailbox and the keys of this node work, before an emergency asks?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from liaison.errors import LiaisonError, UsageError
from liaison.messages.mail.mailbox import MailPlace
from liaison.messages.mail.writing import Envelope, write_plain
from liaison.node.node import Node
from liaison.node.services.mail.keys import all_keys


@dataclass(frozen=True, slots=True)
class Tested:
    """One thing that was tried; `error` is None where it held."""

    what: str
    error: LiaisonError | None


def check_mail(node: Node) -> list[Tested]:
    """Hand a mail to ourselves over, read the mailbox, unlock the keys. Raises UsageError where there is no mailbox."""
    if node.mail is None:
        raise UsageError("mail-not-configured")
    steps: list[tuple[str, Callable[[], object]]] = [
        ("submission", lambda: _send(node)),
        ("mailbox", lambda: _look(node)),
        ("keys", lambda: _unlock(node)),
    ]
    return [Tested(what, _error_of(step)) for what, step in steps]


def _send(node: Node) -> None:
    address, now = node.config.mail.address, node.clock.now()
    token = f"TEST-{now.strftime('%Y%m%dT%H%M%SZ')}"
    envelope = Envelope(
        sender=address, recipient=address, token=token, at=now, subject="Test of the contact centre's mail"
    )
    if node.mail is not None:
        node.mail.send(address, address, write_plain(envelope, "This mail tests the way; nobody needs to read it.\n"))


def _look(node: Node) -> None:
    if node.mail is not None and node.config.mail.imap:
        next(iter(node.mail.fetch(MailPlace(), most=1, largest=1 << 16)), None)


def _unlock(node: Node) -> None:
    if not all_keys(node):
        raise UsageError("mail-no-key")


def _error_of(step: Callable[[], object]) -> LiaisonError | None:
    try:
        step()
    except LiaisonError as error:
        return error
    return None
