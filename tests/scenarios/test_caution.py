"""Does a node keep an officer from relying on keys that are not what they seem?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.errors import UsageError, VerificationError
from liaison.node import models
from liaison.node.reads.caution.disputes import disputes
from liaison.node.reads.facts import forget_facts, register_facts
from liaison.node.reads.inbox import show_message
from liaison.node.reads.recipients import find_recipient
from liaison.node.reads.register import directory
from liaison.node.services.choices import call_back, pin_keys
from liaison.node.unit_of_work import unit_of_work
from liaison.register import bodies, records
from liaison.register.facts import encode_fact
from liaison.register.lookup import DeskStatus
from liaison.register.state import MemoryView, fold_on
from liaison.register.vocabulary import Channel
from tests.register.registry import RegisterBuilder, small_register
from tests.world import World


def with_key_of(registry: RegisterBuilder, thief: str, owner: str) -> RegisterBuilder:
    """The registry after `thief` published the sealing key of `owner` as its own."""
    part = registry.record(records.SealingKey(key=registry.sealing(f"{owner}/duty").public))
    address = registry.record(records.Addresses(ways=()))
    keys = bodies.DeskKeys(desk="duty", sealing=part, openpgp=None)
    registry.by_node(bodies.NodePublished(desks=(keys,), tls=(), address=address), thief)
    return registry


def test_nothing_is_sealed_with_a_key_that_another_participant_named_first(tmp_path: Path) -> None:
    registry = with_key_of(small_register("XC", "XD", "XE"), "XE", "XD")
    with World(tmp_path, registry=registry) as world:
        world.send("XC", "XD")
        with pytest.raises(VerificationError, match="sealing-key-shared"):
            world.send("XC", "XE")


@pytest.fixture
def disputed(tmp_path: Path) -> Iterator[World]:
    """XD was re-admitted after a loss of keys; its old roots have not signed over."""
    registry = small_register("XC", "XD")
    registry.admit("XD again", replaces=registry.ids["XD"])
    registry.set_up("XD again")
    registry.publish_desk("XD again", "duty")
    registry.publish_node("XD again", "duty", at="https://xd.example:8443")
    registry.publish_resources("XD again", "XD")
    with World(tmp_path, codes=("XC", "XD"), registry=registry) as world:
        yield world


def choose(world: World, who: str) -> None:
    participant = world.registry.ids[who]
    pin_keys(world.nodes["XC"], register=world.register, desk=world.desk("XC"), participant=participant)


def test_a_desk_with_disputed_keys_is_never_found_by_its_code(disputed: World) -> None:
    with pytest.raises(UsageError, match="recipient-disputed"):
        find_recipient(disputed.nodes["XC"], disputed.register, "XD")


def test_nothing_is_sent_to_disputed_keys_before_the_desk_chose(disputed: World) -> None:
    for who in ("XD", "XD again"):
        with pytest.raises(VerificationError, match="keys-disputed"):
            disputed.send("XC", who)


def test_both_sides_of_a_dispute_are_shown_with_the_choice_made(disputed: World) -> None:
    choose(disputed, "XD")
    (found,) = disputes(disputed.nodes["XC"], disputed.register)
    ids = disputed.registry.ids
    assert [each.participant for each in found.rivals] == [ids["XD"], ids["XD again"]]
    assert found.pins == ((ids["XC"], "duty", ids["XD"]),)


def test_the_chosen_side_alone_can_be_written_to(disputed: World) -> None:
    choose(disputed, "XD again")
    choose(disputed, "XD")
    assert len(disputed.send("XC", "XD")) == 1
    with pytest.raises(VerificationError, match="keys-disputed"):
        disputed.send("XC", "XD again")


def test_a_message_from_disputed_keys_is_taken_and_says_so(disputed: World) -> None:
    sent = disputed.send("XD", "XC")[0]
    opened = show_message(disputed.nodes["XC"], sent.message_id)
    assert (opened.listed.verdict, opened.notes) == ("accepted", ("keys-disputed",))


def test_keys_that_nobody_disputes_are_not_pinned(disputed: World) -> None:
    with pytest.raises(UsageError, match="keys-not-disputed"):
        choose(disputed, "XC")


def withhold_trust(world: World, registry: RegisterBuilder, size: int) -> None:
    """At XC, everything from leaf `size` on is folded and pending."""
    early = fold_on(MemoryView(), registry.leaves[:size]).changed
    with unit_of_work(world.nodes["XC"]):
        models.FactRow.objects.filter(register=world.register).update(pending=True)
        kinds = (("participant", early.participants), ("key", early.keys))
        trusted = [(kind, name, fact) for kind, facts in kinds for name, fact in facts.items()]
        models.FactRow.objects.bulk_create(
            models.FactRow(register=world.register, kind=kind, name=name, pending=False, data=encode_fact(fact))
            for kind, name, fact in (*trusted, ("globals", "", early.globals))
        )
        models.FollowedRegister.objects.filter(register=world.register).update(trusted_size=size)
    forget_facts(world.nodes["XC"])


@pytest.fixture
def pending(tmp_path: Path) -> Iterator[World]:
    """XD stands in entries that XC has seen no quorum for."""
    registry = small_register("XC")
    size = len(registry.leaves)
    registry.admit("XD")
    registry.set_up("XD")
    registry.publish_desk("XD", "duty")
    registry.publish_node("XD", "duty")
    with World(tmp_path, codes=("XC", "XD"), registry=registry) as world:
        withhold_trust(world, registry, size)
        yield world


def confirm(world: World, fingerprint: str) -> None:
    call_back(
        world.nodes["XC"],
        register=world.register,
        participant=world.registry.ids["XD"],
        desk="duty",
        fingerprint=fingerprint,
        channel=Channel.TELEPHONE,
    )


def pending_key(world: World) -> str:
    return world.registry.sealing("XD/duty").public.fingerprint


def test_a_pending_desk_is_not_used(pending: World) -> None:
    assert directory(pending.nodes["XC"], pending.register).desk(pending.registry.ids["XD"], "duty") is None
    with pytest.raises(UsageError, match="desk-not-found"):
        pending.send("XC", "XD")


def test_a_pending_desk_confirmed_by_call_back_can_be_sent_to_and_says_so(pending: World) -> None:
    confirm(pending, pending_key(pending))
    entry = directory(pending.nodes["XC"], pending.register).desk(pending.registry.ids["XD"], "duty")
    assert entry is not None and (entry.status, entry.codes) == (DeskStatus.CALLED_BACK, ("XD",))
    pending.send("XC", "XD")
    with pending.at("XD"):
        assert models.IncomingCopy.objects.count() == 1


def test_a_call_back_that_read_out_another_key_confirms_nothing(pending: World) -> None:
    with pytest.raises(VerificationError, match="call-back-differs"):
        confirm(pending, "ab" * 32)
    with pytest.raises(UsageError, match="desk-not-found"):
        pending.send("XC", "XD")


def test_a_call_back_confirms_no_signing_key(pending: World) -> None:
    confirm(pending, pending_key(pending))
    facts = register_facts(pending.nodes["XC"], pending.register)
    assert facts.key(pending.registry.key("XD/main/message").public.fingerprint) is None


def test_what_is_trusted_needs_no_call_back(disputed: World) -> None:
    with pytest.raises(UsageError, match="desk-not-pending"):
        confirm(disputed, pending_key(disputed))
