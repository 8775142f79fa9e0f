"""What would a node have mirrored of the register of a test, and which keys would it hold? Written to its tables.

    with unit_of_work(node):
        mirror(registry)                          the log, facts and record parts, trusted as they are
        hold_keys(node, registry, "XD")           a node of a State and its desk `duty`

The keys are seeds that follow from their names, so that a failing test fails again in the same way.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import tests.with_django  # noqa: F401
from liaison.keys.public import Purpose
from liaison.node import models
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts
from liaison.node.reads.memory import forget
from liaison.node.unit_of_work import unit_of_work
from liaison.register.facts import encode_fact
from liaison.register.records import encode_record
from liaison.register.vocabulary import DeskKind
from liaison.tlog.log import append_entries
from liaison.tlog.proofs import EMPTY_HEAD
from liaison.wire.note import format_note
from tests.register.registry import RegisterBuilder, seed

START = datetime(2026, 11, 22, 3, 2, tzinfo=UTC)


def seed_node(node: Node, registry: RegisterBuilder, *codes: str) -> None:
    """Write what `node` would hold that mirrors the registry and runs the nodes of `codes`."""
    forget(node)
    forget_facts(node)
    with unit_of_work(node):
        mirror(registry)
        models.Epoch.objects.get_or_create(value="00" * 16, defaults={"begun_at": START, "reason": "init"})
        for code in codes:
            hold_keys(node, registry, code)


def mirror(registry: RegisterBuilder) -> None:
    """Write the registry's log, facts and record parts as rows, trusted as they are."""
    register = registry.entries[0].leaf
    growth = append_entries(DatabaseTileStore(register), EMPTY_HEAD, registry.leaves)
    models.Tile.objects.filter(register=register).delete()
    DatabaseTileStore(register).write(growth.items)
    note = format_note(registry.checkpoint())
    size = len(registry.leaves)
    models.FollowedRegister.objects.update_or_create(
        register=register,
        defaults={
            "origin": registry.origin,
            "title": "Register of the rehearsal",
            "rehearsal": registry.rehearsal,
            "anchor": b"",
            "size": size,
            "applied": size,
            "trusted_size": size,
            "checkpoint": note,
            "trusted_checkpoint": note,
        },
    )
    models.FactRow.objects.filter(register=register).delete()
    changed = registry.view.changed
    rows = [("globals", "", changed.globals)]
    rows += [("participant", name, fact) for name, fact in changed.participants.items()]
    rows += [("key", name, fact) for name, fact in changed.keys.items()]
    rows += [("nomination", name, fact) for name, fact in changed.nominations.items()]
    rows += [("quorum", f"{fact.index:020d}", fact) for fact in changed.quorums]
    rows += [("time", f"{fact.index:020d}", fact) for fact in changed.times]
    models.FactRow.objects.bulk_create(
        models.FactRow(register=register, kind=kind, name=name, pending=False, data=encode_fact(fact))
        for kind, name, fact in rows
    )
    _mirror_entries(registry)
    for digest, record in registry.records.items():
        models.RecordPart.objects.update_or_create(
            register=register,
            digest=digest,
            defaults={
                "audience": record.audience,
                "part": encode_record(record),
                "state": "current",
                "stored_at": START,
            },
        )


def _mirror_entries(registry: RegisterBuilder) -> None:
    register = registry.entries[0].leaf
    models.LoggedEntry.objects.filter(register=register).delete()
    models.LoggedEntry.objects.bulk_create(
        models.LoggedEntry(
            register=register,
            index=index,
            kind=entry.payload.kind,
            participant=entry.payload.participant or "",
            node=entry.payload.node or "",
            payload_hash=entry.payload_hash,
            verdict="applied",
            rule="",
        )
        for index, entry in enumerate(registry.entries)
    )


def hold_keys(node: Node, registry: RegisterBuilder, code: str, *desks: str, at: str = "main") -> None:
    """Inside a unit of work: what `node` holds as a node of a State and for its desks, `duty` by default."""
    register, participant = registry.entries[0].leaf, registry.ids[code]
    place = {"register": register, "participant": participant, "node": at}
    models.HostedNode.objects.get_or_create(**place, defaults={"since": START})
    for purpose in (Purpose.ENTRY, Purpose.MESSAGE, Purpose.HTTP):
        name = f"{code}/{at}/{purpose.value}"
        _hold(node, registry.key(name).public, seed(registry.prefix + name), purpose, {**place, "desk": ""})
    for desk in desks or ("duty",):
        sealing = registry.sealing(f"{code}/{desk}")
        _hold(node, sealing.public, sealing.seed, Purpose.SEALING, {**place, "desk": desk})
        models.OwnDesk.objects.get_or_create(
            **place,
            desk=desk,
            defaults={"kind": DeskKind.TECHNICAL.value, "languages": ["en"], "expected": {}, "parts": []},
        )


def _hold(node: Node, public: Any, secret: bytes, purpose: Purpose, place: dict[str, str]) -> None:
    node.vault.store(public.fingerprint, secret)
    models.HeldKey.objects.get_or_create(
        fingerprint=public.fingerprint,
        defaults={
            "algorithm": public.alg.value,
            "public": public.key,
            "purpose": purpose.value,
            "created_at": START,
            **place,
        },
    )
