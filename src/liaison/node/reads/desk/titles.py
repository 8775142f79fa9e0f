"""What does a case go by? The words of its first message that name it, in the language they were written in.

    read_titles(desk, [812, 813]) == {812: Title("Scanning from your network", "en")}      keys of rows of cases

Invariants: cases of the desk only; one statement for all of them, which looks at the messages of these cases alone;
the caller passes only cases whose contents may be shown. A case whose texts were destroyed has no title.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connections

from liaison.messages.message import kept_fields
from liaison.messages.parties import DeskRef
from liaison.node.database_router import current_database
from liaison.node.models import Case, IncomingCopy, OutgoingCopy, OutgoingMessage
from liaison.wire.canonical import JSON

TITLES = ("title", "subject", "question", "summary", "greeting", "remark")

_CASE, _IN = Case._meta.db_table, IncomingCopy._meta.db_table
_OUT, _COPY = OutgoingMessage._meta.db_table, OutgoingCopy._meta.db_table
_OF_CASE = """
    "{table}"."register" = "{case}"."register" AND "{table}"."case" = "{case}"."case"
    AND "{table}"."participant" = %s AND "{table}"."node" = %s AND "{table}"."desk" = %s
"""
# The text of a message is its own copy's; of one that the desk sent, any copy's: all carry the same core. The desk is
# asked of the messages, because asked of the cases it would lead through all of the desk's instead of to these keys.
_STATEMENT = f"""
SELECT "{_CASE}"."id", CASE WHEN "{_CASE}"."ours" THEN (
    SELECT "{_COPY}"."plaintext" FROM "{_OUT}" JOIN "{_COPY}" ON "{_COPY}"."message_id" = "{_OUT}"."id"
    WHERE {_OF_CASE.format(table=_OUT, case=_CASE)} AND LENGTH("{_COPY}"."plaintext") > 0
    ORDER BY "{_OUT}"."id", "{_COPY}"."id" LIMIT 1
) ELSE (
    SELECT "{_IN}"."plaintext" FROM "{_IN}"
    WHERE {_OF_CASE.format(table=_IN, case=_CASE)} AND "{_IN}"."verdict" = 'accepted'
    AND LENGTH("{_IN}"."plaintext") > 0 ORDER BY "{_IN}"."id" LIMIT 1
) END
FROM "{_CASE}" WHERE "{_CASE}"."id" IN ({{places}})
"""  # noqa: S608 — names of the models


@dataclass(frozen=True, slots=True)
class Title:
    """The words a case goes by, in the language they were written in."""

    text: str
    lang: str


def read_titles(desk: DeskRef, keys: Sequence[int]) -> Mapping[int, Title]:
    """The titles of the cases with these keys, those that have one; inside a reading."""
    if not keys:
        return {}
    with connections[current_database.get()].cursor() as cursor:
        text = _STATEMENT.format(places=", ".join(["%s"] * len(keys)))
        cursor.execute(text, [*2 * (desk.participant, desk.node, desk.desk), *keys])
        found = [(key, title_of(kept_fields(bytes(said)))) for key, said in cursor.fetchall() if said is not None]
    return {key: title for key, title in found if title is not None}


def title_of(fields: Mapping[str, JSON]) -> Title | None:
    """The words a message goes by: the first of its free texts that names it."""
    for name in TITLES:
        value = fields.get(name)
        if isinstance(value, dict) and value.get("text"):
            return Title(str(value["text"])[:200], str(value.get("lang", "")))
    return None
