"""On which text does a request rest, what does that demand, and does it bind both sides?

Invariants: what binds is asked of the day on which the request was sent; every sentence about a text is a paraphrase,
shown with its article and whether anybody compared it with the official text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from liaison.cooperation.catalogue import Terms, load_catalogue
from liaison.cooperation.requests import Request
from liaison.errors import UsageError
from liaison.instruments.texts import Clause, Instrument
from liaison.messages.forms import latest_form
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.instruments.status import BasisShown, basis_between
from liaison.node.services.people.officers import Seat
from liaison.web.names import DeskNames
from liaison.web.site import here
from liaison.web.words import field_word


@dataclass(frozen=True, slots=True)
class BasisView:
    """What is shown of the text of a request; parts that this node has no data of are None."""

    code: str
    claimed: str
    text: Instrument | None
    clause: Clause | None
    terms: Terms | None
    between: BasisShown | None
    demands: tuple[tuple[str, str], ...]
    """Code of what is demanded, and which side alone demands it."""
    fields: tuple[tuple[str, str], ...]
    """What the article wants said, and the article."""
    prompts: tuple[str, ...]


def basis_view(seat: Seat, request: Request, names: DeskNames) -> BasisView:
    """The text of a request."""
    kind = load_catalogue().get(request.form)
    terms = kind.terms.get(request.instrument) if kind is not None else None
    text = known_instruments(here()).get(request.instrument)
    clause = text.clauses.get(terms.clause) if text is not None and terms is not None else None
    between = _between(seat, request)
    form = latest_form(request.form)
    demands: tuple[Any, ...] = between.basis.demands if between is not None else ()
    of_clause = [each for each in demands if terms is None or each.clause == terms.clause or each.by]
    prompts = [] if kind is None or terms is None else [n for n in terms.safeguards if kind.safeguards[n].prompt]
    return BasisView(
        code=request.instrument,
        claimed=request.basis,
        text=text,
        clause=clause,
        terms=terms,
        between=between,
        demands=tuple((each.code, names.participant(seat.register, each.by) if each.by else "") for each in of_clause),
        fields=tuple((field_word(form, name), article) for name, article in _wanted(terms)),
        prompts=tuple(prompts),
    )


def _wanted(terms: Terms | None) -> tuple[tuple[str, str], ...]:
    return () if terms is None else (*terms.fields.items(), *terms.if_known.items())


def _between(seat: Seat, request: Request) -> BasisShown | None:
    theirs = next((each.participant for each in request.asked if each.participant != request.asker.participant), "")
    if not theirs:
        return None
    ours, on = request.asker.participant, request.sent_at.date()
    try:
        found = basis_between(here(), seat.register, ours=ours, theirs=theirs, on=on)
    except UsageError:  # Two participants of one State.
        return None
    return next((each for each in found.found if each.basis.instrument == request.instrument), None)
