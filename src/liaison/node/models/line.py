"""What does a node keep of the line? Its cases, what it sent and received, the receipts, and the work still to do.

Invariants:
- `OutgoingCopy`, its `Delivery` and the `SentHead` it advances are written in one transaction; so are `IncomingCopy`
  and its `GivenReceipt`; so are `TakenReceipt` and the end of its `Delivery`.
- A number (register, case, sender, recipient, epoch, seq) is given once; a receipt is written once and never changed.
- A `Delivery` with a lease that has run out belongs to nobody: a killed process loses its lease, not the work.
- Rows name their own desk, so that no query of one desk sees another's.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

HASH = 64
LOCAL_ID = 32
UUID = 36
COUNTED = {field: ~Q(**{field: ""}) for field in ("kind", "state", "verdict")}
"""Every row, said so that only a query that counts uses the index: a value that a million rows share leads nowhere."""
READABLE = ~Q(plaintext=b"")
"""The copies whose text is here: of those that retention destroyed, ids, hashes and receipts are kept."""


class Case(models.Model):
    """A thread between fixed desks, as one of this node's own desks sees it; `parties` is canonical JSON.

    The columns from `form` on are its `messages.turns.Standing`, folded from the messages as they come; `others` are
    the participants at the other end, apart by spaces. The last two are the desk's own retention: a case that was
    archived is off the lists until a message comes, one that was destroyed has no texts any more.
    """

    register = models.CharField(max_length=HASH)
    case = models.CharField(max_length=UUID)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    parties = models.BinaryField()
    exercise = models.BooleanField()
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    others = models.TextField(default="")
    form = models.CharField(max_length=32, default="")
    urgency = models.CharField(max_length=16, default="routine")
    ours = models.BooleanField(default=False)
    incident_type = models.CharField(max_length=64, default="")
    severity = models.SmallIntegerField(null=True)
    reference = models.CharField(max_length=100, default="")
    turn = models.CharField(max_length=8, default="nobody")
    turn_since = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=32, default="")
    archived_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "case", "participant", "node", "desk"], name="case_once_a_desk")
        ]
        indexes = [
            models.Index(fields=["participant", "node", "desk", "last_at"], name="case_by_desk_last"),
            models.Index(fields=["participant", "node", "desk", "opened_at"], name="case_by_desk_opened"),
            models.Index(
                fields=["participant", "node", "desk", "turn", "due", "turn_since"],
                condition=Q(closed_at=None),
                name="case_open_by_turn",
            ),
        ]


class OutgoingMessage(models.Model):
    """A core that one of this node's desks sent, with what opens its digests."""

    register = models.CharField(max_length=HASH)
    message_id = models.CharField(max_length=UUID)
    case = models.CharField(max_length=UUID)
    batch = models.CharField(max_length=UUID, default="", db_index=True)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    form = models.CharField(max_length=32)
    urgency = models.CharField(max_length=16)
    state = models.CharField(max_length=24)
    cleared = models.CharField(max_length=48)
    core = models.BinaryField()
    core_hash = models.CharField(max_length=HASH, db_index=True)
    composed_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "message_id", "participant", "node"], name="outgoing_message_once"
            )
        ]
        indexes = [
            models.Index(fields=["register", "case"], name="outgoing_by_case"),
            # Checks of persons are few among the messages of a desk, and are asked for by every list of desks.
            models.Index(
                fields=["participant", "node", "desk", "composed_at"],
                condition=Q(form="line-test"),
                name="outgoing_line_test",
            ),
        ]


class OutgoingCopy(models.Model):
    """The copy for one desk: its number, its signed envelope, the sealed bytes until they are receipted, its state."""

    # As with the other keys here that begin a unique constraint: its index serves both.
    message = models.ForeignKey(OutgoingMessage, on_delete=models.PROTECT, related_name="copies", db_index=False)
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    epoch = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    prev = models.CharField(max_length=HASH, default="")
    message_hash = models.CharField(max_length=HASH, db_index=True)
    plaintext = models.BinaryField()
    sealed = models.BinaryField()
    sealed_hash = models.CharField(max_length=HASH, db_index=True)
    sealed_to = models.CharField(max_length=HASH)
    sealed_before = models.JSONField(default=list)
    state = models.CharField(max_length=24)
    reason = models.CharField(max_length=48, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "participant", "node", "desk"], name="outgoing_copy_once")
        ]
        indexes = [
            models.Index(
                fields=["state"],
                condition=Q(state__in=("rejected", "stopped", "bounced", "silent")),
                name="outgoing_copy_not_taken",
            ),
            models.Index(fields=["state"], condition=COUNTED["state"], name="outgoing_copy_counted"),
        ]


class SentHead(models.Model):
    """The last number given in one case by one sending node to one desk, and the hash it was given to."""

    register = models.CharField(max_length=HASH)
    case = models.CharField(max_length=UUID)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    to_participant = models.CharField(max_length=HASH)
    to_node = models.CharField(max_length=LOCAL_ID)
    to_desk = models.CharField(max_length=LOCAL_ID)
    epoch = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    message_hash = models.CharField(max_length=HASH)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "case", "participant", "node", "to_participant", "to_node", "to_desk"],
                name="sent_head_once",
            )
        ]


class TakenReceipt(models.Model):
    """A receipt for one of our copies, as it came and verified; `way` is how (empty: before ways were noted)."""

    copy = models.ForeignKey(OutgoingCopy, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    n = models.IntegerField()
    receipt_hash = models.CharField(max_length=HASH)
    receipt = models.BinaryField()
    way = models.CharField(max_length=16, default="")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "n"], name="taken_receipt_once")]


