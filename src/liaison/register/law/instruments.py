"""May this text be published, may this stand be declared, and what does either change?

The rules read the log alone: which instruments there are, which acts they are open to and which clauses they have
stands in `instrument.published`. What a stand means for who is bound on which day is asked in `liaison.instruments`,
so that nodes with other data about a text still agree on the register.

Spec page: docs/spec/rules.md, rules 15, 16 and 36 to 39.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import UnsetType
from msgspec.structs import replace as changed

from liaison.register import bodies
from liaison.register.facts import PublishedInstrument, Stated
from liaison.register.law.case import Case
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.views import Changes
from liaison.register.vocabulary import REGISTER, Act, ParticipantType

STANDS, ALL_STANDS, INSTRUMENTS = 64, 512, 256
"""So many statements a participant can make about one instrument and in all; so many instruments a register carries."""

_NAMES_CLAUSES = frozenset(
    {
        Act.RESERVATION,
        Act.DECLARATION,
        Act.RESERVATION_WITHDRAWAL,
        Act.DECLARATION_WITHDRAWAL,
        Act.ADOPTION_WITH_RESERVATION,
    }
)
_ADOPTIONS = frozenset({Act.ADOPTION, Act.ADOPTION_WITH_RESERVATION})
_ALWAYS = frozenset({Act.WITHDRAWAL, Act.RETRACTION})
"""Whoever could declare can take it back, whatever a later version of the text says of whom it addresses."""
_OBJECTIONS = frozenset({Act.OBJECTION, Act.OBJECTION_TO_ENTRY, Act.OBJECTION_WITHDRAWAL})


def published_check(case: Case, body: bodies.InstrumentPublished) -> None:
    """Versions follow each other, and a later one keeps every clause of the one before."""
    _once(body.clauses)
    _once(body.acts)
    _once(() if isinstance(body.addressed, UnsetType) else body.addressed)
    require(Act.RETRACTION not in body.acts, Rule.ACT)
    known = case.owner.instruments
    before = known.get(body.instrument)
    require(body.version == (1 if before is None else before.body.version + 1), Rule.VERSION)
    if before is None:
        require(len(known) < INSTRUMENTS, Rule.LIMIT)
    else:
        require(set(before.body.clauses) <= set(body.clauses), Rule.CLAUSES)


def published_effect(case: Case, body: bodies.InstrumentPublished) -> Changes:
    """The text as the register carries it from here on."""
    owner = case.owner
    before = owner.instruments.get(body.instrument)
    first = case.index if before is None else before.first_index
    instruments = {**owner.instruments, body.instrument: PublishedInstrument(body, case.index, first)}
    return Changes(globals=case.globals, participants={owner.id: changed(owner, instruments=instruments)})


def declared_check(case: Case, body: bodies.StandDeclared) -> None:
    """The register carries the text, which is open to the act and to this participant, and the act is complete."""
    try:
        date.fromisoformat(body.on)
    except ValueError:
        broken(Rule.FORM)
    _once(body.clauses)
    require(case.owner.id != REGISTER, Rule.INSTRUMENT)
    carried = case.secretariat.instruments.get(body.instrument)
    if carried is None or carried.body.withdrawn:
        broken(Rule.INSTRUMENT)
    _check_act(case, carried.body, body)
    _check_addressed(case, carried.body, body)
    made = case.owner.stands.get(body.instrument, ())
    require(len(made) < STANDS and sum(map(len, case.owner.stands.values())) < ALL_STANDS, Rule.LIMIT)
    living = [each for each in made if each.replaced_index is None]
    # So that two who approve one proposal at once, or one who hands it in twice, say it once.
    require(all(each.body != body for each in living), Rule.REPLACED)
    if body.replaces is None:
        require(body.act is not Act.RETRACTION, Rule.REPLACED)
    else:
        replaceable = {each.hash for each in living if each.body.act is not Act.RETRACTION}
        require(body.replaces in replaceable, Rule.REPLACED)


def _check_act(case: Case, carried: bodies.InstrumentPublished, body: bodies.StandDeclared) -> None:
    require(body.act in carried.acts or body.act is Act.RETRACTION, Rule.ACT)
    require(set(body.clauses) <= set(carried.clauses), Rule.ACT)
    require(not body.clauses or body.act in _NAMES_CLAUSES | _OBJECTIONS, Rule.ACT)
    require((body.about is not None) == (body.act in _OBJECTIONS), Rule.ACT)
    if body.about is not None and len(body.about) == 64:
        require(body.about != case.owner.id and case.view.participant(body.about) is not None, Rule.ACT)


def _check_addressed(case: Case, carried: bodies.InstrumentPublished, body: bodies.StandDeclared) -> None:
    if not isinstance(carried.addressed, UnsetType) and body.act not in _ALWAYS:
        require(case.owner.type in carried.addressed, Rule.ACT)
    if body.act is Act.ADOPTION_WITH_RESERVATION:
        require(bool(body.clauses) or body.said is not None, Rule.ACT)
    if not isinstance(body.networks, UnsetType):
        _once(body.networks)
        require(case.owner.type is ParticipantType.PROVIDER and body.act in _ADOPTIONS, Rule.ACT)


def declared_effect(case: Case, body: bodies.StandDeclared) -> Changes:
    """One statement more, in place of the one it replaces."""
    owner = case.owner
    made = tuple(
        changed(each, replaced_index=case.index) if each.hash == body.replaces else each
        for each in owner.stands.get(body.instrument, ())
    )
    signer = case.entry.envelope.signatures[0].keyid
    stated = Stated(body, case.entry.payload_hash, case.index, signer, None)
    owner = changed(owner, stands={**owner.stands, body.instrument: (*made, stated)})
    # The node, because its chain moved on.
    nodes = {**owner.nodes, case.place.node: case.place}
    return Changes(participants={owner.id: changed(owner, nodes=nodes)})


def _once(items: Sequence[str | int]) -> None:
    require(len(set(items)) == len(items), Rule.TWICE)
