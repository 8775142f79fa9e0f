"""When do keys change? Sealing keys every 30 days by themselves; the old one is destroyed 60 days after its successor
was seen in a cosigned checkpoint.

    made ── 30 days ──► successor published ──► successor trusted: old one retired ── 60 days ──► old one destroyed

Invariants: no ceremony is needed, because the node's entry key vouches for sealing keys; the old key opens what others
sealed before they saw the new one; a message is opened before it is receipted, so nothing received waits for the key
that is destroyed; what a letter box may still hold keeps the key until the box was seen empty.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q

from liaison.errors import LiaisonError
from liaison.keys.public import Purpose
from liaison.messages.parties import DeskRef
from liaison.node.keyring import destroy_key, public_of, retire_key
from liaison.node.models import Epoch, HeldKey, OwnDesk, OwnLetterBox
from liaison.node.node import Node
from liaison.node.reads.own import hostings, setting
from liaison.node.reads.register import sealing_key
from liaison.node.services.line.resealing import lost_key
from liaison.node.services.publication import Place, publish_node
from liaison.node.unit_of_work import reading

EVERY = timedelta(days=30)
KEPT = timedelta(days=60)

log = logging.getLogger("liaison.rotation")


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many nodes published fresh keys, and how many keys were retired and destroyed."""

    published: int
    retired: int
    destroyed: int


def rotate_all(node: Node) -> Rotated:
    """Publish fresh sealing keys where they are due, retire what was replaced, destroy what is old enough."""
    if setting(node, "read-only"):
        return Rotated(0, 0, 0)
    published = sum(_publish(node, Place(each.register, each.participant, each.node)) for each in hostings(node))
    return Rotated(published, _retire(node), _destroy(node))


def _publish(node: Node, place: Place) -> int:
    made_before = node.clock.now() - EVERY
    with reading(node):
        due = _newest(node, place)
        if _lost(node, place):  # Keys made since the node came back are fresh, whether or not they are trusted yet.
            made_before = max(made_before, Epoch.objects.latest("pk").begun_at)
        elif not due:
            return 0
    try:
        publish_node(node, place, made_before=made_before)
    except LiaisonError as error:
        log.warning("node %s: fresh keys not published: %s", place.node, error.code)
        return 0
    return 1


def _lost(node: Node, place: Place) -> bool:
    """Whether the register names a key for some desk that is not here: it was made after the backup that came back."""
    desks = OwnDesk.objects.filter(register=place.register, participant=place.participant, node=place.node)
    return any(lost_key(node, place.register, DeskRef(row.participant, row.node, row.desk)) for row in desks)


def _newest(node: Node, place: Place) -> bool:
    """Whether some desk's newest sealing key is older than it may be."""
    newest: dict[str, HeldKey] = {}
    rows = _sealing_keys().filter(
        register=place.register, participant=place.participant, node=place.node, retired_at=None
    )
    for row in rows.order_by("created_at", "fingerprint"):
        newest[row.desk] = row
    return any(row.created_at <= node.clock.now() - EVERY for row in newest.values())


def _retire(node: Node) -> int:
    """Retire every sealing key whose successor is the one the trusted register names."""
    with reading(node):
        rows = list(_sealing_keys().filter(retired_at=None).order_by("created_at"))
    done = 0
    for row in rows:
        try:
            named = sealing_key(node, row.register, row.participant, row.desk)
        except LiaisonError:
            continue
        later = any(
            public_of(other) == named and other.created_at > row.created_at and other.desk == row.desk
            for other in rows
            if (other.register, other.participant) == (row.register, row.participant)
        )
        if later:
            retire_key(node, row.fingerprint)
            done += 1
    return done


def _destroy(node: Node) -> int:
    with reading(node):
        retired = _sealing_keys().filter(retired_at__lte=node.clock.now() - KEPT, destroyed_at=None)
        old = [row.fingerprint for row in retired if not _may_have_letters(row)]
    for fingerprint in old:
        destroy_key(node, fingerprint)
    return len(old)


def _may_have_letters(row: HeldKey) -> bool:
    """Whether a letter box of the key's node was not seen empty since the key had been replaced for so long."""
    boxes = OwnLetterBox.objects.filter(register=row.register, participant=row.participant, node=row.node)
    since = row.retired_at + KEPT
    return boxes.filter(Q(emptied_at=None) | Q(emptied_at__lt=since)).exists()


def _sealing_keys() -> Any:
    return HeldKey.objects.filter(purpose=Purpose.SEALING.value)
