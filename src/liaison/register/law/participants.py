"""May a participant be admitted, change its keys, revoke one, vouch for another; and what does it change?

Spec page: docs/spec/rules.md, rules 14 to 22, 27, 28 and 33.
"""

from __future__ import annotations

from itertools import chain

from msgspec.structs import replace as changed

from liaison.keys.public import PublicKey, Purpose
from liaison.register import bodies
from liaison.register.facts import Attestation, ChainHead, KeyFact, NodeState, ParticipantState
from liaison.register.law.case import Case
from liaison.register.law.keyring import introduce, replace_keys, uses_of_node, uses_of_roots
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.law.quorums import node_of, with_quorum
from liaison.register.law.signatures import Need, Needs, by_all, by_key, by_roots
from liaison.register.views import Changes
from liaison.register.vocabulary import REGISTER, ParticipantType

NODES = 64
"""So many nodes a participant can have had in all."""


def root_needs(case: Case) -> list[Needs]:
    """The participant's root threshold."""
    return [[by_roots(case.view, case.owner.roots)]]


def admission_needs(case: Case) -> list[Needs]:
    """The secretariat's root threshold."""
    return [[by_roots(case.view, case.secretariat.roots)]]


def admitted_needs(case: Case, body: bodies.ParticipantAdmitted) -> list[Needs]:
    """The secretariat's root threshold and every new root."""
    return [[by_roots(case.view, case.secretariat.roots), by_all(body.roots.keys)]]


def admitted_check(case: Case, body: bodies.ParticipantAdmitted) -> None:
    """Once only, beside its like only, and in the place only of one that can be replaced."""
    _check_roots(body.roots, body.guardians)
    require(len(set(body.labels.codes)) == len(body.labels.codes), Rule.TWICE)
    require(case.view.participant(case.entry.payload_hash) is None, Rule.ADMITTED)
    provider = body.type is ParticipantType.PROVIDER
    require(case.globals.providers in (None, provider), Rule.FAMILY)
    if body.replaces is not None:
        old = case.view.participant(body.replaces)
        require(old is not None and old.succeeded_by is None and old.type is body.type, Rule.REPLACES)


def admitted_effect(case: Case, body: bodies.ParticipantAdmitted) -> Changes:
    """A new participant; with `replaces`, a dispute with the old one."""
    name = case.entry.payload_hash
    state = ParticipantState(
        id=name,
        type=body.type,
        labels=body.labels,
        roots=body.roots,
        guardians=body.guardians,
        letter=body.letter,
        admitted_index=case.index,
        root_chain=ChainHead(0, name),
        nodes={},
        attested={},
        replaces=body.replaces,
        cleared_index=None,
        disputed_by=(),
        succeeded_by=None,
        succeeded_index=None,
    )
    participants = {name: state}
    old = case.view.participant(body.replaces) if body.replaces is not None else None
    if old is not None:
        participants[old.id] = changed(old, disputed_by=(*old.disputed_by, name))
    provider = body.type is ParticipantType.PROVIDER
    globals_ = changed(case.globals, providers=provider) if case.globals.providers is None else None
    keys = introduce(case.view, name, uses_of_roots(body.roots), case.index)
    return Changes(globals=globals_, participants=participants, keys=keys)


def roots_needs(case: Case, body: bodies.ParticipantRoots) -> list[Needs]:
    """The old threshold, the new threshold, and every key not known before."""
    new = [key for key in body.roots.keys if case.view.key(key.fingerprint) is None]
    return [[by_roots(case.view, case.owner.roots), by_roots(case.view, body.roots), by_all(new)]]


def roots_check(case: Case, body: bodies.ParticipantRoots) -> None:
    """The new roots can reach their threshold."""
    _check_roots(body.roots, body.guardians)


def roots_effect(case: Case, body: bodies.ParticipantRoots) -> Changes:
    """The next roots, or the hand-over to the participant that was admitted in this one's place."""
    heir = _heir(case, body)
    if heir is not None:
        return _hand_over(case, heir)
    keys = introduce(case.view, case.owner.id, uses_of_roots(body.roots), case.index)
    keys |= replace_keys(case.view, case.owner.roots.keys, body.roots.keys, case.index)
    owner = changed(case.owner, roots=body.roots, guardians=body.guardians)
    return Changes(participants={owner.id: owner}, keys=keys)


def keys_needs(case: Case, body: bodies.ParticipantKeys) -> list[Needs]:
    """The root threshold, every key not known before, and the entry key of every host."""
    named = chain.from_iterable(uses_of_node(node) for node in body.nodes)
    new = [use.key for use in named if case.view.key(use.key.fingerprint) is None]
    hosts = {(node.host.participant, node.host.node) for node in body.nodes if node.host is not None}
    needs = [by_roots(case.view, case.owner.roots), by_all(new)]
    return [[*needs, *(_by_host(case, *host) for host in sorted(hosts))]]


def keys_check(case: Case, body: bodies.ParticipantKeys) -> None:
    """Node ids are used once, hosts stand and are not hosted, only nodes of their own cosign."""
    names = [node.node for node in body.nodes]
    require(len(set(names)) == len(names), Rule.TWICE)
    require(len({*names, *case.owner.nodes}) <= NODES, Rule.LIMIT)
    for node in body.nodes:
        require(len(set(node.kinds)) == len(node.kinds), Rule.TWICE)
        known = case.owner.nodes.get(node.node)
        require(known is None or known.retired_index is None, Rule.NODE_ID)
        may_cosign = node.host is None and case.owner.id != REGISTER
        require(len(node.cosigning) <= (1 if may_cosign else 0), Rule.COSIGNER)
        if node.host is not None:
            host = node_of(case.view.participant(node.host.participant), node.host.node)
            own = node.host.participant == case.owner.id
            require(host is not None and host.host is None and not own, Rule.HOST)


