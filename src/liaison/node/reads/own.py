"""What does this installation know about itself? Its epoch, its settings and whom it hosts."""

from __future__ import annotations

from dataclasses import dataclass

from liaison.errors import NotNowError, UsageError
from liaison.node.models import Epoch, HostedNode, Setting
from liaison.node.node import Node
from liaison.node.unit_of_work import READ_ONLY, reading
from liaison.node.work.statements import fetch


@dataclass(frozen=True, slots=True)
class Hosting:
    """A node of a participant that this installation runs."""

    register: str
    participant: str
    node: str


def current_epoch(node: Node) -> str:
    """The present epoch. Raises `UsageError` on a home that was never initialised."""
    with reading(node):
        latest = Epoch.objects.order_by("-begun_at", "-value").first()
    if latest is None:
        raise UsageError("node-not-initialised", home=str(node.home))
    return latest.value


def setting(node: Node, name: str) -> str:
    """One setting, empty if it was never made."""
    with reading(node):
        rows = fetch(Setting, ("value",), name=name)
    return str(rows[0][0]) if rows else ""


def hostings(node: Node, *, register: str | None = None) -> list[Hosting]:
    """Whom this installation runs nodes for, in order."""
    with reading(node):
        rows = HostedNode.objects.order_by("register", "participant", "node")
        if register is not None:
            rows = rows.filter(register=register)
        return [Hosting(row.register, row.participant, row.node) for row in rows]


def require_writable(node: Node) -> None:
    """Return unless the node was restored and waits for its operator. Raises `NotNowError`."""
    if setting(node, READ_ONLY):
        raise NotNowError("node-read-only")
