"""Registers that carry codes of conduct: one of States and an organisation, one of providers, never both in one.

registry = carrying("sco-code-2015")                 XC, XD and the organisation XO
registry = providers("manrs-operators")              XP and XQ
adopt(registry, "XP", "manrs-operators", networks=(64496, 64511))
"""

from __future__ import annotations

from typing import Any

from liaison.instruments.catalogue import load_instruments, text_hash
from liaison.register import bodies
from liaison.register.facts import ParticipantState
from liaison.register.vocabulary import REGISTER, Act, ParticipantType
from tests.register.registry import RegisterBuilder, small_register

CLAIMED = (64496, 64497)
"""The AS numbers that the provider XP claims (RFC 5398 keeps them for documentation)."""


def carrying(*instruments: str, **settings: Any) -> RegisterBuilder:
    """States XC and XD and the organisation XO, each with a desk `duty`, and these texts."""
    registry = small_register("XC", "XD", **settings)
    _join(registry, "XO", ParticipantType.ORGANISATION)
    return _with(registry, instruments)


def providers(*instruments: str, **settings: Any) -> RegisterBuilder:
    """The providers XP, which claims two networks, and XQ, each with a desk `duty`, and these texts."""
    registry = RegisterBuilder(**settings)
    registry.open()
    for who in ("XP", "XQ"):
        _join(registry, who, ParticipantType.PROVIDER)
    claim(registry, "XP", *CLAIMED)
    return _with(registry, instruments)


def claim(registry: RegisterBuilder, who: str, *numbers: int) -> None:
    """Publish these AS numbers, and no others, as the participant's."""
    asns = tuple(bodies.AsnClaim(asn=number, desk="duty", evidence=None) for number in numbers)
    registry.publish_resources(who, asns=asns)


def _join(registry: RegisterBuilder, who: str, type_: ParticipantType) -> None:
    registry.admit(who, type=type_)
    registry.set_up(who)
    registry.publish_desk(who, "duty")
    registry.publish_node(who, "duty")


def _with(registry: RegisterBuilder, instruments: tuple[str, ...]) -> RegisterBuilder:
    for name in instruments:
        registry.by_node(carried(name), REGISTER, "office")
    return registry


def carried(name: str, **changes: Any) -> bodies.InstrumentPublished:
    """The entry by which a text that ships is carried."""
    text = load_instruments()[name]
    given: dict[str, Any] = {
        "instrument": text.id,
        "version": 1,
        "title": text.en,
        "text": text_hash(text),
        "document": None,
        "address": text.address,
        "acts": text.acts,
        "clauses": tuple(sorted(text.clauses)),
        "withdrawn": False,
        "addressed": text.addressees(),
    }
    return bodies.InstrumentPublished(**(given | changes))


def said(instrument: str, act: Act = Act.ADOPTION, **changes: Any) -> bodies.StandDeclared:
    """A word about a text."""
    given: dict[str, Any] = {
        "instrument": instrument,
        "act": act,
        "on": "2026-03-01",
        "clauses": (),
        "about": None,
        "said": None,
        "evidence": None,
        "replaces": None,
    }
    return bodies.StandDeclared(**(given | changes))


def adopt(registry: RegisterBuilder, who: str, instrument: str, act: Act = Act.ADOPTION, **changes: Any) -> str:
    """Declare it; the payload hash."""
    return registry.by_node(said(instrument, act, **changes), who).payload_hash


def state_of(registry: RegisterBuilder, who: str) -> ParticipantState:
    """The facts of a participant."""
    found = registry.view.participant(registry.ids[who])
    assert found is not None
    return found
