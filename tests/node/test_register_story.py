"""Do a secretariat and its participants come to the same register, whatever fails between them?"""

from __future__ import annotations

from typing import Any

import pytest

from liaison.errors import UnreachableError
from liaison.node import models
from liaison.node.log.projections import fold_entries, named_facts, promote, rebuild
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.verification import verify_copy
from liaison.node.node import Node
from liaison.node.reads import register as reads
from liaison.node.services import ceremony, mirror, publication, rotation
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.bodies import KeyRevoked, ParticipantRoots, ResourcesPublished
from liaison.register.facts import encode_fact
from liaison.register.lookup import DeskStatus, Refusal
from liaison.register.memory import MemoryView
from liaison.register.state import fold_on
from liaison.register.vocabulary import DeskKind, NodeRef
from liaison.tlog.log import read_entries
from tests.node.stories import Story, root, roots_of


def rows(node: Node, register: str) -> tuple[list[Any], list[Any]]:
    """Every row that is folded from the log."""
    with reading(node):
        facts = list(models.FactRow.objects.filter(register=register).order_by("kind", "name", "pending").values())
        logged = list(models.LoggedEntry.objects.filter(register=register).order_by("index").values())
    return facts, logged


def leaves(node: Node, register: str) -> list[bytes]:
    with reading(node):
        row = models.FollowedRegister.objects.get(register=register)
        return list(read_entries(DatabaseTileStore(register), 0, row.size, size=row.size))


def sizes(node: Node, register: str) -> tuple[int, int]:
    row = reads.followed(node, register)
    return row.size, row.trusted_size


def test_two_honest_mirrors_agree(story: Story) -> None:
    story.join("xc", "XC")
    story.join("xd", "XD")
    story.sync()
    assert rows(story.nodes["xc"], story.register) == rows(story.nodes["xd"], story.register)
    assert rows(story.reg, story.register) == rows(story.nodes["xd"], story.register)


def test_a_joined_desk_is_found_with_its_key_and_address(story: Story) -> None:
    xc = story.join("xc", "XC")
    xd = story.join("xd", "XD")
    story.sync()
    entry = reads.desk_entry(xd.node, story.register, xc.participant, "duty")
    assert entry.status is DeskStatus.CONFIRMED
    assert reads.sealing_key(xd.node, story.register, xc.participant, "duty").alg == "mlkem768x25519"
    address = reads.peer_address(xd.node, story.register, xc.participant, "main")
    assert address is not None
    assert address.url == "https://xc.example"


def test_the_tables_are_the_fold_of_the_log(story: Story) -> None:
    story.join("xc", "XC")
    view = fold_on(MemoryView(), leaves(story.reg, story.register))
    folded = {(kind, name): encode_fact(fact) for kind, name, fact in named_facts(view.changed)}
    stored = {(row["kind"], row["name"]): bytes(row["data"]) for row in rows(story.reg, story.register)[0]}
    assert stored == folded


def test_a_rebuild_makes_the_same_rows(story: Story) -> None:
    xc = story.join("xc", "XC")
    before = rows(xc.node, story.register), sizes(xc.node, story.register)
    with unit_of_work(xc.node):
        rebuild(story.register)
    assert (rows(xc.node, story.register), sizes(xc.node, story.register)) == before


@pytest.mark.parametrize("batch", [1, 2, 7, 1000])
def test_the_rows_do_not_depend_on_how_many_are_folded_at_once(story: Story, batch: int) -> None:
    xc = story.join("xc", "XC")
    expected = rows(xc.node, story.register)
    with unit_of_work(xc.node):
        size = models.FollowedRegister.objects.get(register=story.register).size
        models.LoggedEntry.objects.all().delete()
        models.FactRow.objects.all().delete()
        models.FollowedRegister.objects.update(applied=0, trusted_size=0)
        for _ in range(0, size, batch):
            fold_entries(story.register, limit=batch)
        promote(story.register, size)
    assert rows(xc.node, story.register) == expected


def test_trust_at_a_size_below_what_was_folded_gives_the_same_rows_in_the_end(story: Story) -> None:
    xc = story.join("xc", "XC")
    expected = rows(xc.node, story.register)
    with unit_of_work(xc.node):
        size = models.FollowedRegister.objects.get(register=story.register).size
        models.LoggedEntry.objects.all().delete()
        models.FactRow.objects.all().delete()
        models.FollowedRegister.objects.update(applied=0, trusted_size=0)
        fold_entries(story.register)
        promote(story.register, 3)
        promote(story.register, size)
    assert rows(xc.node, story.register) == expected


