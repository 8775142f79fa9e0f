"""How does a contact of the address book become a desk that is written to by mail?

    keep_from_book(node, place, "cert@cert.example.xj", officer=7)

Invariants: it stays "not in the register", with every list that names it as its source; a certificate that stood in a
list is attached and compared with nothing yet, so nothing is sealed to it before the desk has read its fingerprint out.
"""

from __future__ import annotations

import base64
from contextlib import suppress

from liaison.errors import MalformedError, UsageError
from liaison.messages.mail.tokens import correspondent_id
from liaison.node.models import MailContact
from liaison.node.node import Node
from liaison.node.reads.writing.book import contacts
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.mail.contacts import Contact, attach_certificate, keep_contact
from liaison.node.unit_of_work import unit_of_work


def keep_from_book(node: Node, place: Place, mailbox: str, *, officer: int = 0) -> None:
    """Keep the contact with this mailbox, with the certificate its list holds. Raises UsageError."""
    found = (each for each in contacts(node, place, words=mailbox) if each.card.mailbox.lower() == mailbox.lower())
    team = next(found, None)
    if team is None:
        raise UsageError("mail-not-in-the-book")
    card, source = team.card, "; ".join(f"{name}, {day}" for name, day in team.sources)
    with unit_of_work(node):
        kept = MailContact.objects.filter(**place.columns, who=correspondent_id(mailbox))
        if not kept.exists():
            contact = Contact(name=card.name, mailbox=card.mailbox, source=source[:200])
            keep_contact(node, place.register, place.desk, contact, officer=officer)
        kept.update(claimed=card.fingerprint)
        if card.key:
            with suppress(MalformedError):  # Expired, revoked, or none: the officer attaches another one.
                attach_certificate(
                    node, place.register, place.desk, mailbox, base64.b64decode(card.key), officer=officer
                )
