"""Which ways lead to a node, and which of them is taken? Those of its address record, in its order.

    try_ways(node, lease, by_door=…, by_letter_box=…)     returns when the peer itself has it

Invariants:
- a way that failed, is "not now" or was not tried, because a call before it failed, leads to the next; a refusal by the
  peer itself is an answer and ends the attempt;
- what lies in a letter box is not done: `Lying` says so, and the next attempt begins with the first way again, so one
  message may travel by two and arrives once;
- of a peer whose door did not answer and whose letter box refused, the refusal is told (`BoxRefused`), for it says what
  the desk can do about it;
- a door that failed counts for the peer's breaker also where a letter box took the message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from liaison.errors import LiaisonError, NotNowError, UnreachableError
from liaison.messages.letter_box import State
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import forget, own_memory
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work import circuit
from liaison.node.work.calling import NotSentError, NotTakenError
from liaison.node.work.outbox import Lease
from liaison.register.records import Way

SILENT = "no answer in time"
NOT_NOW = "status-503"
CODES = {
    State.KEPT: "left-in-letter-box",
    State.FETCHED: "fetched-from-letter-box",
    State.EXPIRED: "not-fetched-from-letter-box",
}


@dataclass(frozen=True, slots=True)
class Lying(Exception):
    """It lies in a letter box, or was taken from one and has no receipt yet."""

    code: str
    door_failed: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class BoxRefused(Exception):
    """The peer did not answer, and its letter box gave this reason for taking nothing."""

    code: str
    door_failed: bool
    silent: bool


def try_ways(
    node: Node,
    lease: Lease,
    *,
    by_door: Callable[[], None],
    by_letter_box: Callable[[NodeRef], State],
    beyond: Iterable[NodeRef] = (),
) -> None:
    """Take the first way that works, letter boxes `beyond` those of the record last.

    Raises `Lying` when that was a letter box, `BoxRefused` when one was asked and refused, else what went wrong on the
    way the peer prefers.
    """
    failures: list[Exception] = []
    refused = ""
    door_failed = silent = unasked = False
    for keeper in _keepers(node, lease, beyond):
        try:
            if keeper is None:
                by_door()
                return
            state = by_letter_box(keeper)
        except (UnreachableError, NotNowError) as error:
            if isinstance(error, NotNowError):
                refused = refused or (error.code if keeper is not None else "")
            elif keeper is None:
                door_failed, silent = True, is_silent(error)
            failures.append(error)
        except NotSentError as error:
            unasked = True
            failures.append(error)
        except NotTakenError as not_taken:
            if not_taken.code != NOT_NOW:
                raise
            failures.append(not_taken)
        except LiaisonError as error:
            if keeper is None:
                raise
            refused = refused or error.code
            failures.append(error)
        else:
            if not door_failed and not unasked:
                _note_reached(node, lease.at)
            raise Lying(CODES[state], door_failed, silent)
    if refused:
        raise BoxRefused(refused, door_failed, silent)
    if failures:
        raise failures[0]
    raise UnreachableError("peer-has-no-door", permanent=True, peer=lease.at.node)


def is_silent(error: LiaisonError) -> bool:
    """Whether no answer came in time."""
    return error.params.get("reason") == SILENT


def _keepers(node: Node, lease: Lease, beyond: Iterable[NodeRef]) -> Iterable[NodeRef | None]:
    """The keeping node of each letter box, None for the peer door."""
    ways = register_facts(node, lease.register).ways(lease.at)
    found = [None if way.way is Way.PEER else way.by for way in ways]
    return dict.fromkeys([*found, *beyond])


def _note_reached(node: Node, at: NodeRef) -> None:
    """What waits for a peer without a door goes on as soon as its letter box takes it again."""
    if own_memory(node).health(at).failures:
        with unit_of_work(node):
            circuit.note_success(at, node.clock.now())
        forget(node)
