"""How do many short units of work share one commit? Who comes while one is being written waits for the next one, in
which a single thread writes for all that waited.

    receipt = in_group(node, lambda: store(arrival))     # returns, or raises what `store` raised, after the commit

Invariants (docs/adr/0023):
- nothing is returned, and nothing raised, before the transaction that holds it has ended;
- one that raises is undone alone and spoils nothing for the others: the group is then undone and written again, each
  piece with a savepoint of its own, which all of them would otherwise pay for;
- what the storage itself refuses undoes all, and each piece is then tried in a unit of its own, so that nobody is told
  of something that was undone; a commit that fails fails for all, and is not tried again;
- a piece runs in the context of whoever brought it, whichever thread runs it: the audit trail asks there who acts;
- who comes alone waits for nobody: a group is who came meanwhile, never who might still come.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import Any, TypeVar

from django.db import DatabaseError, IntegrityError, transaction

from liaison.node.database_router import current_database
from liaison.node.node import Node
from liaison.node.unit_of_work import joins_another, unit_of_work
from liaison.node.work.combining import Combiner, Entry

T = TypeVar("T")
Piece = Entry[Callable[[], T], T]

_combiners: dict[str, Combiner[Callable[[], Any], Any]] = {}
_guard = threading.Lock()


class _Undone(Exception):
    """The engine undid more than the savepoint of one piece."""


class _OneRaisedError(Exception):
    """A piece of a group without savepoints raised: what the others wrote has to be told from what it wrote."""


def in_group(node: Node, work: Callable[[], T]) -> T:
    """What `work` gives, durable; it may run in another thread, and again after it was undone.

    Raises what `work` raises, and what a unit of work raises.
    """
    if joins_another(node):
        with unit_of_work(node):
            return work()
    return all_in_group(node, [work])[0].outcome()


def all_in_group(node: Node, works: Sequence[Callable[[], T]]) -> list[Piece[T]]:
    """The same for several that one caller has, each with its own outcome. Never inside a unit of work."""
    with _guard:
        combiner = _combiners.setdefault(node.database, Combiner())
    pieces = [_in_own_context(node, work) for work in works]
    return combiner.do(pieces, lambda take: _write_for_all(node, take)) if works else []


def _in_own_context(node: Node, work: Callable[[], T]) -> Callable[[], T]:
    """The work as the caller would do it, on the tables of the node, in whichever thread."""
    context = copy_context()
    context.run(current_database.set, node.database)
    return lambda: context.run(work)


def _write_for_all(node: Node, take: Callable[[], list[Piece[Any]]]) -> None:
    pieces: list[Piece[Any]] = []
    written = False
    try:
        try:
            with unit_of_work(node):
                pieces = take()
                _write_plainly(pieces)
                written = True
        except _OneRaisedError:
            with unit_of_work(node):
                _write(node, pieces)
                written = True
    except Exception as error:  # noqa: BLE001 — it is raised in each thread that waits for it.
        pieces = pieces or take()
        for piece in pieces:
            piece.fail(error)
            if not written and len(pieces) > 1:
                _write_alone(node, piece)
    for piece in pieces:
        piece.done = True


def _write_plainly(pieces: Sequence[Piece[Any]]) -> None:
    """Inside the unit of work, as if nothing went wrong. Raises what one alone raises; of several, that one did."""
    try:
        for piece in pieces:
            piece.result = piece.item()
    except DatabaseError as error:
        if not isinstance(error, IntegrityError) or len(pieces) == 1:
            raise
        raise _OneRaisedError from error
    except Exception as error:
        if len(pieces) == 1:
            raise
        raise _OneRaisedError from error


def _write(node: Node, pieces: Sequence[Piece[Any]]) -> None:
    """Inside the unit of work, each undone alone. Raises only what undoes them all."""
    connection = transaction.get_connection(node.database)
    for piece in pieces:
        try:
            with transaction.atomic(using=node.database):
                piece.result = piece.item()
        except IntegrityError as error:
            piece.error = error
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 — it is raised where the piece came from.
            piece.error = error
        if connection.needs_rollback:  # SQLite undoes the whole transaction where it finds the disk full.
            raise _Undone


def _write_alone(node: Node, piece: Piece[Any]) -> None:
    try:
        with unit_of_work(node):
            result = piece.item()
    except Exception as error:  # noqa: BLE001 — as above.
        piece.fail(error)
    else:
        piece.end(result)
