"""Which grounds of refusal does the text of a request open only to a State that reserved them, and did it?

    for each in reserved_grounds(node, register, request, on=today):
        each.ground, each.article, each.right, each.refuses     "dual-criminality", "29(4)", NOT_RESERVED, True

Invariants (docs/spec/requests-catalogue.md, "Rules"):
- of a courtesy nothing is asked, for its text binds nobody;
- what is known are declarations in the register and lists of positions, on the day that is given: the day on which it
  is refused;
- whether naming a ground is refused or only warned of, the page of the text says; of a side that is not known to be
  bound it is never refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from liaison.cooperation.catalogue import Refusal, Unreserved, load_catalogue
from liaison.cooperation.completeness import COURTESY
from liaison.cooperation.requests import Request
from liaison.instruments.reserved import Between, Right, find_right
from liaison.node.node import Node
from liaison.node.reads.instruments.known import known_instruments, known_positions


@dataclass(frozen=True, slots=True)
class ReservedGround:
    """A ground that has to be reserved, and whether the side that is asked did so."""

    ground: str
    article: str
    right: Right
    refuses: bool
    """Whether naming it is refused here."""

    @property
    def open(self) -> bool:
        """Whether it may be named without a second thought."""
        return self.right is Right.RESERVED


def refusal_of(request: Request) -> Refusal | None:
    """How the text of a request lets it be refused; None where no page says."""
    kind = load_catalogue().get(request.form)
    terms = kind.terms.get(request.instrument) if kind is not None else None
    return terms.refusal if terms is not None else None


def reserved_grounds(
    node: Node, register: str, request: Request, *, on: date, side: str = ""
) -> tuple[ReservedGround, ...]:
    """The grounds that have to be reserved; `side` is the participant that refuses, by default the first one asked."""
    refusal, text = refusal_of(request), known_instruments(node).get(request.instrument)
    if refusal is None or text is None or not refusal.reserved or request.basis == COURTESY:
        return ()
    known, asker = known_positions(node, register), request.asker.participant
    asked = side or next((each.participant for each in request.asked if each.participant != asker), "")
    between = Between(known.party(asked), known.party(asker), on)
    found = []
    for ground, reserved in refusal.reserved.items():
        right = find_right(text, known.positions, reserved.clause, between)
        refuses = right is Right.NOT_RESERVED and reserved.without is Unreserved.REFUSED
        article = (refusal.grounds | refusal.postponing)[ground]
        found.append(ReservedGround(ground, article, right, refuses))
    return tuple(found)


def doubtful(found: Iterable[ReservedGround], named: Iterable[str]) -> tuple[ReservedGround, ...]:
    """Those of the named grounds that are not plainly open."""
    chosen = set(named)
    return tuple(each for each in found if each.ground in chosen and not each.open)
