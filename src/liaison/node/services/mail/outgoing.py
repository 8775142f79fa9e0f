"""What has to hold, and what is written, where a copy of a letter goes by mail?

Invariants: a case with a desk that has only a mailbox is between two desks, because such a desk sees no other's words
and answers to one mailbox; a mail that no server would take is refused while the officer still sees it.
"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.errors import UsageError
from liaison.messages.mail.tokens import token_of
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef
from liaison.node.models import SentMail
from liaison.node.node import Node
from liaison.node.reads.mail.targets import MailTarget
from liaison.node.services.mail.keys import published_certificate


def check_mails(node: Node, core: Core, by_mail: Mapping[DeskRef, MailTarget]) -> None:
    """Return if what goes by mail can. Raises UsageError."""
    reached = [by_mail[each] for each in core.to if each in by_mail]
    if not reached:
        return
    if len(core.to) > 1:
        raise UsageError("mail-case-of-two")
    if not node.config.mail.address:
        raise UsageError("mail-not-configured")
    size = sum(each.size for each in core.attachments) * 2  # Encrypted, then as text: a third more each time.
    if size > node.config.mail.largest:
        raise UsageError("mail-too-large", size=size, limit=node.config.mail.largest)
    if reached[0].certificate:
        if published_certificate(node, core.register, core.sender) is None:
            raise UsageError("mail-key-missing", desk=core.sender.desk)
    elif not node.config.mail.telephone:
        raise UsageError("mail-no-telephone", mailbox=reached[0].mailbox)


def note_mail(copy: int, message_hash: str, target: MailTarget) -> None:
    """Inside the unit of work that writes the copy: that it goes by mail, and sealed to what."""
    SentMail.objects.create(
        copy_id=copy,
        token=token_of(message_hash),
        mailbox=target.mailbox,
        languages=list(target.languages),
        certificate=target.certificate,
        fingerprint=target.fingerprint,
    )
