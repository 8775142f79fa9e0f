"""What is in this node's inbox and outbox, who may fetch what, how much waits, what is lost? Rows as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from liaison.messages.parties import DeskRef
from liaison.node.models import AttachmentRow, Delivery, IncomingCopy, KeptLetter, LostMessage, OutgoingCopy
from liaison.node.models.ways.letter_box import LIVE
from liaison.node.node import Node
from liaison.node.unit_of_work import reading


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
    """How many copies were sent and received, by state, and how much work waits."""
    with reading(node):
        waiting = Delivery.objects.values("kind").annotate(count=Count("pk"))
        counts = {f"waiting_{row['kind']}": row["count"] for row in waiting}
        sent = OutgoingCopy.objects.values("state").annotate(count=Count("pk"))
        counts |= {f"sent_{row['state'].replace('-', '_')}": row["count"] for row in sent}
        received = IncomingCopy.objects.values("verdict").annotate(count=Count("pk"))
        counts |= {f"received_{row['verdict']}": row["count"] for row in received}
        counts["kept_letters"] = KeptLetter.objects.filter(state__in=LIVE).count()
    return counts


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
