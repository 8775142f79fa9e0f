"""Is everything that was declared told with what became of it, and for which networks?"""

from __future__ import annotations

from liaison.conduct.stands import Network, StandState, history
from liaison.register.vocabulary import Act
from tests.conduct.codes import adopt, carrying, claim, providers, state_of
from tests.register.registry import RegisterBuilder

SCO, MANRS = "sco-code-2015", "manrs-operators"


def told(registry: RegisterBuilder, who: str) -> list[tuple[str, str]]:
    found = history(state_of(registry, who))
    return [(each.body.act.value, each.state.value) for each in found]


def test_the_last_word_about_a_code_stands_and_the_earlier_ones_are_told_as_superseded() -> None:
    registry = carrying(SCO)
    adopt(registry, "XC", SCO, Act.DECLINE, on="2026-01-01")
    adopt(registry, "XC", SCO, Act.ADOPTION_WITH_RESERVATION, on="2026-02-01", clauses=("pledge-5",))
    adopt(registry, "XC", SCO, on="2026-03-01")
    assert told(registry, "XC") == [
        ("decline", "superseded"),
        ("adoption-with-reservation", "superseded"),
        ("adoption", "stands"),
    ]
    assert told(registry, "XD") == []


def test_a_word_that_was_declared_late_counts_by_the_day_it_names() -> None:
    registry = carrying(SCO)
    adopt(registry, "XC", SCO, on="2026-03-01")
    adopt(registry, "XC", SCO, Act.DECLINE, on="2025-03-01")
    assert told(registry, "XC") == [("adoption", "stands"), ("decline", "superseded")]


def test_a_withdrawal_ends_what_stood_and_a_later_word_begins_anew() -> None:
    registry = carrying(SCO)
    adopt(registry, "XC", SCO, on="2026-01-01")
    adopt(registry, "XC", SCO, Act.WITHDRAWAL, on="2026-02-01")
    assert told(registry, "XC") == [("adoption", "withdrawn"), ("withdrawal", "stands")]
    adopt(registry, "XC", SCO, on="2026-03-01")
    assert told(registry, "XC")[-1] == ("adoption", "stands")
    assert [state for _, state in told(registry, "XC")[:2]] == ["withdrawn", "stands"]


def test_what_was_replaced_or_retracted_says_which_of_the_two() -> None:
    registry = carrying(SCO)
    first = adopt(registry, "XC", SCO, on="2026-01-01")
    second = adopt(registry, "XC", SCO, on="2026-01-02", replaces=first)
    adopt(registry, "XC", SCO, Act.RETRACTION, on="2026-01-02", replaces=second)
    assert told(registry, "XC") == [("adoption", "replaced"), ("adoption", "retracted"), ("retraction", "stands")]


def standing_networks(registry: RegisterBuilder, who: str) -> list[Network]:
    """The networks of everything that stands."""
    standing = (each for each in history(state_of(registry, who)) if each.state is StandState.STANDS)
    return [network for each in standing for network in each.networks]


def test_a_network_that_the_provider_does_not_claim_is_told_as_unclaimed() -> None:
    registry = providers(MANRS)
    adopt(registry, "XP", MANRS, networks=(64496, 64511))
    wanted = [Network(64496, claimed=True), Network(64511, claimed=False)]
    assert standing_networks(registry, "XP") == wanted
    claim(registry, "XP", 64511)
    (made,) = history(state_of(registry, "XP"))
    assert made.networks == (Network(64496, claimed=False), Network(64511, claimed=True))
    assert made.state is StandState.STANDS


def test_who_withdrew_stands_for_no_network() -> None:
    registry = providers(MANRS)
    adopt(registry, "XP", MANRS, networks=(64496,))
    adopt(registry, "XP", MANRS, Act.WITHDRAWAL, on="2026-04-01")
    assert standing_networks(registry, "XP") == []
