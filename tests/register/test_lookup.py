"""Who answers for a code, and which desks are shown?"""

from __future__ import annotations

import pytest

from liaison.register import bodies, lookup, records
from liaison.register.lookup import DeskStatus, Directory, Refusal, ResourceKind
from liaison.register.vocabulary import REGISTER, DeskKind, Evidence, NodeRef
from tests.register.registry import RegisterBuilder, small_register

TECHNICAL, DIPLOMATIC = DeskKind.TECHNICAL, DeskKind.DIPLOMATIC


def answer(
    registry: RegisterBuilder, code: str, kind: DeskKind = TECHNICAL
) -> tuple[Refusal | None, list[tuple[str, DeskStatus]]]:
    found = Directory(registry.view).answer(code, kind)
    return found.refusal, [(desk.desk, desk.status) for desk in found.desks]


def test_the_participant_that_publishes_a_code_answers_for_it() -> None:
    assert answer(small_register(), "XC") == (None, [("duty", DeskStatus.CONFIRMED)])


def test_nobody_answers_for_a_code_nobody_publishes() -> None:
    assert answer(small_register(), "XZ") == (Refusal.NOBODY, [])


def test_a_label_is_no_claim() -> None:
    registry = small_register("XC")
    registry.admit("XF")
    registry.set_up("XF")
    registry.publish_desk("XF", "duty")
    registry.publish_node("XF", "duty")
    assert answer(registry, "XF") == (Refusal.NOBODY, [])


def test_a_code_two_participants_claim_is_answered_by_nobody() -> None:
    registry = small_register()
    registry.publish_resources("XD", "XD", "XC")
    assert answer(registry, "XC") == (Refusal.CONTESTED, [("duty", DeskStatus.CONTESTED)] * 2)


def test_a_participant_answers_for_its_territories_too() -> None:
    registry = small_register()
    registry.publish_resources("XD", "XD", "XP")
    assert answer(registry, "XP") == (None, [("duty", DeskStatus.CONFIRMED)])


def test_two_desks_of_one_participant_are_no_conflict() -> None:
    registry = small_register("XC")
    registry.publish_desk("XC", "night")
    registry.publish_node("XC", "duty", "night")
    assert answer(registry, "XC") == (None, [("duty", DeskStatus.CONFIRMED), ("night", DeskStatus.CONFIRMED)])


def test_a_nomination_stands_in_for_a_code_nobody_publishes() -> None:
    registry = small_register("XC")
    registry.nominate("XF")
    assert answer(registry, "XF") == (None, [("xf-technical", DeskStatus.NOMINATED)])


def test_a_nomination_stands_in_until_the_first_desk_of_its_kind() -> None:
    registry = small_register("XC")
    registry.nominate("XC", nomination="xc-envoy", kind=DIPLOMATIC)
    before = answer(registry, "XC", DIPLOMATIC)
    registry.publish_desk("XC", "envoy", DIPLOMATIC)
    registry.publish_node("XC", "duty", "envoy")
    after = answer(registry, "XC", DIPLOMATIC)
    assert (before, after) == ((None, [("xc-envoy", DeskStatus.NOMINATED)]), (None, [("envoy", DeskStatus.CONFIRMED)]))


def test_a_confirmed_desk_hides_the_nomination() -> None:
    registry = small_register("XC")
    registry.nominate("XC")
    shown = [desk.desk for desk in Directory(registry.view).desks(kind=TECHNICAL)]
    assert (answer(registry, "XC"), shown) == ((None, [("duty", DeskStatus.CONFIRMED)]), ["duty"])


def test_a_withdrawn_nomination_is_not_shown() -> None:
    registry = small_register("XC")
    registry.nominate("XF")
    registry.nominate("XF", version=2, withdrawn=True)
    assert answer(registry, "XF") == (Refusal.NOBODY, [])


def test_a_desk_without_its_key_is_not_live() -> None:
    registry = small_register("XC")
    registry.publish_desk("XC", "night")
    assert [desk.desk for desk in Directory(registry.view).desks()] == ["duty"]


def test_a_key_without_its_desk_is_not_live() -> None:
    registry = small_register("XC")
    registry.publish_node("XC", "duty", "night")
    assert [desk.desk for desk in Directory(registry.view).desks()] == ["duty"]


def test_a_withdrawn_desk_is_not_live() -> None:
    registry = small_register("XC")
    registry.by_node(bodies.DeskWithdrawn(desk="duty"), "XC")
    assert Directory(registry.view).desks() == ()


def test_a_retired_node_has_no_live_desks_and_no_claims() -> None:
    registry = small_register("XC")
    registry.set_keys("XC", registry.node_keys("XC", "second", ()))
    assert (Directory(registry.view).desks(), answer(registry, "XC")) == ((), (Refusal.NOBODY, []))


