"""May this entry be sequenced, and by which rule not?

    check(entry, view, 4711)      what the secretariat asks at submission, and every node once it is in the log

The rules have numbers; `Rule.CHAIN` is `rule-07` in errors, in `explanations.toml`, in the tables of a node and in
docs/spec/rules.md. Void and refused are the same judgement at two times.
"""

from __future__ import annotations

from collections.abc import Sequence

from liaison.errors import UsageError, VerificationError
from liaison.explanations import Explanation, explain
from liaison.register.bodies import RegisterOpened
from liaison.register.entries import Entry, Place
from liaison.register.facts import ChainHead
from liaison.register.law.case import Case, Chain, settle
from liaison.register.law.judge import OPENING, judge
from liaison.register.law.kinds import KINDS
from liaison.register.law.numbers import Rule
from liaison.register.law.secretariat import opening_needs
from liaison.register.law.signatures import Need, Needs
from liaison.register.views import NotUnderstood, RegisterView
from liaison.register.vocabulary import REGISTER

__all__ = ["Need", "Needs", "Rule", "check", "check_unsigned", "explain_rule", "needed_signatures", "next_place"]


def check(entry: Entry, view: RegisterView, index: int) -> Entry:
    """`entry`, if it would stand as leaf `index` and be understood.

    Raises VerificationError with the code of the rule it breaks, or `entry-not-understood`.
    """
    outcome = judge(view, entry, index)
    if isinstance(outcome, NotUnderstood):
        raise VerificationError("entry-not-understood", kind=entry.payload.kind, version=entry.payload.version)
    return entry


def check_unsigned(entry: Entry, view: RegisterView, index: int) -> None:
    """Return if all rules but those on signatures hold for a draft. Raises VerificationError with the broken rule."""
    facts, kind = view.globals(), KINDS.get(entry.payload.kind)
    if facts is None or kind is None or kind.effect is None or entry.body is None:
        raise VerificationError("entry-not-understood", kind=entry.payload.kind, version=entry.payload.version)
    kind.check(settle(Case(view, entry, index, facts), kind.chain))


def needed_signatures(entry: Entry, view: RegisterView, index: int) -> Sequence[Needs]:
    """Who must sign the entry, were it leaf `index`: alternatives of needs, of which one must be filled exactly.

    Raises VerificationError for an entry that has no place in a chain, or that nobody could sign.
    """
    facts, body = view.globals(), entry.body
    if isinstance(body, RegisterOpened):
        return opening_needs(body)
    kind = KINDS.get(entry.payload.kind)
    if facts is None or kind is None or body is None:
        raise VerificationError("entry-not-understood", kind=entry.payload.kind, version=entry.payload.version)
    return kind.needs(settle(Case(view, entry, index, facts), kind.chain))


def next_place(view: RegisterView, kind: str, participant: str | None = None, node: str | None = None) -> Place:
    """Where the next entry of `kind` by this participant and node stands, so that rules 3 to 7 hold.

    Raises UsageError for a kind, participant or node that is not known.
    """
    facts = view.globals()
    register = facts.register if facts is not None else None
    if kind == OPENING:
        return Place(None, REGISTER, None, 0, None)
    if kind not in KINDS:
        raise UsageError("kind-unknown", kind=kind)
    chain = KINDS[kind].chain
    if chain is Chain.OPENING:
        return Place(register, None, None, 0, None)
    if chain is Chain.FREE:
        return Place(register, participant, None, None, None)
    head = _head(view, chain, participant or REGISTER, node)
    seq, prev = (0, None) if head is None else (head.seq + 1, head.hash)
    return Place(register, participant or REGISTER, node, seq, prev)


def _head(view: RegisterView, chain: Chain, participant: str, node: str | None) -> ChainHead | None:
    facts, owner = view.globals(), view.participant(participant)
    if facts is None or owner is None or (node is not None and node not in owner.nodes):
        raise UsageError("place-unknown", participant=participant, node=node or "")
    match chain:
        case Chain.ROOT:
            return owner.root_chain
        case Chain.NODE if node is not None:
            return owner.nodes[node].chain
        case Chain.POLICY:
            return facts.policy_chain
        case _:
            return facts.secretariat_chain


def explain_rule(rule: str) -> Explanation:
    """What a rule says to a person, by its code."""
    return explain(VerificationError(rule))
