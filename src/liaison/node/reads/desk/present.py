"""Of which kinds is there anything at all that the first page of a desk tells of? One statement, before any is read.

    there = present(node, register, desk, officer=7)        frozenset({"notes", "shared"})

Invariants:
- What is absent here is shown nowhere: every condition is at least as wide as that of the read it stands before, which
  then looks closely. It is asked anew at every look and kept nowhere.
- Rows of the desk alone, but for what every desk on the node is told: that its worker is silent, that work is planned
  at all of it, and that some mail could not be verified.
- The text is made once: most kinds are absent most of the time, and making a statement for each would cost more than
  all of their answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from django.db import connections

from liaison.duty.checks.results import KEY_OLD, WORKER_MAY_BE_SILENT
from liaison.messages.parties import DeskRef
from liaison.node import models
from liaison.node.database_router import current_database
from liaison.node.node import Node
from liaison.node.reads.duty.exercises import LASTS
from liaison.node.unit_of_work import reading

MAIL_SHOWN = timedelta(days=14)
"""For so long a mail that could not be verified stands on the first page."""

_DESK = '"participant" = %(participant)s AND "node" = %(node)s AND "desk" = %(desk)s'
_OURS = f'"register" = %(register)s AND {_DESK}'
_TO_US = (
    '"register" = %(register)s AND "participant" = %(participant)s AND "to_node" = %(node)s AND "to_desk" = %(desk)s'
)
# Literal, where an engine uses a partial index only when it sees that its condition holds.
KINDS: Mapping[str, tuple[tuple[Any, str], ...]] = MappingProxyType(
    {
        "rota": ((models.DutyLayer, _OURS), (models.DutySpell, _OURS)),
        "notes": ((models.HandoverNote, f'{_OURS} AND "seen_at" IS NULL'),),
        "swaps": (
            (models.DutySwap, f'{_OURS} AND "state" = \'asked\' AND ("one" = %(officer)s OR "other" = %(officer)s)'),
        ),
        "exercise": (
            (
                models.Case,
                f'{_DESK} AND "last_at" > %(played)s AND "exercise" AND "form" IN (\'exercise-inject\', '
                "'exercise-control')",
            ),
        ),
        "escalations": ((models.Escalation, f"{_DESK} AND \"state\" <> 'over'"),),
        "worker-silent": ((models.Heartbeat, '"name" = \'worker\' AND ("at" < %(silent)s OR "at" > %(ahead)s)'),),
        "planned-work": ((models.PlannedWork, f'"ends" > %(now)s AND ("desk" = \'\' OR ({_OURS}))'),),
        "mail-key": ((models.MailKey, _OURS),),
        "old-key": (
            (
                models.HeldKey,
                f'{_OURS} AND "purpose" = \'sealing\' AND "retired_at" IS NULL AND "created_at" <= %(key_old)s',
            ),
        ),
        "requests": (
            (models.ClearanceRequest, f"{_OURS} AND \"state\" = 'waiting'"),
            (models.CaseShare, f"{_TO_US} AND \"purpose\" IN ('clearance', 'handed-over')"),
        ),
        "elsewhere": (
            (models.ClearanceElsewhere, f'{_OURS} AND "answer" = \'\' AND NOT "ours" AND "deadline" > %(now)s'),
        ),
        "reviews": ((models.Review, f'{_OURS} AND "seen_at" IS NULL'),),
        "shared": ((models.CaseShare, _TO_US),),
        "received": ((models.InternalCase, f'{_OURS} AND NOT "ours" AND "state" <> \'ended\''),),
        "offered": ((models.CaseShare, f"{_OURS} AND \"purpose\" = 'handing-over'"),),
        "follow-ups": ((models.FollowUp, f'{_DESK} AND "due" <= %(now)s'),),
        "silent": ((models.AwaitedAnswer, f'{_DESK} AND "told_at" IS NOT NULL AND "answered_at" IS NULL'),),
        "unverified": ((models.FetchedMail, '"standing" = \'unverified\' AND "fetched_at" >= %(mail)s'),),
        "guests": ((models.GuestPage, f'{_OURS} AND "closed_at" IS NULL AND "until" > %(now)s'),),
        "reports": ((models.TrackedReport, f'{_DESK} AND "side" = \'received\' AND NOT "done"'),),
        "drafts": ((models.Draft, f"{_OURS} AND \"sent_as\" = ''"),),
    }
)


def _exists(model: Any, condition: str) -> str:
    return f'EXISTS (SELECT 1 FROM "{model._meta.db_table}" WHERE {condition})'  # noqa: S608 — names of the models


_STATEMENT = "SELECT " + ",\n".join(" OR ".join(_exists(*each) for each in rows) for rows in KINDS.values())


def present(node: Node, register: str, desk: DeskRef, *, officer: int) -> frozenset[str]:
    """The kinds of which this desk, or this officer at it, has anything."""
    now = node.clock.now()
    moments = {
        "now": now,
        "played": now - LASTS,
        "silent": now - WORKER_MAY_BE_SILENT,
        "ahead": now + WORKER_MAY_BE_SILENT,
        "key_old": now - KEY_OLD,
        "mail": now - MAIL_SHOWN,
    }
    named: dict[str, Any] = {"register": register, "participant": desk.participant, "node": desk.node}
    named |= {"desk": desk.desk, "officer": officer}
    with reading(node):
        connection = connections[current_database.get()]
        named |= {name: connection.ops.adapt_datetimefield_value(at) for name, at in moments.items()}
        with connection.cursor() as cursor:
            cursor.execute(_STATEMENT, named)
            found = cursor.fetchone()
    return frozenset(kind for kind, there in zip(KINDS, found, strict=True) if there)
