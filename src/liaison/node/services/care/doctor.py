"""Is this node well? A table of checks, each a finding with its next step.

    findings = examine(node, surroundings)        in the order of CHECKS; a check never stops the others

Invariants: looking changes nothing; FAIL is for what loses messages, keys or trust, WARN for what a person should look
at; a silent peer or an old mirror is never a FAIL, because the node works on without them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError

from liaison.errors import NotNowError
from liaison.node.node import Node
from liaison.node.services.care import dealings, ending, machine, telling
from liaison.node.services.care.findings import FAIL, Finding
from liaison.node.services.care.surroundings import Surroundings
from liaison.node.unit_of_work import reading

Check = Callable[[Node, Surroundings], Finding]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("home", machine.check_home),
    ("credential", machine.check_credential),
    ("database", machine.check_database),
    ("keys", machine.check_keys),
    ("disk", machine.check_disk),
    ("storage", machine.check_storage),
    ("worker", machine.check_worker),
    ("heartbeat", ending.check_heartbeat),
    ("clock", dealings.check_clock),
    ("tls", dealings.check_tls),
    ("ending", ending.check_ending),
    ("mirrors", dealings.check_mirrors),
    ("registers", dealings.check_registers),
    ("outbox", dealings.check_outbox),
    ("letter-boxes", dealings.check_letter_boxes),
    ("jobs", dealings.check_jobs),
    ("telling", telling.check_telling),
    ("writing", dealings.check_writing),
)


def examine(node: Node, around: Surroundings) -> list[Finding]:
    """Every finding, in the order of the table."""
    return [_attempt(name, check, node, around) for name, check in CHECKS]


def _attempt(name: str, check: Check, node: Node, around: Surroundings) -> Finding:
    try:
        with reading(node):
            return check(node, around)
    except (DatabaseError, NotNowError):
        return Finding(name, FAIL, "database-silent")
