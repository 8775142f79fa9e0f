"""May something still be written in a case, or has retention archived or destroyed it?

    require_writable(desk, case)     returns, or raises UsageError("case-archived") or ("case-destroyed")
    require_kept(desk, case)         the same of a destroyed case alone: an archived one can still be read

Invariants: asked inside the unit of work that writes, so that a page which stood open while the node archived or
destroyed the case adds nothing to it (docs/spec/stub.md).
"""

from __future__ import annotations

from datetime import datetime

from liaison.errors import At, UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import Case
from liaison.wire.identifiers import format_instant


def require_writable(desk: DeskRef, case: str) -> None:
    """Inside a unit of work: return unless the case is archived or destroyed. Raises UsageError."""
    archived_at = require_kept(desk, case)
    if archived_at is not None:
        raise UsageError("case-archived", at=At(format_instant(archived_at)))


def require_kept(desk: DeskRef, case: str) -> datetime | None:
    """Inside a unit of work: return when it was archived, if it was, unless it is destroyed. Raises UsageError."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    row = Case.objects.filter(**place, case=case).values("archived_at", "destroyed_at").first()
    if row is None:
        raise UsageError("case-not-found", case=case[:36])
    if row["destroyed_at"] is not None:
        raise UsageError("case-destroyed", at=At(format_instant(row["destroyed_at"])))
    archived_at: datetime | None = row["archived_at"]
    return archived_at
