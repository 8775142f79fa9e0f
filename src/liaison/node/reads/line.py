"""What is in the outbox, what did each try meet, who may fetch what, how much waits, what is lost? As plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from liaison.messages.parties import DeskRef
from liaison.node.models import AttachmentRow, Delivery, IncomingCopy, KeptLetter, LostMessage, OutgoingCopy
from liaison.node.models.line import COUNTED
from liaison.node.models.ways.letter_box import LIVE
from liaison.node.node import Node
from liaison.node.unit_of_work import reading

COUNTS: tuple[tuple[str, Any, str], ...] = (
    ("waiting", Delivery, "kind"),
    ("sent", OutgoingCopy, "state"),
    ("received", IncomingCopy, "verdict"),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """How often the outbox tried a copy, what it met last, since when nothing else, and when it tries again."""

    tried: int
    last_error: str
    since: datetime | None
    next_try: datetime

    @property
    def refused(self) -> bool:
        """Whether a letter box took nothing, for a reason that the desk can do something about."""
        return self.last_error.startswith("letter-box-")


def trials_of(copies: Collection[int]) -> Mapping[int, Trial]:
    """How the outbox fared with these copies, by their keys; inside a reading. What is through has none."""
    if not copies:
        return {}
    rows = Delivery.objects.filter(kind__in=("message", "mail"), copy__in=copies)
    return {row[0]: Trial(*row[1:]) for row in rows.values_list("copy", *OF_TRIAL)}


OF_TRIAL = ("attempts", "last_error", "error_since", "due")


def size_for_party(node: Node, sealed: str, *, register: str, participant: str, node_id: str) -> int | None:
    """The sealed size of an attachment, if the node keeps a desk that was sent a message with it."""
    with reading(node):
        sizes = AttachmentRow.objects.filter(
            sealed=sealed,
            outgoing__register=register,
            outgoing__copies__participant=participant,
            outgoing__copies__node=node_id,
        ).values_list("sealed_size", flat=True)
        return sizes.first()


def line_counts(node: Node) -> dict[str, int]:
    """How many copies were sent and received, by state, and how much work waits; read from indexes alone."""
    counts: dict[str, int] = {}
    with reading(node):
        for name, model, field in COUNTS:
            rows = model.objects.filter(COUNTED[field]).values(field).annotate(count=Count("*"))
            counts |= {f"{name}_{row[field].replace('-', '_')}": row["count"] for row in rows.order_by(field)}
        counts["kept_letters"] = KeptLetter.objects.filter(state__in=LIVE).count()
    return counts


def require_answer(node: Node) -> None:
    """Return if the tables can be read, however much is in them. Raises NotNowError."""
    with reading(node):
        Delivery.objects.exists()


@dataclass(frozen=True, slots=True)
class Lost:
    """A message this node once sent whose text is not here."""

    message_id: str
    case: str
    desk: DeskRef
    why: str


def lost_messages(node: Node) -> list[Lost]:
    """What was sent and is lost here, by the word of the peers that have it."""
    with reading(node):
        rows = LostMessage.objects.order_by("noticed_at", "pk")
        return [
            Lost(row.message_id, row.case, DeskRef(row.to_participant, row.to_node, row.to_desk), row.why)
            for row in rows
        ]
