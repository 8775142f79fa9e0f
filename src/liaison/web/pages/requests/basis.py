"""On which text does a request rest, or could it, what does that demand, and does it bind both sides?

Invariants: what binds is asked of the day on which the request was sent, what a ground needs of today; every sentence
about a text is a paraphrase, shown with its article and whether anybody compared it with the official text. Nobody has
to know the id of a text: what is offered says how it binds, and what binds nobody is marked as a courtesy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext, pgettext

from liaison.cooperation.catalogue import Terms, load_catalogue
from liaison.cooperation.history.reading import ANSWER, asks
from liaison.cooperation.requests import Request
from liaison.errors import UsageError
from liaison.instruments.texts import Clause, Instrument
from liaison.messages.forms import code_list, latest_form
from liaison.messages.parties import DeskRef
from liaison.node.reads.cooperation.grounds import ReservedGround, refusal_of, reserved_grounds
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.instruments.offered import OfferedText, Wanted, offered_texts
from liaison.node.reads.instruments.status import BasisShown, basis_between
from liaison.node.services.cooperation.finding import find_request, request_of
from liaison.node.services.people.officers import Seat
from liaison.web.forms.reading import Choice, Offered
from liaison.web.names import DeskNames
from liaison.web.site import here
from liaison.web.words import apart, article_word, code_meaning, code_word, field_word, listed


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
    reserved: tuple[ReservedGround, ...]
    """The grounds of refusal that its text opens only to who reserved them."""


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
        reserved=_reserved(seat, request),
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


def _reserved(seat: Seat, request: Request) -> tuple[ReservedGround, ...]:
    asked = {each.participant for each in request.asked} - {request.asker.participant}
    side = seat.desk.participant if seat.desk.participant in asked else ""
    return reserved_grounds(here(), seat.register, request, on=here().clock.now().date(), side=side)


def offered_for(seat: Seat, form: str, to: Iterable[DeskRef]) -> Mapping[str, Offered]:
    """What is offered in a request that goes to these desks today; nothing in any other message."""
    if not asks(form):
        return {}
    theirs = frozenset(each.participant for each in to) - {seat.desk.participant}
    found = texts_on(seat, form, theirs, here().clock.now().date())
    articles = [
        Choice(name, _article_label(clause, each.text))
        for each in found
        for name in ((each.clause,) if each.clause else each.text.cooperation())
        if (clause := each.text.clauses.get(name)) is not None
    ]
    once: dict[str, Choice] = {}
    for each in articles:  # Where two texts have a clause of one id, the one that binds more names it.
        once.setdefault(each.value, each)
    return {"instrument": text_choices(found), "clause": {"": tuple(once.values())}}


def texts_on(seat: Seat, form: str, theirs: frozenset[str], on: date) -> tuple[OfferedText, ...]:
    """The texts on which a request of this desk can rest on a day; of any type where `form` is empty."""
    return offered_texts(here(), seat.register, Wanted(form, seat.desk.participant, theirs, on))


def text_choices(found: Iterable[OfferedText]) -> Offered:
    """The texts under how they bind; of those that do not, why."""
    told = groupby(found, key=lambda each: each.kind)
    return {_heading(kind): tuple(Choice(each.text.id, text_label(each)) for each in texts) for kind, texts in told}


def text_label(each: OfferedText) -> str:
    """What a text is called, with the reason where it binds nobody."""
    name = _short(each.text)
    if each.reason is None:
        return name
    reason = code_word("basis-reason", each.reason.value)
    return gettext("%(text)s (%(reason)s)") % {"text": name, "reason": reason}


def _heading(kind: Any) -> str:
    if kind is None:
        return ""
    word, meaning = code_word("basis-kind", kind.value), code_meaning("basis-kind", kind.value)
    return f"{word}: {meaning}" if meaning else word


def _article_label(clause: Clause, text: Instrument) -> str:
    title = f"{pgettext(text.id, clause.en)} ({_short(text)})"
    return " · ".join(filter(None, (_apart(clause.article), title)))


def _apart(article: str) -> str:
    return apart(found) if (found := article_word(article)) else ""


def _short(text: Instrument) -> str:
    return pgettext(text.id, text.short or text.en)


def offered_about(seat: Seat, form: str, case: str, message: str) -> Mapping[str, Offered]:
    """The grounds that an answer can name by the text of the request it is about; nothing in any other message."""
    root = request_of(here(), seat, case, message) if form == ANSWER else ""
    if not root:
        return {}
    request = find_request(here(), seat, root).request
    refusal = refusal_of(request)
    if refusal is None:
        return {}
    articles, reserved = refusal.grounds | refusal.postponing, {r.ground: r for r in _reserved(seat, request)}
    named = [name for name in code_list("refusal-ground") if name in request.demands.grounds]
    others = [] if request.demands.no_others else [name for name in code_list("refusal-ground") if name not in named]
    given = {
        gettext("Grounds that the text names"): tuple(
            _ground(n, articles.get(n, "")) for n in named if n not in reserved
        ),
        gettext("Only for who reserved it"): tuple(_ground(n, r.article, r) for n, r in reserved.items()),
        gettext("Other grounds, which the text does not name"): tuple(_ground(name, "") for name in others),
    }
    return {"grounds": {label: choices for label, choices in given.items() if choices}}


def _ground(name: str, article: str, reserved: ReservedGround | None = None) -> Choice:
    word, meaning = code_word("refusal-ground", name), code_meaning("refusal-ground", name)
    right = [code_meaning("reserved-right", reserved.right.value)] if reserved is not None else []
    return Choice(name, listed(filter(None, (word, _apart(article)))), " ".join([meaning, *right]))
