"""May the secretariat say this, and what does it change? Leaf 0, the policy, noted checkpoints, nominations.

Spec page: docs/spec/rules.md, rules 2, 14, 15, 23 to 26, 34 and 35.
"""

from __future__ import annotations

from datetime import date

from msgspec.structs import asdict
from msgspec.structs import replace as changed

from liaison.errors import LiaisonError
from liaison.keys.public import Purpose
from liaison.register import bodies
from liaison.register.entries import Entry
from liaison.register.facts import ChainHead, Globals, NodeState, NominationState, ParticipantState, Quorum, TimeNoted
from liaison.register.law.case import Case
from liaison.register.law.keyring import Use, introduce, uses_of_roots
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.law.quorums import node_of, policy_of, with_quorum
from liaison.register.law.signatures import (
    Needs,
    SignatureCheck,
    by_all,
    by_key,
    by_roots,
    by_some,
    check_signers,
)
from liaison.register.views import Changes, RegisterView
from liaison.register.vocabulary import REGISTER, RULES
from liaison.tlog.checkpoint import verify_checkpoint
from liaison.tlog.policy import verify_quorum
from liaison.wire.note import Note, parse_note


def open_register(view: RegisterView, entry: Entry) -> tuple[Changes, SignatureCheck]:
    """What leaf 0 changes, and the signatures to compute. Raises VerificationError."""
    body, payload = entry.body, entry.payload
    if not isinstance(body, bodies.RegisterOpened) or view.globals() is not None:
        broken(Rule.OPENING)
    require(payload.register is None, Rule.REGISTER)
    require((payload.participant, payload.node, payload.seq, payload.prev) == (REGISTER, None, 0, None), Rule.PLACE)
    require(body.roots.threshold <= len(body.roots.keys), Rule.THRESHOLD)
    uses = (*(Use(key, Purpose.LOG) for key in body.log_keys), *uses_of_roots(body.roots))
    keys = introduce(view, REGISTER, uses, 0)
    # Nobody was admitted yet who could be named as a witness.
    require(not body.policy.witnesses, Rule.WITNESS)
    require(body.policy.k == 0, Rule.POLICY)
    check = check_signers(entry.envelope, opening_needs(body))
    changes = Changes(
        globals=_opened_globals(entry, body),
        participants={REGISTER: _opened_secretariat(entry, body)},
        keys=keys,
        quorum=Quorum(0, 0, ()),
    )
    return changes, check


def opening_needs(body: bodies.RegisterOpened) -> list[Needs]:
    """Every key that leaf 0 names."""
    return [[by_all((*body.log_keys, *body.roots.keys))]]


def policy_needs(case: Case) -> list[Needs]:
    """The secretariat's roots and as many of the present witnesses as a quorum."""
    policy = case.globals.policy
    nodes = [node_of(case.view.participant(witness.participant), witness.node) for witness in policy.witnesses]
    entry_keys = [node.entry for node in nodes if node is not None]
    return [[by_roots(case.view, case.secretariat.roots), by_some(case.view, entry_keys, policy.k)]]


def policy_check(case: Case, body: bodies.PolicyPublished) -> None:
    """The witnesses exist and can cosign, once each; no two quorums can do without a common witness."""
    named = [(witness.participant, witness.node) for witness in body.witnesses]
    require(len(set(named)) == len(named), Rule.TWICE)
    for participant, name in named:
        node = node_of(case.view.participant(participant), name)
        require(node is not None and _can_cosign(case.view, node), Rule.WITNESS)
    require(2 * body.k > len(named) if named else body.k == 0, Rule.POLICY)
    require(body.k <= len(named), Rule.POLICY)


def _can_cosign(view: RegisterView, node: NodeState) -> bool:
    facts = [view.key(key.fingerprint) for key in node.cosigning]
    return any(fact is not None and fact.in_force for fact in facts)


def policy_effect(case: Case, body: bodies.PolicyPublished) -> Changes:
    """The policy and its quorum from here on."""
    policy = bodies.Policy(k=body.k, witnesses=body.witnesses)
    return with_quorum(case, Changes(globals=changed(case.globals, policy=policy)), policy=policy)


def node_needs(case: Case) -> list[Needs]:
    """The entry key of the node that speaks."""
    return [[by_key(case.view, case.place.entry)]]


def noted_effect(case: Case, body: bodies.CheckpointNoted) -> Changes:
    """The log time from here on, if it is later than what was noted before."""
    at = _noted_time(case, body)
    if case.globals.log_time is not None and at <= case.globals.log_time:
        return Changes(globals=case.globals)
    return Changes(globals=changed(case.globals, log_time=at), time=TimeNoted(case.index, at))


def nominated_check(case: Case, body: bodies.DeskNominated) -> None:
    """The versions of a nomination follow each other and speak of one code and kind."""
    try:
        date.fromisoformat(body.date)
    except ValueError:
        broken(Rule.FORM)
    require(len({part.digest for part in body.parts}) == len(body.parts), Rule.TWICE)
    before = case.view.nomination(body.nomination)
    require(body.version == (1 if before is None else before.version + 1), Rule.VERSION)
    if before is None:
        require(not body.withdrawn, Rule.NOMINATION)
    else:
        require(not before.withdrawn and (body.code, body.kind) == (before.code, before.kind), Rule.NOMINATION)


def nominated_effect(case: Case, body: bodies.DeskNominated) -> Changes:
    """The nomination as it stands now."""
    state = NominationState(index=case.index, **asdict(body))
    return Changes(globals=case.globals, nominations={body.nomination: state})


def _noted_time(case: Case, body: bodies.CheckpointNoted) -> int:
    note = _noted(case, body)
    quorum = case.view.quorum(int(note.text.split("\n")[1]))
    # Without witnesses nobody vouches for a time, so log time has not begun.
    if quorum is None or quorum.k == 0:
        broken(Rule.QUORUM)
    try:
        at = verify_quorum(note, policy_of(quorum)).time
    except LiaisonError:
        broken(Rule.QUORUM)
    if at is None:
        broken(Rule.QUORUM)
    return at


def _noted(case: Case, body: bodies.CheckpointNoted) -> Note:
    try:
        note = parse_note(body.checkpoint.encode())
        checkpoint = verify_checkpoint(note, case.globals.origin, case.globals.log_keys)
    except LiaisonError:
        broken(Rule.NOTED)
    require(1 <= checkpoint.size <= case.index, Rule.NOTED)
    return note


def _opened_globals(entry: Entry, body: bodies.RegisterOpened) -> Globals:
    return Globals(
        register=entry.leaf,
        origin=body.origin,
        title=body.title,
        rehearsal=body.rehearsal,
        log_keys=body.log_keys,
        admission=body.admission,
        rules=body.rules,
        instruments=body.instruments,
        policy=body.policy,
        policy_chain=None,
        secretariat_chain=None,
        providers=None,
        log_time=None,
        stopped_at=0 if body.rules != RULES else None,
    )


def _opened_secretariat(entry: Entry, body: bodies.RegisterOpened) -> ParticipantState:
    return ParticipantState(
        id=REGISTER,
        type=None,
        labels=bodies.Labels(name=body.title, codes=()),
        roots=body.roots,
        guardians=(),
        letter=None,
        admitted_index=0,
        root_chain=ChainHead(0, entry.payload_hash),
        nodes={},
        attested={},
        replaces=None,
        cleared_index=None,
        disputed_by=(),
        succeeded_by=None,
        succeeded_index=None,
    )