def test_the_own_copy_verifies(story: Story) -> None:
    xc = story.join("xc", "XC")
    verified = verify_copy(xc.node, register=story.register, progress=lambda _: None)
    assert (verified.size, verified.void) == (sizes(xc.node, story.register)[0], ())


def test_a_mirror_goes_on_from_another_mirror_when_the_secretariat_is_gone(story: Story) -> None:
    xc = story.join("xc", "XC")
    xd = story.join("xd", "XD")
    story.sync()
    xe = story.join("xe", "XE")
    story.sync("xc")
    story.line.off.add("reg")
    story.sync("xd")
    assert sizes(xd.node, story.register) == sizes(xc.node, story.register)
    assert reads.desk_entry(xd.node, story.register, xe.participant, "duty").desk == "duty"


def test_with_nobody_to_ask_the_copy_stays_and_serves(story: Story) -> None:
    xc = story.join("xc", "XC")
    story.sync()
    story.line.off |= {"reg", "xd"}
    with pytest.raises(UnreachableError, match="no-mirror-answered"):
        mirror.sync_register(xc.node, register=story.register)
    assert reads.desk_entry(xc.node, story.register, xc.participant, "duty").desk == "duty"


def test_a_desk_of_a_hosted_participant_says_who_hosts_it(story: Story) -> None:
    xc = story.join("xc", "XC")
    xe = story.admit("xe", "XE", on="xc")
    host = NodeRef(xc.participant, "main")
    plan = ceremony.NodePlan("main", (DeskKind.TECHNICAL,), host=host)
    draft = ceremony.draft_keys(xc.node, register=story.register, participant=xe.participant, plans=[plan])
    story.hand_in(xc.node, draft, *xe.roots)
    story.desk(xe)
    entry = reads.desk_entry(xc.node, story.register, xe.participant, "duty")
    assert entry.hosted_by == host
    own, hosted = (reads.sealing_key(xc.node, story.register, who.participant, "duty") for who in (xc, xe))
    assert own != hosted


def test_a_participant_has_several_nodes(story: Story) -> None:
    xc = story.join("xc", "XC")
    ministry = story.follow("mfa")
    plan = ceremony.NodePlan("mfa", (DeskKind.DIPLOMATIC,))
    draft = ceremony.draft_keys(ministry, register=story.register, participant=xc.participant, plans=[plan])
    story.hand_in(ministry, draft, *xc.roots)
    place = publication.Place(story.register, xc.participant, "mfa")
    publication.declare_desk(ministry, place, publication.DeskPlan(
        "legal", DeskKind.DIPLOMATIC, ("fr",), publication.Expected(None, None, None), {}
    ))  # fmt: skip
    publication.publish_node(ministry, place)
    story.sync("xc")
    found = {
        (entry.node, entry.desk) for entry in reads.directory(xc.node, story.register).desks(participant=xc.participant)
    }
    assert found == {("main", "duty"), ("mfa", "legal")}


def test_a_node_follows_two_registers_and_mixes_nothing(story: Story) -> None:
    xc = story.join("xc", "XC")
    first = story.register
    second = story.another_register("two")
    mirror.follow_register(xc.node, anchor=story.anchor_of("two", second))
    mirror.sync_register(xc.node, register=second)
    with reading(xc.node):
        participants = {
            register: set(
                models.FactRow.objects.filter(register=register, kind="participant").values_list("name", flat=True)
            )
            for register in (first, second)
        }
    assert participants == {first: {"register", xc.participant}, second: {"register"}}


def test_a_revocation_signed_in_advance_counts_whenever_it_is_handed_in(story: Story) -> None:
    xc = story.join("xc", "XC")
    with reading(xc.node):
        state = reads.view(xc.node, story.register).participant(xc.participant)
    assert state is not None
    stolen = state.nodes["main"].message.fingerprint
    draft = ceremony.draft_entry(
        xc.node, register=story.register, body=KeyRevoked(stolen, None), participant=xc.participant
    )
    ready = ceremony.sign_draft(draft, *xc.roots)
    story.desk(xc, "second")
    story.clock.forward(days=700)
    story.hand_in(xc.node, ready)
    standing = reads.message_key_standing(xc.node, story.register, xc.participant, "main", stolen)
    assert standing.revoked_index is not None


