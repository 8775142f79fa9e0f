"""Which request of a desk does somebody mean, and how does it stand?

    found = find_request(node, seat, "019ac1")     by the beginning of its message, case or root
    found.request                                  folded now from what the desk has, what ran out has lapsed
    request_of(node, seat, case, message_id)       the root of the request that a message is, or is a step of
    found.words, found.cases                       everything that was said of it and of those tied to it

Invariants: only requests of the seat's own desk; a beginning that fits two names neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q

from liaison.cooperation.history.folding import histories, roots_of
from liaison.cooperation.requests import Request, Word, stand
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import RequestFile
from liaison.node.node import Node
from liaison.node.reads.cooperation.tied import tied_words
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading

NAME = re.compile(r"[0-9a-f-]{4,64}")


@dataclass(frozen=True, slots=True)
class Found:
    """A request with those tied to it."""

    request: Request
    tied: tuple[Request, ...]
    words: tuple[Word, ...]
    cases: frozenset[str]

    def others(self, desk: DeskRef) -> tuple[DeskRef, ...]:
        """The desks of its case but this one."""
        return tuple(each for each in (self.request.asker, *self.request.asked) if each != desk)


def find_request(node: Node, seat: Seat, name: str) -> Found:
    """The request that is meant. Raises UsageError."""
    lower = name.lower()
    if not NAME.fullmatch(lower):
        raise UsageError("request-not-found", name=name[:36])
    with reading(node):
        rows = RequestFile.objects.filter(**columns(seat.register, seat.desk))
        begins = Q(root__startswith=lower) | Q(message_id__startswith=lower)
        found = list(rows.filter(begins).values_list("root", "case")[:2])
        found = found or list(rows.filter(case__startswith=lower).values_list("root", "case")[:2])
        if not found:
            raise UsageError("request-not-found", name=name[:36])
        if len(found) > 1:
            raise UsageError("request-ambiguous", name=name[:36])
        ((root, case),) = found
        words, cases = tied_words(seat.register, seat.desk, {case})
    requests = tuple(stand(each, node.clock.now()) for each in histories(words))
    request = next((each for each in requests if each.root == root), None)
    if request is None:  # Its texts were destroyed; only its row is left.
        raise UsageError("request-destroyed")
    rest = tuple(each for each in requests if each.root != root)
    return Found(request, rest, tuple(words), frozenset(cases))


def request_of(node: Node, seat: Seat, case: str, message_id: str) -> str:
    """The root of the request that this message of a case is, or is a step of; empty where it is neither."""
    with reading(node):
        rows = RequestFile.objects.filter(**columns(seat.register, seat.desk), case=case)
        roots = dict(rows.values_list("message_id", "root"))
    if message_id in roots or not roots:
        return str(roots.get(message_id, ""))
    with reading(node):
        words, _ = tied_words(seat.register, seat.desk, {case})
    belongs = roots_of(words)
    found = (belongs.get(word.hash, "") for word in words if word.message_id == message_id and word.case == case)
    return next((root for root in found if root in roots.values()), "")
