"""What is missing in a request before it is sent, by the text it rests on and by the rules of whoever is asked?

    for lack in find_lacks(draft, rulebook):
        lack.code, lack.field, lack.article, lack.blocks      "field-demanded", "data_link", "29(2)(c)", True

Invariants (docs/spec/requests-catalogue.md):
- it answers codes and places, never words; an empty answer says that nothing is known to be missing;
- what a text or the requested side demands `blocks`; good practice, and what a text wants where it is known, only
  advise; of a courtesy nothing that the text says blocks, for it binds nobody; in urgency no language and no other desk
  of the requested side does;
- a field counts as said when the form accepts it: whether it is true or enough, people judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from enum import StrEnum

from liaison.cooperation.catalogue import RequestType, Safeguard, Terms, load_catalogue
from liaison.cooperation.rulebook import languages_for, rules_for
from liaison.messages.forms import latest_form
from liaison.messages.parties import DeskRef
from liaison.register.records import RequestWay, Rulebook
from liaison.wire.canonical import JSON

COURTESY, ROUTINE = "courtesy", "routine"
ORAL = "oral_at"
SERIOUS = "serious-crime"
PERIODS = (("began", "ended"), ("data_from", "data_to"), ("period_from", "period_to"))


class LackCode(StrEnum):
    """What is missing or does not fit."""

    NO_TYPE = "no-type"
    TEXT_UNKNOWN = "text-unknown"
    NO_PAGE = "no-page"
    CLAUSE_DIFFERS = "clause-differs"
    NOT_THIS_DESK = "not-this-desk"
    NOT_ORALLY = "not-orally"
    FORM_REQUIRES = "form-requires"
    FIELD_DEMANDED = "field-demanded"
    FIELD_IF_KNOWN = "field-if-known"
    SAFEGUARD = "safeguard"
    BELOW_SERIOUS_CRIME = "below-serious-crime"
    PERIOD_REVERSED = "period-reversed"
    NOT_TAKEN = "not-taken"
    OTHER_DESK = "other-desk"
    NOT_BY_THE_LINE = "not-by-the-line"
    FIELD_OF_RULEBOOK = "field-of-rulebook"
    LANGUAGE = "language"


EMPTY = frozenset(
    {
        LackCode.FORM_REQUIRES,
        LackCode.FIELD_DEMANDED,
        LackCode.FIELD_IF_KNOWN,
        LackCode.SAFEGUARD,
        LackCode.FIELD_OF_RULEBOOK,
    }
)
"""What is said once of an empty field, by whoever asks for it most."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A request as it would be sent: `sender_kind` is the kind of the own desk, `to` the desk that is asked."""

    form: str
    fields: Mapping[str, JSON]
    sender_kind: str | None
    to: DeskRef | None = None
    urgency: str = "routine"


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: the field it is about, or none, and the article or value that asks for it."""

    code: LackCode
    field: str = ""
    article: str = ""
    blocks: bool = True
    params: Mapping[str, str] = member(default_factory=dict)


def find_lacks(draft: Draft, rulebook: Rulebook | None) -> tuple[Lack, ...]:
    """All that is missing, what blocks first; `rulebook` is that of the requested side, None where it has none."""
    kind = load_catalogue().get(draft.form)
    if kind is None:
        return (Lack(LackCode.NO_TYPE),)
    found = [*_of_the_text(draft, kind), *(_of_the_rulebook(draft, rulebook) if rulebook is not None else ())]
    once: dict[tuple[str, str], Lack] = {}
    for each in sorted(
        (*found, *_of_the_form(draft), *reversed_periods(draft.fields)), key=lambda each: not each.blocks
    ):
        once.setdefault(("", each.field) if each.code in EMPTY else (each.code, each.field), each)
    return tuple(once.values())


def _said(draft: Draft, name: str) -> bool:
    """Whether a field says something; a flag that is false says that something is not so."""
    return draft.fields.get(name) is not None


def _of_the_form(draft: Draft) -> Iterator[Lack]:
    for name, each in latest_form(draft.form).fields.items():
        if each.required and not _said(draft, name):
            yield Lack(LackCode.FORM_REQUIRES, name)


def _of_the_text(draft: Draft, kind: RequestType) -> Iterator[Lack]:
    instrument = draft.fields.get("instrument")
    if not isinstance(instrument, str):
        return
    terms = kind.terms.get(instrument)
    binds = draft.fields.get("basis") != COURTESY
    if terms is None:
        if any(instrument in each.terms for each in load_catalogue().values()):
            yield Lack(LackCode.TEXT_UNKNOWN, "instrument", blocks=binds)
        else:
            yield Lack(LackCode.NO_PAGE, "instrument", blocks=False)
        return
    for lack in _of_the_terms(draft, kind, terms):
        yield replace(lack, blocks=lack.blocks and (binds or lack.code is LackCode.NOT_THIS_DESK))


def _of_the_terms(draft: Draft, kind: RequestType, terms: Terms) -> Iterator[Lack]:
    clause = draft.fields.get("clause")
    if clause is not None and clause != terms.clause:
        yield Lack(LackCode.CLAUSE_DIFFERS, "clause", terms.article, blocks=False, params={"clause": terms.clause})
    if draft.sender_kind not in terms.signers:
        yield Lack(LackCode.NOT_THIS_DESK, article=terms.article)
    if _said(draft, ORAL) and terms.oral is None:
        yield Lack(LackCode.NOT_ORALLY, ORAL, blocks=False)
    for name, article in terms.fields.items():
        if not _said(draft, name) or draft.fields[name] is False:
            yield Lack(LackCode.FIELD_DEMANDED, name, article)
    yield from _if_known(draft, terms)
    for code, told in terms.safeguards.items():
        yield from _of_a_safeguard(draft, code, kind.safeguards[code], told)
    yield from _of_the_penalty(draft, terms)


def _if_known(draft: Draft, terms: Terms) -> Iterator[Lack]:
    """What an article lists as far as it is known: where none of its fields says anything, the first is named."""
    told = {article for name, article in terms.if_known.items() if _said(draft, name)}
    for name, article in terms.if_known.items():
        if article not in told:
            told.add(article)
            yield Lack(LackCode.FIELD_IF_KNOWN, name, article, blocks=False)


def _of_a_safeguard(draft: Draft, code: str, safeguard: Safeguard, article: str | None) -> Iterator[Lack]:
    """A safeguard that the text itself names blocks; one that the type needs in any case advises."""
    known = latest_form(draft.form).fields
    names = [name for name in safeguard.fields if name in known]
    missing = [name for name in names if not _said(draft, name)]
    if safeguard.together:
        missing = missing if 0 < len(missing) < len(names) else []
    choice = [name for name in safeguard.one_of if name in known]
    if choice and not any(_said(draft, name) for name in choice):
        missing.append(choice[0])
    blocks = article is not None or safeguard.together
    for name in missing:
        yield Lack(LackCode.SAFEGUARD, name, article or "", blocks=blocks, params={"safeguard": code})


def _of_the_penalty(draft: Draft, terms: Terms) -> Iterator[Lack]:
    """An offence of the text itself counts whatever its penalty, so a low one is only pointed out."""
    years, least = draft.fields.get("max_penalty_years"), terms.serious_crime_years
    if SERIOUS in terms.safeguards and least is not None and isinstance(years, int) and years < least:
        article = terms.safeguards[SERIOUS] or ""
        yield Lack(LackCode.BELOW_SERIOUS_CRIME, "max_penalty_years", article, False, {"years": str(least)})


def reversed_periods(fields: Mapping[str, JSON]) -> Iterator[Lack]:
    """The periods of any form, a request's or not, that end before they begin."""
    for first, last in PERIODS:
        begin, end = fields.get(first), fields.get(last)
        if isinstance(begin, str) and isinstance(end, str) and end < begin:
            yield Lack(LackCode.PERIOD_REVERSED, last)


