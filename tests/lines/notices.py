"""Which notices travel over the bad lines, and when have all of them arrived?"""

from __future__ import annotations

import time
from weakref import WeakKeyDictionary

from liaison.messages.parties import DeskRef
from liaison.node.models import Delivery, OutgoingCopy
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.unit_of_work import reading
from tests.crash.facts import Facts, inspect
from tests.crash.invariants import never_backwards, nothing_lost_nothing_twice
from tests.scenarios.processes import Processes

_seen: WeakKeyDictionary[Processes, tuple[Facts, Facts]] = WeakKeyDictionary()
TEXT = "Ten kilobytes of what was seen. " * 320


def queue_notices(world: Processes, sender: str, to: str, count: int, *, text: str = TEXT[:10_000]) -> list[str]:
    """Accept so many notices at a node and wake its worker; their identifiers."""
    letter = Letter(
        register=world.registry.entries[0].leaf,
        sender=DeskRef(world.registry.ids[sender], "main", "duty"),
        to=(DeskRef(world.registry.ids[to], "main", "duty"),),
        form="incident-notice",
        stage="notification",
        exercise=True,
        fields={
            "title": {"lang": "en", "text": "Scanning of port 22"},
            "description": {"lang": "en", "text": text},
            "incident_type": "information-gathering:scanner",
            "expectation": "for-information",
        },
    )
    sent: list[str] = []
    for _ in range(count):
        sent += [message.message_id for message in send_letter(world.nodes[sender], letter)]
    return sent


def waiting(world: Processes, code: str) -> int:
    """How much work is left in a node's outbox."""
    with reading(world.nodes[code]):
        return int(Delivery.objects.count())


def receipted(world: Processes, code: str) -> int:
    """How many copies a node has receipts of."""
    with reading(world.nodes[code]):
        return int(OutgoingCopy.objects.filter(state="received").count())


def until_quiet(world: Processes, code: str, *, seconds: float) -> float:
    """Wait until nothing is left to do at a node; how long it took. Fails after `seconds`."""
    begun = time.monotonic()
    while waiting(world, code):
        assert time.monotonic() - begun < seconds, f"{waiting(world, code)} left, {receipted(world, code)} receipted"
        time.sleep(0.05)
    return time.monotonic() - begun


def check_stories(world: Processes, one: str, other: str, accepted: list[str]) -> tuple[Facts, Facts]:
    """What both nodes hold, after the invariants were judged on it."""
    facts = inspect(world.nodes[one]), inspect(world.nodes[other])
    nothing_lost_nothing_twice(*facts, accepted)
    for before, after in zip(_seen.get(world, ()), facts, strict=False):
        never_backwards(before, after)
    _seen[world] = facts
    return facts
