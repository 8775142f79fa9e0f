"""What is carried over when one request follows another: preservation, extension, assistance?

    fields = carried_over(node, seat, root, "preservation-extension")      to begin the next one with

Invariants: only fields that both forms have, as they were said; dates and references that the answers named come from
the last answer that named them; what has to be said anew for each request is not taken over.
"""

from __future__ import annotations

from typing import Any

from liaison.cooperation.history.reading import ANSWER, asks
from liaison.errors import UsageError
from liaison.messages.forms import latest_form
from liaison.messages.message import open_message
from liaison.node.models import IncomingCopy, OutgoingMessage
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.cooperation.finding import find_request
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON

ANEW = frozenset(
    {"linked", "previous_reference", "extension_reason", "period_days", "period_reason", "purpose", "oral_at", "clause",
     "basis", "authorised_by", "authorisation", "necessity", "proportionality", "assistance_intended", "assistance_by"}
)  # fmt: skip
"""What belongs to one request alone."""
FROM_ANSWERS = ("preserved_until", "provider_reference")


def carried_over(node: Node, seat: Seat, name: str, form: str) -> dict[str, JSON]:
    """The fields of the next request as the earlier one and its answers have them. Raises UsageError."""
    if not asks(form):
        raise UsageError("request-unknown-type", form=form[:32])
    found = find_request(node, seat, name)
    wanted = latest_form(form).fields
    of_request = {step.hash for step in found.request.steps}
    answers = [word for word in found.words if word.form == ANSWER and word.hash in of_request]
    first = _fields(node, seat, found.request.message_id)
    fields = {key: value for key, value in first.items() if key in wanted and key not in ANEW}
    for word in answers:
        said = _fields(node, seat, word.message_id)
        fields |= {key: said[key] for key in FROM_ANSWERS if key in said and key in wanted}
    if "linked" in wanted:
        fields["linked"] = found.request.root
    if "previous_reference" in wanted and isinstance(first.get("own_reference"), str):
        fields["previous_reference"] = first["own_reference"]
    return fields


def _fields(node: Node, seat: Seat, message_id: str) -> dict[str, Any]:
    """What a message of this desk discloses, whoever said it."""
    named = {**columns(seat.register, seat.desk), "message_id": message_id}
    with reading(node):
        row: Any = IncomingCopy.objects.filter(READABLE, **named, verdict="accepted").first()
        if row is None:
            written = OutgoingMessage.objects.filter(**named).first()
            row = written.copies.filter(READABLE).order_by("pk").first() if written is not None else None
    return dict(open_message(bytes(row.plaintext)).fields) if row is not None else {}