def _of_the_rulebook(draft: Draft, rulebook: Rulebook) -> Iterator[Lack]:
    rules, routine = rules_for(rulebook, draft.form), draft.urgency == ROUTINE
    if not rules.taken:
        yield Lack(LackCode.NOT_TAKEN)
    if RequestWay.LINE not in rulebook.ways:
        ways = ", ".join(rulebook.ways)
        yield Lack(LackCode.NOT_BY_THE_LINE, blocks=False, params={"ways": ways})
    if (
        rules.desk is not None
        and draft.to is not None
        and (rules.desk.node, rules.desk.desk)
        != (
            draft.to.node,
            draft.to.desk,
        )
    ):
        yield Lack(
            LackCode.OTHER_DESK,
            blocks=draft.urgency == ROUTINE,
            params={"node": rules.desk.node, "desk": rules.desk.desk},
        )
    for name in rules.fields:
        if name in latest_form(draft.form).fields and not _said(draft, name):
            yield Lack(LackCode.FIELD_OF_RULEBOOK, name)
    yield from _of_the_languages(draft, languages_for(rulebook, urgent=not routine), routine=routine)


def _of_the_languages(draft: Draft, languages: tuple[str, ...], *, routine: bool) -> Iterator[Lack]:
    taken = {tag.partition("-")[0] for tag in languages}
    for name, value in draft.fields.items():
        tag = value.get("lang") if isinstance(value, Mapping) else None
        if isinstance(tag, str) and tag.partition("-")[0] not in taken:
            yield Lack(
                LackCode.LANGUAGE, name, blocks=draft.urgency == ROUTINE, params={"languages": ", ".join(languages)}
            )
