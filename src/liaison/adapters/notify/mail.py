"""How is an officer told by e-mail? By a short plain mail through the authority's own mail server."""

from __future__ import annotations

import re

from liaison.adapters.mail.server import MailServer
from liaison.duty.notices import Notice
from liaison.errors import UnreachableError, UsageError
from liaison.messages.mail.notices import answered_id
from liaison.messages.mail.writing import Envelope, write_plain

MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?")


class MailNotices:
    """A provider over a `MailServer`; `sender` is the mailbox of the node."""

    def __init__(self, carrier: MailServer, sender: str) -> None:
        self._carrier, self._sender = carrier, sender

    def check(self, address: str) -> str:
        """A mailbox as it was typed, without spaces around it. Raises UsageError."""
        found = address.strip()
        if not MAILBOX.fullmatch(found):
            raise UsageError("method-address", channel="email")
        return found

    def tell(self, address: str, notice: Notice) -> None:
        """Hand the mail over. Raises UnreachableError."""
        # An answer names what its mail refers to; its own Message-ID stays the same whenever it is sent.
        references = (answered_id(notice.answer, self._sender),) if notice.answer else ()
        envelope = Envelope(
            sender=self._sender,
            recipient=address,
            token=notice.name,
            at=notice.at,
            subject=notice.subject,
            references=references,
        )
        text = "\n".join(each for each in (notice.text, notice.how_to_answer) if each)
        try:
            self._carrier.send(self._sender, address, write_plain(envelope, text + "\n"))
        except UnreachableError as error:  # What a server says may name the mailbox.
            code = "notice-refused" if error.permanent else "notice-not-taken"
            raise UnreachableError(code, permanent=error.permanent) from None
