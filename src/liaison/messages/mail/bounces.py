"""What does a mail server say became of a mail of ours (RFC 3464)?

    Final-Recipient: rfc822; duty@csirt.xd.example        <duty@csirt.xd.example>:
    Action: failed                                        550 5.1.1 no such user here
    Status: 5.1.1                                         --- Below this line is a copy of the message.

Invariants: of a report only the fields of the standard in the values of the standard; what says anything else is no
bounce. Of plain words only a status, an address and our token are taken, and only from what says to be a mail server's;
nobody signs either, so it is told as what a mail server says and never ends a case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from typing import Literal, cast

from liaison.errors import MalformedError
from liaison.messages.mail.reading import Mail, first_text, header, parts, text_of
from liaison.messages.mail.tokens import tokens_in

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
MOST_RECIPIENTS = 32
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_FINAL = frozenset({"failed"})
MOST_TEXT = 64 << 10
_STATUS_IN = re.compile(r"\b[45]\.[0-9]{1,3}\.[0-9]{1,3}\b")
_CODE_IN = re.compile(r"(?m)(?:^|[\s:(#])([45])[0-9]{2}[ -][A-Za-z0-9<#]")
_WAITS = re.compile(r"(?i)\bdelay|\bwarning\b|still (?:being )?(?:trying|retried)")
_ADDRESS = re.compile(r"(?m)^[ \t]{0,8}<?([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}[A-Za-z0-9])>?:?[ \t\r]{0,8}$")


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
    if mail.parsed.get_content_type() != "multipart/report":
        return _plain(found, mail)
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


def _plain(found: list[Message], mail: Mail) -> Bounce:
    """What a server says in plain words: the first status in them, else that it failed for good."""
    text = first_text(mail.parsed)[:MOST_TEXT]
    status = _STATUS_IN.search(text)
    code = _CODE_IN.search(text)
    general = f"{code[1]}.0.0" if code is not None else "5.0.0"
    said = status[0] if status is not None else general
    waits = said.startswith("4") or _WAITS.search(header(mail.parsed, "Subject")) is not None
    named = _ADDRESS.search(text)
    tokens = tokens_in(text) or _tokens(found, mail)
    return Bounce("delayed" if waits else "failed", said, named[1] if named else "", tokens)


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
