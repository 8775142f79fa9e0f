"""What does an entry change, and what is the register after all of them?

`apply` looks at one entry and the few facts it names; it never raises for what a log may hold:

    apply(view, entry, index) -> Applied(changes) | Void("rule-07") | NotUnderstood("kind")

Invariants:
- The fold is total and depends on nothing but the entries in their order: not on batches, clocks or chance.
- A void entry changes nothing, not even the head of its chain; that it was sequenced is an alarm against the
  secretariat.
- A view is asked by key only, so a node applies entries one at a time over its own tables (`MemoryView` over any view).

Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from liaison.errors import MalformedError, VerificationError
from liaison.register.entries import Entry, decode_entries, decode_entry
from liaison.register.law.judge import judge
from liaison.register.law.numbers import Rule
from liaison.register.law.signatures import Later, SignatureCheck
from liaison.register.memory import MemoryView, RegisterState
from liaison.register.views import (
    Applied,
    Changes,
    NotUnderstood,
    Outcome,
    RegisterListing,
    RegisterView,
    Void,
)

__all__ = [
    "Applied",
    "Aside",
    "Changes",
    "Lanes",
    "Later",
    "MemoryView",
    "NotUnderstood",
    "Outcome",
    "RegisterListing",
    "RegisterState",
    "RegisterView",
    "SignatureCheck",
    "Void",
    "apply",
    "apply_leaf",
    "fold",
    "fold_aside",
    "fold_each",
    "fold_on",
]

BATCH = 64
"""So many checks go to a lane at once, some milliseconds of work."""

READ = 256
"""So many leaves are decoded together before the first of them is judged."""


class Lanes(Protocol):
    """Where signatures are computed beside the fold, in other processes for instance.

    `submit` takes a batch and may compute it at once; `settle` waits for all of them and says whether every one since
    the last time verified.
    """

    def submit(self, checks: Sequence[SignatureCheck]) -> None:
        """Take a batch of checks."""

    def settle(self) -> bool:
        """Whether all checks since the last time hold."""


class Aside:
    """A `Later` that hands checks to lanes in batches; the fold that used it stands only if `settle` says so."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._batch: list[SignatureCheck] = []

    def __call__(self, check: SignatureCheck) -> None:
        """Take one check."""
        self._batch.append(check)
        if len(self._batch) >= BATCH:
            self._submit()

    def settle(self) -> bool:
        """Whether all checks taken hold."""
        self._submit()
        return self._lanes.settle()

    def _submit(self) -> None:
        self._lanes.submit(self._batch)
        self._batch = []


def apply(view: RegisterView, entry: Entry, index: int, *, later: Later | None = None) -> Outcome:
    """What leaf `index` does to the facts of `view`, which holds all leaves before it and none after."""
    try:
        return judge(view, entry, index, later=later)
    except VerificationError as error:
        return Void(error.code, error.params)


def apply_leaf(view: RegisterView, data: bytes, index: int, *, later: Later | None = None) -> Outcome:
    """The same for the bytes of a leaf: what is not an entry at all is void by rule 1."""
    try:
        entry = decode_entry(data, index=index)
    except MalformedError as error:
        return _not_an_entry(error)
    return apply(view, entry, index, later=later)


def fold_each(
    view: MemoryView, leaves: Iterable[bytes], *, later: Later | None = None
) -> Iterator[tuple[Entry | None, Outcome]]:
    """Each next leaf as an entry, None where it is none, and what comes of it, which `view` has taken by then."""
    coming = iter(leaves)
    while batch := tuple(islice(coming, READ)):
        for index, entry in enumerate(decode_entries(batch, first=view.size), view.size):
            if isinstance(entry, MalformedError):
                found: tuple[Entry | None, Outcome] = None, _not_an_entry(entry)
            else:
                found = entry, apply(view, entry, index, later=later)
            view.record(found[1])
            yield found


def fold_on(view: MemoryView, leaves: Iterable[bytes], *, later: Later | None = None) -> MemoryView:
    """`view` after the next leaves; changed in place, since whole states are never copied."""
    for _ in fold_each(view, leaves, later=later):
        pass
    return view


def fold_aside(read: Callable[[], Iterable[bytes]], lanes: Lanes) -> MemoryView:
    """The view of a whole log, its signatures computed in `lanes` meanwhile; `read` gives all leaves, again if asked.

    The fold runs ahead as if every signature held. Where one does not, all of it is thrown away and folded again one
    by one, so the result is that of `fold_on` in every case.
    """
    aside = Aside(lanes)
    view = fold_on(MemoryView(), read(), later=aside)
    return view if aside.settle() else fold_on(MemoryView(), read())


def fold(leaves: Iterable[bytes]) -> RegisterState:
    """The whole register of a log: all its leaves from 0 on."""
    return fold_on(MemoryView(), leaves).snapshot()


def _not_an_entry(error: MalformedError) -> Void:
    return Void(Rule.FORM.value, {"detail": error.code})
