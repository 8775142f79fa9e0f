"""Which jobs does a node run by itself, and how often?

Invariants: a job looks at every register the node follows or keeps; what fails for one is told and tried again the
next time, and does not stop the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from liaison.errors import LiaisonError, UsageError
from liaison.keys.public import Purpose
from liaison.node.models import HeldKey
from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts
from liaison.node.reads.memory import own_memory
from liaison.node.reads.own import hostings
from liaison.node.services.mirror import sync_register
from liaison.node.services.publication import Place, publish_node
from liaison.node.services.secretariat import is_secretariat
from liaison.node.services.witnessing import collect_cosignatures, note_checkpoint
from liaison.node.unit_of_work import reading
from liaison.node.work.timers import Job

log = logging.getLogger("liaison.jobs")

SEALING_KEY_SERVES = timedelta(days=30)


def mirror_registers(node: Node) -> None:
    """Bring the copy of every followed register up to date."""
    for register in own_memory(node).registers():
        _attempt(register, lambda register=register: sync_register(node, register=register))  # type: ignore[misc]
    forget_facts(node)


def collect_witnesses(node: Node) -> None:
    """As the secretariat: ask the witnesses for their lines on the present checkpoint."""
    for register in _kept(node):
        _attempt(register, lambda register=register: collect_cosignatures(node, register=register))  # type: ignore[misc]
    forget_facts(node)


def note_checkpoints(node: Node) -> None:
    """As the secretariat: log a cosigned checkpoint, so that log time goes on."""
    for register in _kept(node):
        _attempt(register, lambda register=register: note_checkpoint(node, register=register))  # type: ignore[misc]


def rotate_sealing_keys(node: Node) -> None:
    """Publish fresh sealing keys for every own node whose newest are 30 days old."""
    for own in hostings(node):
        place = Place(own.register, own.participant, own.node)
        with reading(node):
            keys = HeldKey.objects.filter(
                purpose=Purpose.SEALING.value, register=own.register, participant=own.participant, node=own.node
            )
            newest = keys.order_by("-created_at").values_list("created_at", flat=True).first()
        if newest is not None and node.clock.now() - newest >= SEALING_KEY_SERVES:
            _attempt(own.register, lambda place=place: publish_node(node, place, fresh_keys=True))  # type: ignore[misc]


def _kept(node: Node) -> list[str]:
    return [register for register in own_memory(node).registers() if is_secretariat(node, register)]


def _attempt(register: str, action: Callable[[], object]) -> None:
    try:
        action()
    except UsageError as error:
        log.info("register %s: %s", register[:16], error.code)
    except LiaisonError as error:
        log.warning("register %s: %s", register[:16], error.code)


JOBS: tuple[Job, ...] = (
    Job("mirror-registers", timedelta(seconds=60), mirror_registers),
    Job("collect-witnesses", timedelta(seconds=60), collect_witnesses),
    Job("note-checkpoints", timedelta(days=7), note_checkpoints),
    Job("rotate-sealing-keys", timedelta(hours=6), rotate_sealing_keys),
)
