"""How does a node come to life? Its tables are made or brought up to date, and its first epoch begins."""

from __future__ import annotations

from datetime import timedelta

from django.core.management import call_command

from liaison.node.models import Epoch, Setting
from liaison.node.node import Node
from liaison.node.unit_of_work import unit_of_work

TLS = "tls"
EPOCH_BYTES = 16


def migrate(node: Node) -> None:
    """Bring the tables to the present version; idempotent."""
    call_command("migrate", database=node.database, verbosity=0, interactive=False)


def initialise_node(node: Node, *, tls_hash: str) -> str:
    """Make the tables, note the TLS key and begin the first epoch; return the epoch. Idempotent."""
    migrate(node)
    return begin_life(node, tls_hash=tls_hash)


def begin_life(node: Node, *, tls_hash: str) -> str:
    """Note the TLS key and begin the first epoch on tables that are up to date. Idempotent."""
    with unit_of_work(node):
        set_setting(TLS, tls_hash)
        latest = Epoch.objects.order_by("-begun_at").first()
        return latest.value if latest else begin_epoch(node, reason="init")


def begin_epoch(node: Node, *, reason: str) -> str:
    """Begin a new epoch (after init or restore) inside the present unit of work, and return it."""
    value, begun = node.entropy.draw(EPOCH_BYTES).hex(), node.clock.now()
    latest = Epoch.objects.order_by("-begun_at").first()
    if latest is not None:  # The newest counts, also where the clock has gone back since.
        begun = max(begun, latest.begun_at + timedelta(microseconds=1))
    Epoch.objects.create(value=value, begun_at=begun, reason=reason)
    return value


def set_setting(name: str, value: str) -> None:
    """Note one fact about this installation inside the present unit of work."""
    Setting.objects.update_or_create(name=name, defaults={"value": value})
