"""How is a request that a program sends again answered as the first time, and done once?

    answer = once(node, token, Asked(key, digest), do)      do() → Answer(201, "{…}")

Invariants: what `do` changes and its answer are committed together; the same key with another request is refused;
an answer is kept for two days; two requests at once wait for each other, by the writer's lock or by the unique row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from liaison.errors import UsageError
from liaison.node.models import KeptAnswer
from liaison.node.node import Node
from liaison.node.unit_of_work import unit_of_work

KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its key names it; `digest` covers all of it."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What it was answered: ids only, never contents."""

    status: int
    body: str
    again: bool = False


def once(node: Node, token: int, asked: Asked, do: Callable[[], Answer]) -> Answer:
    """Do it, or give the answer of the first time. Raises UsageError for a key that was used for something else."""
    now = node.clock.now()
    with unit_of_work(node):
        KeptAnswer.objects.filter(token=token, at__lte=now - KEPT).delete()
        named = {"token_id": token, "key": asked.key}
        row, fresh = KeptAnswer.objects.get_or_create(**named, defaults={"request_hash": asked.digest, "at": now})
        if not fresh:
            if row.request_hash != asked.digest:
                raise UsageError("idempotency-key-reused")
            return Answer(row.status, row.body, again=True)
        answer = do()
        KeptAnswer.objects.filter(pk=row.pk).update(status=answer.status, body=answer.body)
    return answer
