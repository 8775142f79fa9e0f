"""What does a command do itself instead of waiting for the worker? First attempts side by side; a file it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from django.db import connections

from liaison.errors import NotNowError, UnreachableError, VerificationError
from liaison.node.models import AttachmentRow, Delivery
from liaison.node.node import Node
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.line.fetching import source_of
from liaison.node.unit_of_work import reading
from liaison.node.work import outbox
from liaison.node.work.outbox import Lease

THREADS = 48
GOES_ON = {"attachment-altered", "attachment-in-hand"}


def deliver_at_once(node: Node, leases: Sequence[Lease], *, threads: int = THREADS) -> int:
    """Attempt each leased delivery once; how many are done. What fails is postponed for the worker."""
    left: list[str] = []

    def attempt(lease: Lease) -> bool:
        try:
            return deliver(node, lease)
        except NotNowError:  # Not even that it failed could be written: the worker frees it when the disk takes it.
            left.append(lease.token)
            return False
        finally:
            if len(leases) > 1:
                connections.close_all()

    if len(leases) <= 1:
        done = sum(map(attempt, leases))
    else:
        with ThreadPoolExecutor(min(threads, len(leases))) as pool:
            done = sum(pool.map(attempt, leases))
    if left:
        node.waker.wake(left)
    return done


def deliver_within(node: Node, leases: Sequence[Lease], seconds: float) -> None:
    """Begin the first attempts and wait so long for them; what is not done then goes on beside the caller."""

    def attempt() -> None:
        try:
            deliver_at_once(node, leases)
        finally:
            connections.close_all()

    thread = Thread(target=attempt, name="first-attempts", daemon=True)
    thread.start()
    thread.join(seconds)


def fetch_at_once(node: Node, row: AttachmentRow) -> Iterator[int]:
    """Fetch an attachment that is wanted, beside the worker; how many bytes have arrived, again and again.

    Ends when all of it is here. Raises VerificationError when it was given up, UnreachableError when the sender does
    not give it now: then the work stays, with what has arrived.
    """
    while True:
        with reading(node):
            state = AttachmentRow.objects.values_list("state", flat=True).get(pk=row.pk)
        if state == "held":
            return
        if state == "failed":
            raise VerificationError("attachment-given-up", digest=row.sealed)
        yield node.blobs.arrived(row.sealed, source_of(row))
        lease = outbox.lease_fetch(node, row.pk)
        if lease is not None and not deliver(node, lease):
            with reading(node):
                why = Delivery.objects.filter(pk=lease.delivery).values_list("last_error", flat=True).first()
            if why is not None and why not in GOES_ON:
                raise UnreachableError("attachment-not-now", reason=why)
