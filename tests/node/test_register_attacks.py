"""What happens to a forged entry, a rubbish mirror, a secretariat that cheats?"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable

import msgspec
import pytest

from liaison.errors import MalformedError, UnreachableError, VerificationError
from liaison.keys.private import Ed25519Signer
from liaison.keys.public import Purpose
from liaison.keys.signing import sign_envelope
from liaison.node import models
from liaison.node.keyring import signer
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.trust import stored_note
from liaison.node.log.verification import verify_copy
from liaison.node.log.views import RowsView
from liaison.node.node import Node
from liaison.node.peering import SignedLink
from liaison.node.reads import overview
from liaison.node.reads import register as reads
from liaison.node.services import ceremony, mirror, secretariat, submission
from liaison.node.services.records import fetch_records
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.register.bodies import DeskPublished, Expected
from liaison.register.entries import KINDS, decode_entry, draft
from liaison.register.rules import next_place
from liaison.register.vocabulary import REGISTER, DeskKind
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.tlog.log import read_entries
from liaison.tlog.merkle import leaf_hash
from liaison.tlog.monitor import decode_fork, verify_fork
from liaison.tlog.proofs import verify_inclusion
from liaison.tlog.tlogproof import parse_proof
from liaison.wire.envelope import Envelope, PayloadType, Signature, decode_envelope, encode_envelope
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from liaison.wire.note import NoteSignature, format_note
from tests import engines
from tests.node.stories import Line, Resident, Story

BODY = DeskPublished("forged", DeskKind.TECHNICAL, ("en",), Expected(None, None, None), ())


def entry_of(resident: Resident, *signers: Ed25519Signer, body: object = BODY, **changes: object) -> bytes:
    """An entry in the resident's node chain, signed by whoever."""
    with reading(resident.node):
        view = RowsView(resident.register, pending=True)
        place = next_place(view, KINDS[type(body)], resident.participant, "main")  # type: ignore[index]
    payload = draft(body, dataclasses.replace(place, **changes), issued="2026-11-22T03:00:00Z")  # type: ignore[arg-type]
    return encode_envelope(sign_envelope(PayloadType.ENTRY, payload, signers))


def own_signer(resident: Resident, purpose: Purpose = Purpose.ENTRY) -> Ed25519Signer:
    return signer(  # type: ignore[return-value]
        resident.node,
        purpose=purpose,
        register=resident.register,
        participant=resident.participant,
        node_id="main",
    )


def stranger(name: str = "stranger") -> Ed25519Signer:
    return Ed25519Signer.from_seed(hashlib.sha256(name.encode()).digest())


def hand_in(story: Story, resident: Resident, envelope: bytes, parts: tuple[bytes, ...] = ()) -> int:
    return submission.hand_in_one(resident.node, register=story.register, envelope=envelope, parts=parts)


def snapshot(node: Node, register: str) -> tuple[int, int]:
    with reading(node):
        return reads.followed(node, register).size, models.RecordPart.objects.filter(register=register).count()


@pytest.mark.parametrize(
    ("rule", "make"),
    [
        ("rule-09", lambda xc: entry_of(xc, stranger(), own_signer(xc, Purpose.MESSAGE))),
        ("rule-10", lambda xc: entry_of(xc, own_signer(xc), stranger())),
        ("rule-03", lambda xc: entry_of(xc, own_signer(xc), register="5c" * 32)),
        ("rule-07", lambda xc: entry_of(xc, own_signer(xc), seq=77)),
        ("rule-07", lambda xc: entry_of(xc, own_signer(xc), prev="5c" * 32)),
        ("rule-06", lambda xc: entry_of(xc, own_signer(xc), node="other")),
        ("rule-29", lambda xc: entry_of(xc, own_signer(xc), body=msgspec.structs.replace(BODY, kind="diplomatic"))),
    ],
)
def test_a_forged_entry_is_refused_by_its_rule_and_leaves_no_trace(
    story: Story, rule: str, make: Callable[[Resident], bytes]
) -> None:
    xc = story.join("xc", "XC")
    before = snapshot(story.reg, story.register)
    with pytest.raises(VerificationError, match="rule-") as caught:
        hand_in(story, xc, make(xc))
    # A stranger's signature is told as surplus or as not asked for, depending on what is there besides.
    assert caught.value.code == rule or {caught.value.code, rule} <= {"rule-08", "rule-09", "rule-10"}
    assert snapshot(story.reg, story.register) == before


def test_a_broken_signature_is_refused(story: Story) -> None:
    xc = story.join("xc", "XC")
    good = decode_envelope(entry_of(xc, own_signer(xc)), payload_type=PayloadType.ENTRY, limit=1 << 16)
    flipped = bytes([good.signatures[0].sig[0] ^ 1]) + good.signatures[0].sig[1:]
    broken = Envelope(good.payload_type, good.payload, (Signature(good.signatures[0].keyid, flipped),))
    with pytest.raises(VerificationError, match="rule-08"):
        hand_in(story, xc, encode_envelope(broken))


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: data + b" ", lambda data: b"", lambda data: data * 60]
)
def test_a_malformed_entry_is_refused(story: Story, spoil: Callable[[bytes], bytes]) -> None:
    xc = story.join("xc", "XC")
    handed = secretariat.submit_entries(
        story.reg, register=story.register, envelopes=[spoil(entry_of(xc, own_signer(xc)))]
    )
    assert isinstance(handed[0].refusal, MalformedError)


