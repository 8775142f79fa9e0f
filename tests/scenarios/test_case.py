"""Do attachments, acknowledgements, files and transcripts hold together in a case of several desks?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from liaison.errors import UsageError, VerificationError
from liaison.messages.transcript import decode_transcript, fold_own_log, verify_included, verify_transcript
from liaison.node.config import Attachments, Config
from liaison.node.models import AttachmentRow, Delivery, IncomingCopy, OutgoingCopy, TakenReceipt
from liaison.node.reads.inbox import list_messages, show_case, show_message
from liaison.node.services.line.acknowledging import acknowledge, answer, find_original
from liaison.node.services.line.attachments import open_attachment, seal_attachment
from liaison.node.services.line.files import export_sealed, import_file
from liaison.node.services.line.sending import send_letter
from liaison.node.services.line.transcripts import export_transcript
from liaison.node.unit_of_work import reading
from tests.world import HandStorage, World

TABLE = b"address,port,seen\n192.0.2.1,22,2026-11-22T03:00:00Z\n" * 2000


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def with_table(world: World, sender: str, *to: str) -> str:
    attachment = seal_attachment(world.nodes[sender], name="rows.csv", media_type="text/csv", chunks=[TABLE])
    return world.send(sender, *to, attachments=(attachment,))[0].message_id


def exported(world: World, message_id: str) -> bytes:
    """The sealed copy that XC has for the only recipient, as a tar."""
    return b"".join(export_sealed(world.nodes["XC"], message_id)[1])


def test_an_attachment_is_fetched_receipted_and_opens_to_what_was_sent(world: World) -> None:
    message_id = with_table(world, "XC", "XD", "XE")
    world.work()
    for code in ("XD", "XE"):
        opened = show_message(world.nodes[code], message_id)
        assert b"".join(open_attachment(world.nodes[code], opened.core.attachments[0])) == TABLE
    with world.at("XC"):
        assert sorted(TakenReceipt.objects.values_list("n", flat=True)) == [0, 0, 1, 1]
        assert Delivery.objects.count() == 0


def test_an_attachment_is_served_to_parties_only(world: World) -> None:
    with_table(world, "XC", "XD")
    with world.at("XC"):
        sealed = AttachmentRow.objects.get().sealed
    from liaison.keys.public import Purpose
    from liaison.messages.parties import NodeRef
    from liaison.node.peering import PeerRequest
    from liaison.node.reads.facts import register_facts
    from liaison.node.reads.memory import own_memory

    def fetch(code: str) -> int:
        node = world.nodes[code]
        at = NodeRef(world.registry.ids[code], "main")
        signer = own_memory(node).signer(Purpose.HTTP, world.register, at)
        address = register_facts(node, world.register).address(world.desk("XC").at)
        assert address is not None
        return node.link.call(
            address, PeerRequest("GET", f"/attachments/{sealed}", signer=signer, limit=1 << 24)
        ).status

    assert (fetch("XD"), fetch("XE")) == (200, 404)


def test_an_attachment_that_was_changed_on_the_way_is_not_kept(world: World) -> None:
    with_table(world, "XC", "XD")
    original = world.network.ask

    def altered(host: str, request: object) -> object:
        answer = original(host, request)  # type: ignore[arg-type]
        return type(answer)(answer.status, answer.body[:-1] + b"\0", answer.headers) if answer.status == 206 else answer

    world.network.ask = altered  # type: ignore[assignment,method-assign]
    world.work("XD")
    with world.at("XD"):
        assert AttachmentRow.objects.get().state == "wanted"
    world.network.ask = original  # type: ignore[method-assign]
    world.advance(minutes=1)
    world.work()
    with world.at("XD"):
        assert AttachmentRow.objects.get().state == "held"


def test_an_acknowledgement_reaches_every_desk_of_the_case(world: World) -> None:
    message_id = world.send("XC", "XD", "XE")[0].message_id
    node = world.nodes["XD"]
    acknowledge(node, find_original(node, message_id))
    world.work()
    with world.at("XC"):
        assert sorted(OutgoingCopy.objects.values_list("state", flat=True)) == ["acknowledged", "received"]
    view = show_case(world.nodes["XE"], list_messages(world.nodes["XE"])[0].case)
    assert [len(view.said), len(view.gaps)] == [2, 0]
    assert {desk.participant for desks in view.acknowledged.values() for desk in desks} == {world.registry.ids["XD"]}


def test_a_reply_is_numbered_and_stays_within_the_case(world: World) -> None:
    first = world.send("XC", "XD")[0]
    node = world.nodes["XD"]
    original = find_original(node, first.message_id)
    for text in ("one", "two"):
        answer(node, original, form="reply", fields={"answer": "accepted", "information": {"lang": "en", "text": text}})
    world.work()
    view = show_case(world.nodes["XC"], first.case)
    assert (len(view.said), view.gaps, view.unknown_references) == (3, (), frozenset())


def test_other_parties_in_a_case_are_refused_before_anything_is_sent(world: World) -> None:
    first = world.send("XC", "XD")[0]
    with pytest.raises(UsageError, match="case-has-other-parties"):
        send_letter(world.nodes["XC"], world.letter("XC", "XE", case=first.case))


def test_a_message_that_travels_as_a_file_and_by_the_door_arrives_once(world: World) -> None:
    world.network.down = {"XD", "XC"}
    message_id = with_table(world, "XC", "XD")
    imported = import_file(world.nodes["XD"], BytesIO(exported(world, message_id)).read)
    assert (imported.kind, imported.verdict, imported.message_id) == ("message", "accepted", message_id)
    assert imported.receipt_file is not None
    again = import_file(world.nodes["XC"], BytesIO(imported.receipt_file).read)
    assert (again.kind, again.verdict) == ("receipt", "accepted")
    import_file(world.nodes["XC"], BytesIO(imported.receipt_file).read)
    world.network.down = set()
    world.advance(minutes=5)
    world.work()
    with world.at("XD"):
        assert IncomingCopy.objects.count() == 1
        assert AttachmentRow.objects.get().state == "held"
    with world.at("XC"):
        assert OutgoingCopy.objects.get().state == "received"
        assert TakenReceipt.objects.count() == 1


def test_a_file_for_another_desk_is_refused_whole(world: World) -> None:
    world.network.down = {"XD"}
    message_id = with_table(world, "XC", "XD")
    with pytest.raises(VerificationError, match="file-for-another"):
        import_file(world.nodes["XE"], BytesIO(exported(world, message_id)).read)


def test_both_sides_export_a_transcript_that_is_proven_offline(world: World) -> None:
    message_id = with_table(world, "XC", "XD")
    world.work()
    node = world.nodes["XD"]
    sent = acknowledge(node, find_original(node, message_id))
    world.work()
    for code in ("XC", "XD"):
        transcript = decode_transcript(export_transcript(world.nodes[code], sent[0].case))
        report = verify_transcript(transcript, fold_own_log(transcript), verify_included(transcript))
        assert report.proven, report.findings
        assert [statement.core.form for statement in report.statements] == ["incident-notice", "acknowledgement"]
        assert len(report.acknowledged) == 1


def test_a_file_over_the_limit_of_the_node_is_refused_and_nothing_of_it_is_kept(world: World) -> None:
    node = replace(world.nodes["XC"], config=Config(attachments=Attachments(largest=8 << 20)))
    chunks = [bytes(1 << 20)] * 8
    seal_attachment(node, name="a.bin", media_type="application/octet-stream", chunks=chunks)
    with pytest.raises(UsageError, match="attachment-over-limit"):
        seal_attachment(node, name="a.bin", media_type="application/octet-stream", chunks=[*chunks, b"x"])
    kept = [path for path in (node.home / "blobs").rglob("*") if path.is_file()]
    assert len(kept) == 1


def test_an_answer_keeps_at_least_the_label_it_answers(world: World) -> None:
    first = world.send("XC", "XD", tlp="red")[0]
    node = world.nodes["XD"]
    original = find_original(node, first.message_id)
    with pytest.raises(UsageError, match="label-weakened"):
        answer(node, original, form="reply", fields={"answer": "accepted"}, tlp="green")
    answer(node, original, form="reply", fields={"answer": "accepted"})


class Overtaking(HandStorage):
    """Lets somebody else send a letter just before the transaction of the next one begins."""

    letter: Callable[[], object] | None = None

    def require_sound(self) -> None:
        if self.letter is not None:
            send, self.letter = self.letter, None
            send()


def test_a_copy_whose_number_was_taken_while_it_was_sealed_gets_the_next_one(world: World) -> None:
    (first,) = world.send("XC", "XD")
    storage = Overtaking()
    world.nodes["XC"] = replace(world.nodes["XC"], storage=storage)
    storage.letter = lambda: world.send("XC", "XD", case=first.case)
    world.send("XC", "XD", case=first.case)
    with reading(world.nodes["XC"]):
        sent = list(OutgoingCopy.objects.order_by("seq").values_list("seq", "message_hash", "prev", "state"))
    assert [(seq, state) for seq, _, _, state in sent] == [(0, "received"), (1, "received"), (2, "received")]
    assert [prev for _, _, prev, _ in sent] == ["", *(message for _, message, _, _ in sent[:2])]
