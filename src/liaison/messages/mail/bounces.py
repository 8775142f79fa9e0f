"""What does a mail server say became of a mail of ours (RFC 3464)?

    Final-Recipient: rfc822; duty@csirt.xd.example
    Action: failed
    Status: 5.1.1

Invariants: only the fields of the standard in the values of the standard; what says anything else is no bounce; nobody
signs one, so it is told as what a mail server says and never ends a case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from typing import Literal, cast

from liaison.errors import MalformedError
from liaison.messages.mail.reading import Mail, header, parts, text_of
from liaison.messages.mail.tokens import tokens_in

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
MOST_RECIPIENTS = 32
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_FINAL = frozenset({"failed"})


@dataclass(frozen=True, slots=True)
class Bounce:
    """What became of it, and which mails of ours it speaks of."""

    action: Action
    status: str
    recipient: str
    tokens: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether the server gave up."""
        return self.action in _FINAL


def read_bounce(mail: Mail) -> Bounce:
    """The report in a mail. Raises MalformedError."""
    found = list(parts(mail.parsed))
    status = next((each for each in found if each.get_content_type() == "message/delivery-status"), None)
    if status is None or not status.is_multipart():
        raise MalformedError("mail-report-form")
    blocks = [each for each in status.get_payload() if isinstance(each, Message)]
    recipients = [each for each in blocks if each.get("Action") is not None][:MOST_RECIPIENTS]
    read = [_recipient(each) for each in recipients]
    if not read:
        raise MalformedError("mail-report-form")
    worst = min(read, key=lambda each: (each[0] != "failed", each[0] != "delayed"))
    return Bounce(cast(Action, worst[0]), worst[1], worst[2], _tokens(found, mail))


def _recipient(block: Message) -> tuple[str, str, str]:
    action, status = header(block, "Action").lower(), header(block, "Status").partition(" ")[0]
    kind, _, recipient = header(block, "Final-Recipient").partition(";")
    if action not in ACTIONS or not _STATUS.fullmatch(status) or kind.strip().lower() != "rfc822":
        raise MalformedError("mail-report-form")
    return action, status, recipient.strip()[:254]


def _tokens(found: list[Message], mail: Mail) -> tuple[str, ...]:
    """Those in the headers of the mail that came back, whole or its headers alone; else in the report's own."""
    returned = [header(each, "Message-ID") for each in found[1:]]
    returned += [text_of(each) for each in found if each.get_content_type() == "text/rfc822-headers"]
    return tokens_in(" ".join(returned)[:65536]) or mail.tokens