def test_an_entry_handed_in_twice_keeps_its_index(story: Story) -> None:
    xc = story.join("xc", "XC")
    envelope = entry_of(xc, own_signer(xc))
    first = hand_in(story, xc, envelope)
    assert hand_in(story, xc, envelope) == first
    assert reads.followed(story.reg, story.register).size == first + 1


def test_a_record_part_that_no_entry_names_is_refused_with_its_entry(story: Story) -> None:
    xc = story.join("xc", "XC")
    with reading(xc.node):
        part = bytes(models.RecordPart.objects.filter(audience="participants").first().part)
    before = reads.followed(story.reg, story.register).size
    with pytest.raises(UnreachableError, match="secretariat-refused"):
        hand_in(story, xc, entry_of(xc, own_signer(xc)), (part,))
    assert reads.followed(story.reg, story.register).size == before


def cheat(story: Story, leaf: bytes) -> int:
    """The secretariat puts a leaf into its log without judging it."""
    with unit_of_work(story.reg):
        row = models.FollowedRegister.objects.get(register=story.register)
        log_signer = signer(story.reg, purpose=Purpose.LOG, register=story.register, participant=REGISTER)
        secretariat._grow(row, [leaf], log_signer)
        models.FollowedRegister.objects.update(applied=row.size - 1)
    return int(row.size) - 1


def test_a_void_entry_changes_nothing_and_raises_an_alarm_with_proof(story: Story) -> None:
    xc = story.join("xc", "XC")
    xd = story.join("xd", "XD")
    story.sync()
    index = cheat(story, entry_of(xc, stranger()))
    synced = mirror.sync_register(xd.node, register=story.register)
    assert synced.void == (index,)
    with pytest.raises(Exception, match="desk-not-found"):
        reads.desk_entry(xd.node, story.register, xc.participant, "forged")
    alarm = overview.alarms(xd.node, story.register)[0]
    assert (alarm.code, alarm.params["index"]) == ("void-entry", index)
    proof = parse_proof(alarm.evidence)
    head = parse_checkpoint(proof.checkpoint.text).head
    assert verify_inclusion(leaf_hash(proof.extra or b""), index=proof.index, proof=proof.path, head=head) == head
    assert verify_copy(xd.node, register=story.register, progress=lambda _: None).void == (index,)
    mirror.sync_register(xd.node, register=story.register)
    assert len(overview.alarms(xd.node, story.register)) == 1


@pytest.mark.parametrize("leaf", [b"no entry", b"{}", b"\x00" * 100])
def test_a_leaf_that_is_no_entry_is_void(story: Story, leaf: bytes) -> None:
    xd = story.join("xd", "XD")
    index = cheat(story, leaf)
    assert mirror.sync_register(xd.node, register=story.register).void == (index,)


def test_the_log_goes_on_after_a_void_entry(story: Story) -> None:
    xc = story.join("xc", "XC")
    cheat(story, entry_of(xc, stranger()))
    story.sync("reg", "xc")
    story.desk(xc, "after")
    assert reads.desk_entry(xc.node, story.register, xc.participant, "after").desk == "after"


def twin_secretariat(story: Story) -> Node:
    """A copy of the secretariat's node as it is now, to tell others another history."""
    home = story.folder / "twin"
    home.mkdir()
    twin = dataclasses.replace(story.reg, home=home, database=engines.copied_database(story.reg.database, home))
    story.nodes["twin"] = twin
    return twin


@pytest.mark.parametrize("more", [1, 2])
def test_a_log_with_two_histories_stops_the_register_and_keeps_the_evidence(story: Story, more: int) -> None:
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    story.sync()
    twin = twin_secretariat(story)
    story.desk(xc, "one")
    story.sync("xd")
    story.line.doors["reg"] = Door(twin, Quotas())
    for number in range(more + 1):
        envelope = ceremony.sign_own(
            twin, register=story.register, participant=REGISTER, node_id="main", body=nomination(number)
        )
        secretariat.submit_entry(twin, register=story.register, envelope=envelope)
    with pytest.raises(VerificationError, match="register-forked"):
        mirror.sync_register(xd.node, register=story.register)
    alarm = overview.alarms(xd.node, story.register)[0]
    with reading(xd.node):
        facts = RowsView(story.register).globals()
    assert facts is not None
    first, second = verify_fork(decode_fork(alarm.evidence), origin=facts.origin, keys=facts.log_keys)
    assert first.size <= second.size
    with pytest.raises(VerificationError, match="register-stopped"):
        mirror.sync_register(xd.node, register=story.register)
    assert reads.desk_entry(xd.node, story.register, xc.participant, "one").desk == "one"