class IncomingCopy(models.Model):
    """A message that is authentic, with its verdict; `reused` marks another text under an identifier already taken,
    `owed` one that a person has still to acknowledge."""

    register = models.CharField(max_length=HASH)
    from_participant = models.CharField(max_length=HASH)
    from_node = models.CharField(max_length=LOCAL_ID)
    from_desk = models.CharField(max_length=LOCAL_ID)
    message_id = models.CharField(max_length=UUID)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    case = models.CharField(max_length=UUID)
    epoch = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    core_hash = models.CharField(max_length=HASH, db_index=True)
    message_hash = models.CharField(max_length=HASH)
    sealed_hash = models.CharField(max_length=HASH)
    plaintext = models.BinaryField()
    form = models.CharField(max_length=32)
    urgency = models.CharField(max_length=16)
    verdict = models.CharField(max_length=8)
    reason = models.CharField(max_length=48, default="")
    notes = models.JSONField(default=list)
    way = models.CharField(max_length=16)
    reused = models.BooleanField(default=False)
    owed = models.BooleanField(default=False)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_participant", "from_node", "message_id", "participant", "node", "desk", "register"],
                condition=Q(reused=False),
                name="incoming_copy_once",
            ),
            models.UniqueConstraint(
                fields=["message_id", "message_hash", "participant", "node", "desk"], name="incoming_bytes_once"
            ),
        ]
        indexes = [
            models.Index(fields=["register", "case"], name="incoming_by_case"),
            models.Index(
                fields=["participant", "node", "desk", "received_at"], condition=Q(owed=True), name="incoming_owed"
            ),
            models.Index(fields=["verdict"], condition=COUNTED["verdict"], name="incoming_counted"),
            models.Index(
                fields=["participant", "node", "desk", "received_at"],
                condition=Q(form="line-test"),
                name="incoming_line_test",
            ),
        ]


class GivenReceipt(models.Model):
    """A receipt this node signed; without `incoming` it speaks of sealed bytes that did not open."""

    incoming = models.ForeignKey(
        IncomingCopy, null=True, on_delete=models.PROTECT, related_name="receipts", db_index=False
    )
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    to_participant = models.CharField(max_length=HASH)
    to_node = models.CharField(max_length=LOCAL_ID)
    sealed_hash = models.CharField(max_length=HASH)
    n = models.IntegerField()
    receipt_hash = models.CharField(max_length=HASH, db_index=True)
    receipt = models.BinaryField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incoming", "n"], name="given_receipt_once"),
            models.UniqueConstraint(
                fields=["participant", "node", "sealed_hash", "to_participant", "to_node"],
                condition=Q(incoming=None),
                name="unopened_receipt_once",
            ),
        ]
        indexes = [models.Index(fields=["sealed_hash"], name="given_receipt_by_bytes")]


class AttachmentRow(models.Model):
    """A sealed file of a message: `held` here, `wanted` from the sender, `on-demand` (large) or `failed`.

    `spoiled` counts how often all of it had come and was not what the message names.
    """

    outgoing = models.ForeignKey(OutgoingMessage, null=True, on_delete=models.PROTECT, related_name="attachments")
    incoming = models.ForeignKey(IncomingCopy, null=True, on_delete=models.PROTECT, related_name="attachments")
    position = models.IntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=127)
    size = models.BigIntegerField()
    sealed = models.CharField(max_length=HASH, db_index=True)
    sealed_size = models.BigIntegerField()
    state = models.CharField(max_length=16)
    spoiled = models.SmallIntegerField(default=0)


class Delivery(models.Model):
    """One thing to do at one peer: send a `message`, hand over a `receipt`, `fetch` an attachment, `leave` the files of
    a copy in a letter box, or send a `mail`."""

    kind = models.CharField(max_length=16)
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    copy = models.ForeignKey(OutgoingCopy, null=True, on_delete=models.CASCADE)
    receipt = models.ForeignKey(GivenReceipt, null=True, on_delete=models.CASCADE)
    attachment = models.ForeignKey(AttachmentRow, null=True, on_delete=models.CASCADE)
    due = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, default="")
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=64, default="")
    error_since = models.DateTimeField(null=True)
    """Since when every attempt met this same error."""
    since = models.DateTimeField()

    class Meta:
        # With the key at its end, so that PostgreSQL need not sort a million rows that became due together.
        indexes = [
            models.Index(fields=["participant", "node", "due", "id"], name="delivery_by_peer_due"),
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False), name="delivery_leased"),
            models.Index(fields=["since"], condition=Q(attempts__gt=0, kind="message"), name="delivery_tried"),
            models.Index(fields=["kind"], condition=COUNTED["kind"], name="delivery_counted"),
        ]


class PeerHealth(models.Model):
    """How a peer has answered of late: the circuit breaker's memory, shared by all processes."""

    pk = models.CompositePrimaryKey("participant", "node")
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    failures = models.IntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    slow = models.BooleanField(default=False)
    last_error = models.CharField(max_length=64, default="")
    changed_at = models.DateTimeField()


class Timer(models.Model):
    """A job that comes back: when it is due, and who is running it now."""

    name = models.CharField(max_length=64, primary_key=True)
    due = models.DateTimeField(db_index=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, default="")
    last_error = models.CharField(max_length=64, default="")
    ran_at = models.DateTimeField(null=True)
