"""When many threads want the same done, how does one of them do it for all? (flat combining)

    entries = combiner.do(items, perform)      # each entry has its result, or the error that it alone had

`perform(take)` runs in one of the threads that wait; `take()` gives it the entries of all who wait by then.

Invariants: an item is taken once, in the order of arrival; who comes alone waits for nobody; one thread performs, the
others sleep until their items are done or it is their turn; a thread that performs and asks again does its own at once,
because nobody else could.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from liaison.errors import NotNowError

MOST = 32
"""Items that are taken together, unless one caller alone brings more: so long may the first of them wait."""

A = TypeVar("A")
R = TypeVar("R")


@dataclass(slots=True, eq=False)
class Entry(Generic[A, R]):
    """An item and what came of it."""

    item: A
    result: R | None = None
    error: Exception | None = None
    done: bool = False

    def end(self, result: R) -> None:
        """It is done."""
        self.result, self.error, self.done = result, None, True

    def fail(self, error: Exception) -> None:
        """It is not done, and why."""
        self.error, self.done = error, True

    def outcome(self) -> R:
        """The result; raises the error."""
        if self.error is not None:
            raise self.error
        return cast(R, self.result)


Perform = Callable[[Callable[[], "list[Entry[A, R]]"]], None]


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Caller(Generic[A, R]):
    """One thread with its entries; it sleeps on `turn`."""

    entries: list[Entry[A, R]]
    turn: threading.Lock = field(default_factory=_held)
    taken: bool = False


class Combiner(Generic[A, R]):
    """Who waits for one thing, in order; at most one of them performs."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[_Caller[A, R]] = deque()
        self._busy = False
        self._performer: int | None = None

    def do(self, items: Sequence[A], perform: Perform[A, R]) -> list[Entry[A, R]]:
        """Have the items done, by this thread or by another that performs the same."""
        caller = _Caller[A, R]([Entry(item) for item in items])
        if self._performer == threading.get_ident():
            perform(lambda: caller.entries)
            return caller.entries
        if not self._enter(caller):
            caller.turn.acquire()
        if not caller.taken:
            self._perform(perform)
        return caller.entries

    def _enter(self, caller: _Caller[A, R]) -> bool:
        """Stand behind the others; whether it is this thread's turn at once."""
        with self._guard:
            self._waiting.append(caller)
            first, self._busy = not self._busy, True
            return first

    def _perform(self, perform: Perform[A, R]) -> None:
        """In the thread of the first who waits."""
        taken: list[_Caller[A, R]] = []
        self._performer = threading.get_ident()

        def take() -> list[Entry[A, R]]:
            taken.extend(self._take())
            return [entry for caller in taken for entry in caller.entries]

        try:
            perform(take)
        finally:
            if not taken:  # It failed before it took anything.
                take()
            for entry in (entry for caller in taken for entry in caller.entries if not entry.done):
                entry.fail(NotNowError("storage-refused", reason="interrupted"))
            self._leave(taken)

    def _take(self) -> list[_Caller[A, R]]:
        """Those who wait now."""
        with self._guard:
            taken: list[_Caller[A, R]] = []
            size = 0
            while self._waiting and (not taken or size + len(self._waiting[0].entries) <= MOST):
                taken.append(self._waiting.popleft())
                taken[-1].taken = True
                size += len(taken[-1].entries)
            return taken

    def _leave(self, taken: Sequence[_Caller[A, R]]) -> None:
        """Wake those who are done, and the next who performs; the first performed itself."""
        self._performer = None
        with self._guard:
            following = self._waiting[0] if self._waiting else None
            self._busy = following is not None
        for caller in taken[1:]:
            caller.turn.release()
        if following is not None:
            following.turn.release()
