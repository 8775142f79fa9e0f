"""Is the installation itself sound: its files, its keys, its tables, its disk, its worker?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from liaison.errors import At, MalformedError, UsageError
from liaison.keys.private import Ed25519Signer, SealingIdentity
from liaison.keys.public import Purpose
from liaison.node.models import HeldKey, Timer
from liaison.node.node import Node
from liaison.node.services.care.findings import FAIL, OK, WARN, Finding
from liaison.node.services.care.surroundings import Surroundings
from liaison.wire.identifiers import format_instant

WORKER_SILENT = timedelta(minutes=5)


def check_home(node: Node, around: Surroundings) -> Finding:
    """Is what is secret readable by its owner alone?"""
    if around.exposed:
        return Finding("home", FAIL, "home-open", {"path": str(around.exposed[0]), "count": len(around.exposed)})
    if around.foreign:
        return Finding("home", WARN, "home-foreign", {"path": str(around.foreign[0]), "count": len(around.foreign)})
    return Finding("home", OK, "home-private")


def check_credential(node: Node, around: Surroundings) -> Finding:
    """Is the credential kept apart from what it unlocks?"""
    if around.credential.absolute().is_relative_to(node.home.absolute()):
        return Finding("credential", WARN, "credential-beside-keys")
    return Finding("credential", OK, "credential-apart")


def check_keys(node: Node, around: Surroundings) -> Finding:
    """Does every key that the tables name open, and is it the one they name?"""
    held = list(HeldKey.objects.filter(destroyed_at=None).order_by("fingerprint"))
    locked = [row.fingerprint for row in held if not _opens(node, row)]
    if locked:
        return Finding("keys", FAIL, "keys-missing", {"count": len(locked), "fingerprint": locked[0]})
    return Finding("keys", OK, "keys-open" if held else "keys-none", {"count": len(held)})


def _opens(node: Node, row: HeldKey) -> bool:
    kind = SealingIdentity if row.purpose == Purpose.SEALING.value else Ed25519Signer
    try:
        return kind.from_seed(node.vault.load(row.fingerprint)).public.fingerprint == row.fingerprint
    except (MalformedError, UsageError):
        return False


def check_database(node: Node, around: Surroundings) -> Finding:
    """Does the database answer, is it of this version, and does it keep what it confirmed?"""
    connection = connections[node.database]
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Finding("database", FAIL, "database-old", {"count": len(missing)})
    sqlite = connection.vendor == "sqlite"
    wanted: dict[str, tuple[str, ...]] = {"PRAGMA journal_mode": ("wal", "memory"), "PRAGMA synchronous": ("2", "3")}
    if not sqlite:
        wanted = {"SHOW fsync": ("on",), "SHOW synchronous_commit": ("on", "local", "remote_write", "remote_apply")}
    with connection.cursor() as cursor:
        for question, good in wanted.items():
            cursor.execute(question)
            value = str(cursor.fetchone()[0])
            if value not in good:
                named = {"setting": question.split()[1], "value": value}
                return Finding("database", FAIL, "database-not-durable", named)
    return Finding("database", OK, "database-durable", {"engine": "SQLite" if sqlite else "PostgreSQL"})


def check_disk(node: Node, around: Surroundings) -> Finding:
    """Is there room?"""
    percent, reserve = around.free * 100 // max(around.total, 1), node.config.storage.reserve(around.total)
    state, code = (OK, "disk-free")
    if around.free < 2 * reserve:
        state, code = (WARN, "disk-low") if around.free > reserve else (FAIL, "disk-full")
    return Finding("disk", state, code, {"percent": percent, "reserve": reserve >> 20})


def check_storage(node: Node, around: Surroundings) -> Finding:
    """Did the disk keep its word?"""
    found = node.storage.last_failure()
    if found is None:
        return Finding("storage", OK, "storage-sound")
    noted, reason = found
    named = {"reason": reason, "at": At(format_instant(datetime.fromtimestamp(int(noted), UTC)))}
    return Finding("storage", FAIL if node.storage.failure() else WARN, "storage-failed-once", named)


def check_worker(node: Node, around: Surroundings) -> Finding:
    """Is somebody there to do the waiting work?"""
    alive = around.worker
    if alive is None:
        ran = Timer.objects.exclude(ran_at=None).order_by("-ran_at").values_list("ran_at", flat=True).first()
        alive = ran is not None and node.clock.now() - ran < WORKER_SILENT
    return Finding("worker", OK if alive else WARN, "worker-alive" if alive else "worker-missing")