def nomination(number: int) -> object:
    from liaison.register.bodies import DeskNominated

    return DeskNominated(
        f"n-{number}", 1, "XF", DeskKind.TECHNICAL, "5c" * 32, "2026-10-01", "Mission of XF", False, ()
    )


class RubbishLine(Line):
    """One mirror answers with changed bytes."""

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        plain = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
        answer = super().carry(address, dataclasses.replace(request, headers=plain))
        if "//reg." in address.url and "/tile/entries/" in request.path:
            return HttpAnswer(answer.status, answer.body[:-1] + bytes([answer.body[-1] ^ 1]), answer.headers)
        return answer


def test_a_mirror_that_serves_rubbish_is_passed_over(story: Story) -> None:
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    story.sync()
    story.desk(xc, "more")
    rubbish = RubbishLine(story.line.doors)
    watcher = dataclasses.replace(xd.node, link=SignedLink(rubbish, story.clock))
    synced = mirror.sync_register(watcher, register=story.register)
    assert synced.failed == {"https://reg.example": "mirror-not-consistent"}
    assert reads.desk_entry(xd.node, story.register, xc.participant, "more").desk == "more"
    assert overview.alarms(xd.node, story.register) == []


def test_a_swapped_sealing_key_is_not_taken(story: Story) -> None:
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    digest = reads.desk_entry(xc.node, story.register, xc.participant, "duty").sealing
    with unit_of_work(xd.node):
        models.RecordPart.objects.filter(digest=digest).delete()
    with unit_of_work(xc.node):
        other = models.RecordPart.objects.exclude(digest=digest).filter(audience="public").first()
        models.RecordPart.objects.filter(digest=digest).update(part=other.part)
    story.line.off.add("reg")
    assert digest in fetch_records(xd.node, register=story.register).withheld
    with pytest.raises(Exception, match="record-not-here"):
        reads.sealing_key(xd.node, story.register, xc.participant, "duty")


def test_a_changed_table_is_found_by_verifying(story: Story) -> None:
    xc = story.join("xc", "XC")
    with unit_of_work(xc.node):
        fact = models.FactRow.objects.filter(register=story.register, kind="participant", name=xc.participant)
        fact.update(data=bytes(fact.get().data).replace(b"State XC", b"State XX"))
    with pytest.raises(VerificationError, match="table-differs-from-log"):
        verify_copy(xc.node, register=story.register, progress=lambda _: None)


def test_a_changed_tile_is_found_by_verifying(story: Story) -> None:
    xc = story.join("xc", "XC")
    with unit_of_work(xc.node):
        tile = models.Tile.objects.get(register=story.register, path="tile/0/000")
        models.Tile.objects.filter(path=tile.path).update(data=b"\0" + bytes(tile.data)[1:])
    with pytest.raises(VerificationError, match="log-"):
        verify_copy(xc.node, register=story.register, progress=lambda _: None)


def test_only_the_secretariat_sequences(story: Story) -> None:
    xc = story.join("xc", "XC")
    with pytest.raises(Exception, match="not-the-secretariat"):
        secretariat.submit_entry(xc.node, register=story.register, envelope=entry_of(xc, own_signer(xc)))


def test_a_checkpoint_the_log_did_not_sign_is_not_believed(story: Story) -> None:
    xd = story.join("xd", "XD")
    story.sync()
    with unit_of_work(story.reg):
        row = models.FollowedRegister.objects.get(register=story.register)
        note = stored_note(row)
        line = note.signatures[0]
        forged = dataclasses.replace(note, signatures=(NoteSignature(line.name, line.key_id, bytes(64)),))
        models.FollowedRegister.objects.update(checkpoint=format_note(forged))
    with pytest.raises(UnreachableError, match="no-mirror-answered"):
        mirror.sync_register(xd.node, register=story.register)


def test_decoding_of_what_others_hand_in_is_strict() -> None:
    for body in (b"", b"{}", b"[]", b'{"entries":[],"parts":[]}', b'{"entries":["!"],"parts":[]}'):
        with pytest.raises(MalformedError):
            submission.decode_submission(body)


def test_the_answer_of_the_secretariat_is_read_as_it_was_written() -> None:
    handed = [
        secretariat.Handed("5c" * 32, 41),
        secretariat.Handed("", None, VerificationError("rule-07")),
    ]
    read = submission.decode_handed(submission.encode_handed(handed))
    assert [(each.payload_hash, each.index) for each in read] == [("5c" * 32, 41), ("", None)]
    assert read[1].refusal is not None
    assert read[1].refusal.code == "rule-07"


def test_leaf_hashes_name_the_register(story: Story) -> None:
    with reading(story.reg):
        first = next(read_entries(DatabaseTileStore(story.register), 0, 1, size=3))
    assert decode_entry(first).leaf == story.register