def test_a_thief_of_a_node_key_cannot_make_an_offline_ceremony_stale(story: Story) -> None:
    xc = story.join("xc", "XC")
    plan = ceremony.NodePlan("main", (DeskKind.TECHNICAL,))
    draft = ceremony.draft_keys(xc.node, register=story.register, participant=xc.participant, plans=[plan])
    for number in range(5):
        story.clock.forward(minutes=1)
        story.desk(xc, f"thief-{number}")
    story.hand_in(xc.node, draft, *xc.roots)
    fresh = ceremony.signer(
        xc.node, purpose=ceremony.Purpose.ENTRY, register=story.register, participant=xc.participant, node_id="main"
    )
    with reading(xc.node):
        state = reads.view(xc.node, story.register).participant(xc.participant)
    assert state is not None
    assert state.nodes["main"].entry == fresh.public


def test_two_root_ceremonies_at_once_leave_one_standing(story: Story) -> None:
    xc = story.admit("xc", "XC")
    drafts = [
        ceremony.draft_keys(
            xc.node,
            register=story.register,
            participant=xc.participant,
            plans=[ceremony.NodePlan(name, (DeskKind.TECHNICAL,))],
        )
        for name in ("main", "thief")
    ]
    story.hand_in(xc.node, drafts[0], *xc.roots)
    with pytest.raises(Exception, match="rule-07"):
        story.hand_in(xc.node, drafts[1], *xc.roots)


def test_sealing_keys_rotate_and_the_old_one_is_destroyed_in_the_end(story: Story) -> None:
    xc = story.join("xc", "XC")
    first = reads.sealing_key(xc.node, story.register, xc.participant, "duty")
    story.clock.forward(days=29)
    assert rotation.rotate_all(xc.node) == rotation.Rotated(0, 0, 0)
    story.clock.forward(days=1)
    assert rotation.rotate_all(xc.node) == rotation.Rotated(1, 1, 0)
    second = reads.sealing_key(xc.node, story.register, xc.participant, "duty")
    assert second != first
    story.clock.forward(days=29)
    rotation.rotate_all(xc.node)
    assert first.fingerprint in xc.node.vault.seeds  # type: ignore[attr-defined]
    story.clock.forward(days=31)
    assert rotation.rotate_all(xc.node).destroyed == 1
    assert first.fingerprint not in xc.node.vault.seeds  # type: ignore[attr-defined]


def test_new_roots_take_over_by_the_old_and_the_new(story: Story) -> None:
    xc = story.join("xc", "XC")
    fresh = [root("xc fresh 0"), root("xc fresh 1")]
    draft = ceremony.draft_entry(
        xc.node, register=story.register, body=ParticipantRoots(roots_of(*fresh), ()), participant=xc.participant
    )
    with pytest.raises(Exception, match="draft-not-signed-enough"):
        story.hand_in(xc.node, draft, *fresh)
    story.hand_in(xc.node, draft, *xc.roots, *fresh)
    xc.roots = fresh
    story.clock.forward(minutes=1)
    story.keys(xc, kinds=(DeskKind.TECHNICAL,))


def test_a_re_admission_is_disputed_until_the_old_roots_sign(story: Story) -> None:
    old = story.join("xc", "XC")
    publication.publish_resources(old.node, old.place, claims("XC"))
    new = story.admit("new", "XC", replaces=old.participant)
    story.keys(new, kinds=(DeskKind.TECHNICAL,))
    story.desk(new)
    publication.publish_resources(new.node, new.place, claims("XC"))
    story.sync()
    answer = reads.directory(story.reg, story.register).answer("XC", DeskKind.TECHNICAL)
    assert (answer.refusal, {entry.status for entry in answer.desks}) == (Refusal.DISPUTED, {DeskStatus.DISPUTED})
    draft = ceremony.draft_entry(
        story.reg,
        register=story.register,
        body=ParticipantRoots(roots_of(*new.roots), ()),
        participant=old.participant,
    )
    story.hand_in(story.reg, draft, *old.roots, *new.roots)
    story.sync()
    answer = reads.directory(story.reg, story.register).answer("XC", DeskKind.TECHNICAL)
    assert (answer.refusal, [entry.participant for entry in answer.desks]) == (None, [new.participant])


def test_a_code_two_participants_claim_is_answered_by_nobody(story: Story) -> None:
    for name in ("xc", "xd"):
        each = story.join(name, name.upper())
        publication.publish_resources(each.node, each.place, claims("XF"))
    answer = reads.directory(story.reg, story.register).answer("XF", DeskKind.TECHNICAL)
    assert (answer.refusal, len(answer.desks), len(answer.claimants)) == (Refusal.CONTESTED, 2, 2)


def claims(code: str) -> ResourcesPublished:
    return ResourcesPublished((code,), (), (), ())
