"""Which of the due work comes first at each peer, however much is queued for any of them?

    first_of_each_peer(now)     {NodeRef("7a77…", "cert"): [812, 813], NodeRef("f5cb…", "cert"): [90]}

Invariants: what is read grows with the number of peers that something waits for, never with what waits: from one peer
the index `delivery_by_peer` leads straight to the next, so a dead peer's million rows cost as much as one. Values are
bound, never part of the text; names come from the models alone; inside a reading or a unit of work.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connections

from liaison.messages.parties import NodeRef
from liaison.node.database_router import current_database
from liaison.node.models import Delivery

MOST_EACH = 4
"""So many of the first are named for each peer."""

_TABLE = Delivery._meta.db_table
# A comparison of both columns at once would be one line, but SQLite looks up the first of them only.
_SAME = f'FROM "{_TABLE}" AS later WHERE later.participant = peer.participant AND later.node > peer.node'
_NEXT = f'FROM "{_TABLE}" AS later WHERE later.participant > peer.participant'
_FIRST = (
    f'(SELECT work.id FROM "{_TABLE}" AS work '  # noqa: S608 — names of the model
    "WHERE work.participant = peer.participant AND work.node = peer.node AND work.due <= %s "
    "AND (work.lease_until IS NULL OR work.lease_until <= %s) "
    "ORDER BY work.due, work.id LIMIT 1 OFFSET {place})"
)
_STATEMENT = f"""
WITH RECURSIVE peer (participant, node) AS (
    SELECT * FROM (SELECT participant, node FROM "{_TABLE}" ORDER BY participant, node LIMIT 1) AS first
    UNION ALL
    SELECT
        CASE WHEN EXISTS (SELECT 1 {_SAME}) THEN peer.participant
             ELSE (SELECT later.participant {_NEXT} ORDER BY later.participant LIMIT 1) END,
        COALESCE((SELECT later.node {_SAME} ORDER BY later.node LIMIT 1),
                 (SELECT later.node {_NEXT} ORDER BY later.participant, later.node LIMIT 1))
    FROM peer WHERE peer.participant IS NOT NULL
)
SELECT peer.participant, peer.node, {", ".join(_FIRST.format(place=place) for place in range(MOST_EACH))}
FROM peer WHERE peer.participant IS NOT NULL
"""  # noqa: S608 — names of the model


def first_of_each_peer(now: datetime) -> dict[NodeRef, list[int]]:
    """The keys of the work that is due and nobody's, the first few of each peer in order."""
    connection = connections[current_database.get()]
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [moment] * (2 * MOST_EACH))
        rows = cursor.fetchall()
    found = {NodeRef(participant, node): [key for key in keys if key is not None] for participant, node, *keys in rows}
    return {at: keys for at, keys in found.items() if keys}
