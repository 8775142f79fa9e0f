"""Is the fold total, and the same whatever the batches?"""

from __future__ import annotations

from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.register.entries import BODIES, EntryPayload, decode_entry, decode_payload, encode_entry, encode_payload
from liaison.register.facts import Globals, KeyFact, ParticipantState, decode_fact, encode_fact
from liaison.register.law.kinds import KINDS
from liaison.register.memory import MemoryView, RegisterState
from liaison.register.state import READ, Applied, NotUnderstood, Void, apply, apply_leaf, fold, fold_each, fold_on
from liaison.register.vocabulary import REGISTER
from liaison.wire.envelope import encode_envelope
from tests.register.registry import RegisterBuilder, small_register


def busy_register() -> RegisterBuilder:
    """Something of everything, void entries included."""
    registry = small_register()
    registry.nominate("XF")
    registry.set_policy(2, "XC", "XD", "XE")
    registry.note(registry.checkpoint(times={"XC": 1_795_348_800, "XD": 1_795_348_860}))
    registry.append(registry.leaves[-1], expected=Void)
    registry.admit("XC again", replaces=registry.ids["XC"])
    registry.revoke("XD/main/message", "XD")
    registry.nominate("XF", version=2, withdrawn=True)
    return registry


REGISTRY = busy_register()
WHOLE = fold(REGISTRY.leaves)
PLACES = st.sampled_from([None, REGISTER, *REGISTRY.ids.values()])
SMALL = st.one_of(st.none(), st.integers(0, 9))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)
GOOD_BODIES = st.sampled_from([decode_payload(entry.envelope.payload).body for entry in REGISTRY.entries])
SIGNERS = st.lists(
    st.sampled_from(["register/roots/1", "register/roots/2", "XC/roots/1", "XC/main/entry", "XD/main/entry", "nobody"]),
    min_size=1,
    max_size=3,
    unique=True,
)


@given(cuts=st.lists(st.integers(0, len(REGISTRY.leaves)), max_size=6))
def test_the_fold_does_not_depend_on_batches(cuts: list[int]) -> None:
    view = MemoryView()
    for start, end in pairwise([0, *sorted(cuts), len(REGISTRY.leaves)]):
        view = fold_on(MemoryView.restore(view.snapshot()), REGISTRY.leaves[start:end])
    assert view.snapshot() == WHOLE


def not_an_entry() -> bytes:
    """An envelope in good form around something else."""
    envelope = REGISTRY.entries[1].envelope
    return encode_envelope(msgspec.structs.replace(envelope, payload=b"{}"))


@settings(max_examples=25)
@given(
    places=st.lists(st.integers(1, len(REGISTRY.leaves)), max_size=3),
    many=st.integers(READ - len(REGISTRY.leaves), READ + 1),
    rubbish=st.sampled_from([b"rubbish", not_an_entry()]),
)
def test_leaves_that_are_read_together_are_judged_as_one_by_one(places: list[int], many: int, rubbish: bytes) -> None:
    leaves, one, found = list(REGISTRY.leaves), MemoryView(), []
    for place in places:
        leaves[place:place] = [rubbish] * many
    for leaf in leaves:
        found.append(apply_leaf(one, leaf, one.size))
        one.record(found[-1])
    together = MemoryView()
    judged = list(fold_each(together, leaves))
    assert [outcome for _, outcome in judged] == found
    assert [entry is None for entry, _ in judged] == [leaf == rubbish for leaf in leaves]
    assert [entry.index for entry, _ in judged if entry] == [at for at, leaf in enumerate(leaves) if leaf != rubbish]
    assert together.snapshot() == one.snapshot()


@given(cut=st.integers(1, len(REGISTRY.leaves)))
def test_the_fold_over_a_base_is_the_fold_of_all(cut: int) -> None:
    base = fold_on(MemoryView(), REGISTRY.leaves[:cut])
    over = fold_on(MemoryView(base, size=cut), REGISTRY.leaves[cut:])
    facts = (
        over.globals(),
        {state.id: state for state in over.participants()},
        list(over.nominations()),
        tuple(over.times()),
    )
    assert facts == (WHOLE.globals, WHOLE.participants, list(WHOLE.nominations.values()), WHOLE.times)


def test_two_honest_mirrors_agree_to_the_byte() -> None:
    assert encode_fact(fold(REGISTRY.leaves)) == encode_fact(REGISTRY.view.snapshot())


