"""Does this mail say that an officer has what a notification told them of?

    take_answer(node, mail)      True: noted, as if they had pressed the button of the link

Invariants: it counts if it refers to the notification by the secret that went to this mailbox, comes from the mailbox
that the notification went to, and has its code alone in the first line; otherwise nothing is changed, and it stays
among the mails of no case. It says nothing to any sender of a message.
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.messages.mail.notices import code_in, secrets_in
from liaison.messages.mail.reading import Mail, first_text
from liaison.node.models import NotificationAttempt
from liaison.node.node import Node
from liaison.node.services.escalation.one_tap import press
from liaison.node.services.escalation.sending import hash_token
from liaison.node.unit_of_work import reading


def take_answer(node: Node, mail: Mail) -> bool:
    """Whether it was an answer to a notification, and counted."""
    code = code_in(first_text(mail.parsed))
    for secret in secrets_in(mail.answers) if code else ():
        with reading(node):
            rows = NotificationAttempt.objects.select_related("notification__method")
            attempt = rows.filter(token_hash=hash_token(secret)).first()
        if attempt is None or attempt.notification.method.address.lower() != mail.sender.lower():
            continue
        if code != (attempt.notification.list_code or attempt.notification.code):
            continue
        try:
            press(node, secret)
        except UsageError:  # It was used before, or is too old.
            continue
        return True
    return False