def test_a_desk_knows_its_codes_key_and_host() -> None:
    registry = small_register("XC", "XD")
    host = NodeRef(participant=registry.ids["XD"], node="main")
    guest = registry.node_keys("XC", "guest", (TECHNICAL,), host=host)
    registry.set_keys("XC", registry.keys["XC", "main"], guest, extra=["XD/main/entry"])
    registry.publish_desk("XC", "hosted", node="guest")
    registry.publish_node("XC", "hosted", node="guest")
    desk = Directory(registry.view).desk(registry.ids["XC"], "hosted")
    assert desk is not None
    assert (desk.codes, desk.hosted_by, desk.sealing in registry.records) == (("XC",), host, True)


def test_a_desk_published_by_a_key_suspect_since_before_is_shown_as_suspect() -> None:
    registry = small_register("XC", "XD")
    registry.revoke("XC/main/entry", "XC", since=3)
    suspects = {desk.name: desk.suspect for desk in Directory(registry.view).desks()}
    assert suspects == {"State XC": True, "State XD": False}


def test_a_revocation_without_suspicion_leaves_the_desk_as_it_was() -> None:
    registry = small_register("XC")
    registry.revoke("XC/main/entry", "XC")
    assert [desk.suspect for desk in Directory(registry.view).desks()] == [False]


def test_find_takes_words_of_any_case_and_accent() -> None:
    registry = small_register("XC", "XD")
    registry.nominate("XF", mission="Mission permanente de l'Équatie")
    found = [
        [desk.desk for desk in lookup.find(registry.view, text)]
        for text in ("EQUATIE", "state xd", "xd technical", "xy")
    ]
    assert found == [["xf-technical"], ["duty"], ["duty"], []]


def test_claims_name_the_desk_and_the_codes_of_their_participant() -> None:
    registry = small_register("XC")
    prefix = bodies.PrefixClaim(prefix="192.0.2.0/24", desk="duty", evidence=Evidence.RPKI)
    domain = bodies.DomainClaim(domain="example.xc", desk="nobody", evidence=None)
    asn = bodies.AsnClaim(asn=64496, desk="duty", evidence=None)
    registry.publish_resources("XC", "XC", prefixes=(prefix,), asns=(asn,), domains=(domain,))
    claims = [(claim.kind, claim.value, claim.desk, claim.codes) for claim in lookup.claims(registry.view)]
    expected = [(ResourceKind.PREFIX, "192.0.2.0/24", "duty", ("XC",)), (ResourceKind.ASN, "64496", "duty", ("XC",))]
    assert claims == expected


def test_one_desk_is_found_without_reading_the_whole_register() -> None:
    registry = small_register("XC")
    found = lookup.desk_of(registry.view, registry.ids["XC"], "duty")
    assert found is not None and found[2].kind is TECHNICAL
    assert lookup.desk_of(registry.view, REGISTER, "duty") is None


def shared(registry: RegisterBuilder) -> list[str]:
    """Whose key parts hold a key that another participant named before."""
    keys = {
        digest: records.content_of(record, records.SealingKey).key.fingerprint
        for digest, record in registry.records.items()
        if record.part.kind is records.RecordKind.SEALING_KEY
    }
    later = lookup.shared_sealing_keys(registry.view, keys)
    return [desk.name for desk in Directory(registry.view).desks() if desk.sealing in later]


def publish_key_of(registry: RegisterBuilder, thief: str, owner: str) -> None:
    part = registry.record(records.SealingKey(key=registry.sealing(f"{owner}/duty").public))
    keys = bodies.DeskKeys(desk="duty", sealing=part, openpgp=None)
    registry.by_node(bodies.NodePublished(desks=(keys,), tls=(), address=part), thief)


def test_sealing_keys_of_their_own_are_nobodys_concern() -> None:
    assert shared(small_register()) == []


def test_of_two_participants_with_one_sealing_key_the_later_falls() -> None:
    registry = small_register()
    publish_key_of(registry, "XC", "XD")
    assert shared(registry) == ["State XC"]


def test_publishing_the_same_part_again_does_not_make_its_owner_the_later() -> None:
    registry = small_register()
    publish_key_of(registry, "XC", "XD")
    state = registry.view.participant(registry.ids["XD"])
    assert state is not None and state.nodes["main"].publication is not None
    registry.by_node(state.nodes["main"].publication.body, "XD")
    assert shared(registry) == ["State XC"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "state",
        "STATE xd",
        "duty",
        "technical main",
        "state duty-2",
        "xe diplomatic",
        "mission",
        "mission xf",
        "zzz",
    ],
)
def test_a_search_finds_the_desks_that_hold_every_word_and_keeps_their_order(text: str) -> None:
    registry = small_register()
    for who in ("XC", "XE"):
        registry.publish_desk(who, "duty-2", DeskKind.DIPLOMATIC)
        registry.publish_node(who, "duty", "duty-2")
    registry.nominate("XF")
    directory = lookup.Directory(registry.view)

    def holds(entry: lookup.DeskEntry) -> bool:
        told = (entry.name, *entry.codes, entry.kind, entry.desk, entry.node or "", entry.participant or "")
        return all(word in lookup.fold_text(" ".join(told)) for word in lookup.fold_text(text).split())

    assert directory.find(text) == tuple(entry for entry in directory.desks() if holds(entry))