def test_a_state_reads_back_as_it_was_written() -> None:
    assert decode_fact(encode_fact(WHOLE), RegisterState) == WHOLE


def test_every_fact_reads_back_as_it_was_written() -> None:
    assert WHOLE.globals is not None
    assert decode_fact(encode_fact(WHOLE.globals), Globals) == WHOLE.globals
    for state in WHOLE.participants.values():
        assert decode_fact(encode_fact(state), ParticipantState) == state
    for key in WHOLE.keys.values():
        assert decode_fact(encode_fact(key), KeyFact) == key


def test_a_void_entry_keeps_its_rule() -> None:
    assert [(oddity.rule, oddity.reason) for oddity in WHOLE.oddities] == [("rule-07", None)]


@given(data=st.binary(max_size=200), index=st.integers(0, 50))
def test_random_bytes_are_void_and_nothing_else(data: bytes, index: int) -> None:
    assert isinstance(apply_leaf(REGISTRY.view, data, index), Void)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from([*KINDS, "register.opened", "unheard.of"]),
    version=st.sampled_from([1, 1, 1, 2]),
    where=st.tuples(PLACES, st.sampled_from([None, "main", "office"]), SMALL),
    body=JSON.map(lambda value: {"x": value}) | GOOD_BODIES,
    signers=SIGNERS,
    index=st.sampled_from([0, 7, 40]),
)
def test_no_well_formed_entry_makes_the_fold_raise(
    *,
    kind: str,
    version: int,
    where: tuple[str | None, str | None, int | None],
    body: dict[str, object],
    signers: list[str],
    index: int,
) -> None:
    facts = REGISTRY.view.globals()
    assert facts is not None
    payload = EntryPayload(
        register=facts.register,
        kind=kind,
        version=version,
        participant=where[0],
        node=where[1],
        seq=where[2],
        prev=None,
        issued="2026-11-22T03:00:00Z",
        body=body,
    )
    leaf = REGISTRY.signed(encode_payload(payload), *signers)
    assert isinstance(apply_leaf(REGISTRY.view, leaf, index), Applied | Void | NotUnderstood)


@settings(max_examples=300, deadline=None)
@given(which=st.integers(0, len(REGISTRY.leaves) - 1), place=st.integers(0), change=st.integers(1, 255))
def test_a_flipped_byte_never_stands(which: int, place: int, change: int) -> None:
    leaf = bytearray(REGISTRY.leaves[which])
    leaf[place % len(leaf)] ^= change
    before = fold_on(MemoryView(), REGISTRY.leaves[:which])
    assert not isinstance(apply_leaf(before, bytes(leaf), which), Applied)


def test_an_entry_reads_back_as_it_was_written() -> None:
    assert REGISTRY.leaves == [encode_entry(decode_entry(leaf)) for leaf in REGISTRY.leaves]


@given(data=st.binary(max_size=300))
def test_random_bytes_are_a_malformed_entry_and_nothing_else(data: bytes) -> None:
    try:
        decode_entry(data)
    except MalformedError:
        return
    raise AssertionError("random bytes were an entry")


def test_every_kind_with_a_body_has_a_row_in_the_table() -> None:
    understood = {kind for kind, row in KINDS.items() if row.effect is not None}
    assert understood | {"register.opened"} == set(BODIES)


def test_applying_changes_nothing_in_the_view() -> None:
    before = msgspec.json.encode(REGISTRY.view.snapshot())
    payload = REGISTRY.drafted(REGISTRY.nomination("XG"), REGISTER, "office")
    entry = decode_entry(REGISTRY.signed(payload, "register/office/entry"))
    assert isinstance(apply(REGISTRY.view, entry, len(REGISTRY.leaves)), Applied)
    assert before == msgspec.json.encode(REGISTRY.view.snapshot())


def test_an_entry_makes_only_the_facts_new_that_it_names() -> None:
    payload = REGISTRY.drafted(REGISTRY.desk_body("duty"), "XE", "main")
    outcome = apply_leaf(REGISTRY.view, REGISTRY.signed(payload, "XE/main/entry"), len(REGISTRY.leaves))
    assert isinstance(outcome, Applied)
    changes = outcome.changes
    assert (list(changes.participants), changes.globals, changes.keys, changes.quorum) == (
        [REGISTRY.ids["XE"]],
        None,
        {},
        None,
    )
