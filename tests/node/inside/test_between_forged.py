"""Does a node show nothing of what another node of its State sends that does not hold, or is not for it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from liaison.errors import MalformedError, VerificationError
from liaison.keys.sealing import seal
from liaison.keys.signing import sign_envelope
from liaison.messages.forms import latest_form
from liaison.messages.receipts import decode_receipt
from liaison.messages.transcript import Transcript, decode_transcript, encode_transcript
from liaison.node.models import ClearanceElsewhere, IncomingCopy, InternalCase
from liaison.node.reads.inside.between import read_shared, received_cases
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.services.line.transcripts import export_transcript
from liaison.officers.permissions import Role
from liaison.wire.envelope import Envelope, PayloadType, Signature
from tests.node.inside.desks import seat
from tests.node.inside.two_nodes import TwoNodes
from tests.peer import forging


def give(world: TwoNodes, case: str, about: str, transcript: bytes, *, re: str) -> str:
    """A share as XD's main node would send it if it did not keep the rules; the code of what the reader gets."""
    node = world.nodes["XD"]
    file = seal_attachment(node, name="transcript.json", media_type="application/json", chunks=[transcript])
    letter = Letter(
        register=world.register,
        sender=world.desk("XD"),
        to=(world.desk("XD2"),),
        form="internal-share",
        fields={"purpose": "information", "case": about},
        re=re,
        exercise=True,
        case=case,
        attachments=(file,),
    )
    send_letter(node, letter)
    world.work()
    place, _ = seat(world, "XD2", Role.OFFICER)
    try:
        read_shared(world.nodes["XD2"], place, case)
    except MalformedError:
        return "malformed"
    except VerificationError as error:
        return error.code
    return ""


def by_another_key(world: TwoNodes, given: Transcript) -> Transcript:
    """The giving node signs what XC is said to have said."""
    (message,) = given.messages
    payload = message.envelope.payload
    envelope = sign_envelope(PayloadType.MESSAGE, payload, [world.registry.key("XD/main/message")])
    return replace(given, messages=(replace(message, envelope=envelope),))


def changed_bits(world: TwoNodes, given: Transcript) -> Transcript:
    (message,) = given.messages
    (signature,) = message.envelope.signatures
    changed = Signature(signature.keyid, bytes([signature.sig[0] ^ 1]) + signature.sig[1:])
    envelope = Envelope(message.envelope.payload_type, message.envelope.payload, (changed,))
    return replace(given, messages=(replace(message, envelope=envelope),))


def by_another_desk(world: TwoNodes, given: Transcript) -> Transcript:
    return replace(given, exported_by=world.desk("XC"))


FORGED: list[tuple[Callable[[TwoNodes, Transcript], Transcript], str]] = [
    (lambda _, given: given, ""),
    (by_another_key, "shared-not-proven"),
    (changed_bits, "shared-not-proven"),
    (by_another_desk, "shared-by-another-desk"),
]


def test_a_forged_transcript_is_not_shown(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        (other,) = world.send("XC", "XD2")
        genuine = export_transcript(world.nodes["XD"], sent.case, with_log=False)
        foreign = export_transcript(world.nodes["XC"], other.case, with_log=False)
        for forge, code in FORGED:
            data = encode_transcript(forge(world, decode_transcript(genuine)))
            assert give(world, forging.fresh_id(), sent.case, data, re=sent.core_hash) == code, forge
        ours, theirs = sent.core_hash, other.core_hash
        for about, data, re, code in (
            (other.case, genuine, ours, "shared-another-case"),
            (sent.case, genuine, theirs, "shared-another-case"),
            (other.case, foreign, theirs, "shared-by-another-desk"),
            (sent.case, b"{}", ours, "malformed"),
            (sent.case, genuine[:-1], ours, "malformed"),
        ):
            assert give(world, forging.fresh_id(), about, data, re=re) == code, about


def test_an_internal_form_of_another_participant_is_rejected_with_its_reason(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        form = latest_form("internal-share")
        given = {"form": form.id, "form_version": form.version, "form_hash": form.hash, "stage": None}
        fields = {"purpose": "information", "case": forging.fresh_id()}
        message = forging.composed(world, "XC", "XD2", **given, fields=fields, re="0" * 64)
        data = forging.plaintext(world, message, world.desk("XD2"), key="XC/main/message")
        sealed = seal(data, world.registry.sealing("XD/ministry").public)
        arrival = Arrival(
            sealed=sealed,
            register=world.register,
            participant=world.registry.ids["XD"],
            desk="ministry",
            way="peer",
            from_participant=world.registry.ids["XC"],
            from_node="main",
        )
        receipt = decode_receipt(receive_message(world.nodes["XD2"], arrival=arrival)).receipt
        assert (receipt.verdict, receipt.reason) == ("rejected", "stays-inside")
        with world.at("XD2"):
            assert not InternalCase.objects.exists()


def test_a_share_that_comes_twice_is_one_and_gets_the_same_receipt(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        world.network.duplicate = True
        data = export_transcript(world.nodes["XD"], sent.case, with_log=False)
        assert give(world, forging.fresh_id(), sent.case, data, re=sent.core_hash) == ""
        place, _ = seat(world, "XD2", Role.OFFICER)
        assert len(received_cases(world.nodes["XD2"], place)) == 1
        with world.at("XD2"):
            assert IncomingCopy.objects.count() == 1


@pytest.mark.parametrize("answer", ["cleared", "taken-over", "taken-back", "given-back"])
def test_an_answer_to_nothing_changes_nothing(tmp_path: Path, answer: str) -> None:
    with TwoNodes(tmp_path) as world:
        letter = Letter(
            register=world.register,
            sender=world.desk("XD"),
            to=(world.desk("XD2"),),
            form="internal-answer",
            fields={"answer": answer},
            re="0" * 64,
        )
        send_letter(world.nodes["XD"], letter)
        world.work()
        for code in ("XD", "XD2"):
            with world.at(code):
                assert not InternalCase.objects.exists()
                assert not ClearanceElsewhere.objects.exists()
