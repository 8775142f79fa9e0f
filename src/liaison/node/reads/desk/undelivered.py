"""What that a desk sent has not come through? Rejected, stopped, or tried without success, mails that
came back or were not answered in time, the oldest first.

Invariants: copies of the desk's own messages alone; given up ones only while their case is open, because what is over
needs nobody. Two statements whose text is made once: the page of a desk asks them at every look, and they are nearly
always empty, so that making them would cost more than their answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from liaison.messages.parties import DeskRef
from liaison.node.database_router import current_database
from liaison.node.models import Case, Delivery, OutgoingCopy, OutgoingMessage
from liaison.node.node import Node
from liaison.node.reads.desk.waiting import MOST, Some
from liaison.node.reads.line import OF_TRIAL, Trial
from liaison.node.unit_of_work import reading

READ = 10 * MOST


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A copy that has not come through, since when; and how the outbox fares while it is still tried."""

    register: str
    message_id: str
    case: str
    form: str
    desk: DeskRef
    state: str
    reason: str
    since: datetime
    trial: Trial | None


_CASE, _WORK = Case._meta.db_table, Delivery._meta.db_table
_OUT, _COPY = OutgoingMessage._meta.db_table, OutgoingCopy._meta.db_table
_MINE = f'"{_OUT}"."participant" = %s AND "{_OUT}"."node" = %s AND "{_OUT}"."desk" = %s'
_MESSAGE = f'JOIN "{_OUT}" ON "{_OUT}"."id" = "{_COPY}"."message_id"'
_KEY = ("register", "case", "participant", "node", "desk")
_SAME = " AND ".join(f'"{_CASE}"."{name}" = "{_OUT}"."{name}"' for name in _KEY)
# Literal, because an engine uses a partial index only where it sees that its condition holds.
_STATEMENT = f"""
SELECT * FROM (
    SELECT 'given-up' AS kind, "{_COPY}"."id" FROM "{_COPY}" {_MESSAGE}
    WHERE "{_COPY}"."state" IN ('rejected', 'stopped', 'bounced', 'silent') AND {_MINE}
    AND EXISTS (SELECT 1 FROM "{_CASE}" WHERE {_SAME} AND "{_CASE}"."closed_at" IS NULL) LIMIT {READ}
) AS given_up
UNION ALL
SELECT * FROM (
    SELECT 'tried' AS kind, "{_WORK}"."id" FROM "{_WORK}"
    JOIN "{_COPY}" ON "{_COPY}"."id" = "{_WORK}"."copy_id" {_MESSAGE}
    WHERE "{_WORK}"."attempts" > 0 AND "{_WORK}"."kind" IN ('message', 'mail')
    AND "{_COPY}"."state" <> 'stopped' AND {_MINE}
    ORDER BY "{_WORK}"."since" LIMIT {READ}
) AS tried
"""  # noqa: S608 — names of the models
_OF_COPY = (
    "register", "message__message_id", "message__case", "message__form", "participant", "node", "desk", "state",
    "reason",
)  # fmt: skip


def undelivered(node: Node, desk: DeskRef) -> Some:
    """Copies that have not come through, the oldest first."""
    with reading(node):
        keys: dict[str, list[int]] = {"given-up": [], "tried": []}
        with connections[current_database.get()].cursor() as cursor:
            cursor.execute(_STATEMENT, [desk.participant, desk.node, desk.desk] * 2)
            for kind, key in cursor.fetchall():
                keys[kind].append(key)
        found = [*_given_up(keys["given-up"]), *_still_tried(keys["tried"])]
    found.sort(key=lambda each: each.since)
    return Some(tuple(found[:MOST]), len(found))


def _given_up(keys: list[int]) -> Iterator[Undelivered]:
    columns = (*_OF_COPY, "settled_at", "message__composed_at")
    for *copy, settled, composed in OutgoingCopy.objects.filter(pk__in=keys).values_list(*columns) if keys else ():
        yield _undelivered(copy, settled or composed)


def _still_tried(keys: list[int]) -> Iterator[Undelivered]:
    columns = (*(f"copy__{name}" for name in _OF_COPY), "since", *OF_TRIAL)
    for row in Delivery.objects.filter(pk__in=keys).values_list(*columns) if keys else ():
        copy, since, trial = row[: len(_OF_COPY)], row[len(_OF_COPY)], Trial(*row[len(_OF_COPY) + 1 :])
        yield _undelivered(copy, since, trial)


def _undelivered(copy: Sequence[Any], since: datetime, trial: Trial | None = None) -> Undelivered:
    register, message_id, case, form, participant, node, desk, state, reason = copy
    to = DeskRef(participant, node, desk)
    return Undelivered(register, message_id, case, form, to, state, reason, since, trial)