def keys_effect(case: Case, body: bodies.ParticipantKeys) -> Changes:
    """The nodes and keys from here on; a node left out is retired with its keys."""
    uses = tuple(chain.from_iterable(uses_of_node(node) for node in body.nodes))
    keys = introduce(case.view, case.owner.id, uses, case.index)
    before = chain.from_iterable(_keys_of(node) for node in case.owner.nodes.values() if node.retired_index is None)
    keys |= replace_keys(case.view, before, [use.key for use in uses], case.index)
    listed = {node.node: _node(case, node) for node in body.nodes}
    retired = {
        name: changed(node, retired_index=case.index)
        for name, node in case.owner.nodes.items()
        if name not in listed and node.retired_index is None
    }
    owner = changed(case.owner, nodes={**case.owner.nodes, **retired, **listed})
    return with_quorum(case, Changes(participants={owner.id: owner}, keys=keys))


def revoked_needs(case: Case, body: bodies.KeyRevoked) -> list[Needs]:
    """The root threshold; or the key itself, when it says no more than that it is revoked from here on."""
    fact = _revoked(case, body)
    needs: list[Needs] = [[by_roots(case.view, case.owner.roots)]]
    if fact.revoked_index is None and body.suspect_since is None:
        needs.append([Need({body.fingerprint: fact.key}, 1)])
    return needs


def revoked_check(case: Case, body: bodies.KeyRevoked) -> None:
    """A revocation is final; another one can only make more of the past suspect."""
    fact = _revoked(case, body)
    since = case.index if body.suspect_since is None else body.suspect_since
    require(since <= case.index, Rule.FINAL)
    require(fact.suspect_since is None or since < fact.suspect_since, Rule.FINAL)


def revoked_effect(case: Case, body: bodies.KeyRevoked) -> Changes:
    """The key counts no more."""
    fact = _revoked(case, body)
    since = case.index if body.suspect_since is None else body.suspect_since
    at = case.index if fact.revoked_index is None else fact.revoked_index
    keys = {body.fingerprint: changed(fact, revoked_index=at, suspect_since=since)}
    if fact.purpose is Purpose.LOG:
        left = tuple(key for key in case.globals.log_keys if key != fact.key)
        return Changes(globals=changed(case.globals, log_keys=left), keys=keys)
    return with_quorum(case, Changes(keys=keys))


def attested_check(case: Case, body: bodies.Attested) -> None:
    """One vouches for another's root key that is in force."""
    other = case.view.participant(body.participant)
    if other is None or other.id == case.owner.id:
        broken(Rule.ATTESTED)
    require(body.fingerprint in {key.fingerprint for key in other.roots.keys}, Rule.ATTESTED)


def attested_effect(case: Case, body: bodies.Attested) -> Changes:
    """The attestation, shown at the one vouched for; a newer one takes the place of an older."""
    changes = case.with_node(case.place)
    other = case.view.participant(body.participant)
    if other is None:
        broken(Rule.ATTESTED)
    attestation = Attestation(case.place.node, body.fingerprint, body.channel, case.index)
    vouched = changed(other, attested={**other.attested, case.owner.id: attestation})
    return Changes(participants={**changes.participants, other.id: vouched})


def _check_roots(roots: bodies.Roots, guardians: tuple[str, ...]) -> None:
    require(roots.threshold <= len(roots.keys), Rule.THRESHOLD)
    require(len(set(guardians)) == len(guardians), Rule.TWICE)


def _heir(case: Case, body: bodies.ParticipantRoots) -> ParticipantState | None:
    """The participant admitted in this one's place whose roots these are."""
    for name in case.owner.disputed_by:
        heir = case.view.participant(name)
        if heir is not None and heir.succeeded_by is None and heir.roots == body.roots:
            return heir
    return None


def _hand_over(case: Case, heir: ParticipantState) -> Changes:
    owner = changed(case.owner, succeeded_by=heir.id, succeeded_index=case.index)
    keys_before = (*owner.roots.keys, *chain.from_iterable(_keys_of(node) for node in owner.nodes.values()))
    keys = replace_keys(case.view, keys_before, (), case.index)
    cleared = changed(heir, cleared_index=case.index)
    return with_quorum(case, Changes(participants={owner.id: owner, heir.id: cleared}, keys=keys))


def _by_host(case: Case, participant: str, name: str) -> Need:
    host = node_of(case.view.participant(participant), name)
    return Need({}, 1) if host is None else by_key(case.view, host.entry)


def _keys_of(node: NodeState) -> tuple[PublicKey, ...]:
    return (node.entry, node.message, node.http, *node.cosigning)


def _node(case: Case, keys: bodies.NodeKeys) -> NodeState:
    known = case.owner.nodes.get(keys.node)
    if known is not None:
        return changed(
            known,
            host=keys.host,
            kinds=keys.kinds,
            entry=keys.entry,
            message=keys.message,
            http=keys.http,
            cosigning=keys.cosigning,
        )
    return NodeState(
        node=keys.node,
        host=keys.host,
        kinds=keys.kinds,
        entry=keys.entry,
        message=keys.message,
        http=keys.http,
        cosigning=keys.cosigning,
        chain=None,
        publication=None,
        claims=None,
        desks={},
        first_index=case.index,
        retired_index=None,
    )


def _revoked(case: Case, body: bodies.KeyRevoked) -> KeyFact:
    fact = case.view.key(body.fingerprint)
    if fact is None or fact.participant != case.owner.id:
        broken(Rule.OWNER)
    return fact
