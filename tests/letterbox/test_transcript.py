"""Does a transcript say in which letter box a message lay, and is a note that nobody signed found out?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from liaison.errors import MalformedError
from liaison.messages.letter_box import State
from liaison.messages.transcript import (
    KeptWord,
    Transcript,
    decode_transcript,
    encode_transcript,
    fold_own_log,
    verify_included,
    verify_transcript,
)
from liaison.node.services.line.transcripts import export_transcript
from liaison.wire.envelope import Signature
from tests.letterbox.boxes import at, behind_nat, settle_down

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    with behind_nat(tmp_path_factory.mktemp("transcript")) as world:
        sent = world.send("XC", "XD")
        world.advance(minutes=2)
        settle_down(world)
        keeper = at(world, "XE")
        made = decode_transcript(export_transcript(world.nodes["XC"], sent[0].case))
        assert [word.note.by for word in made.letters] == [keeper]
        return made


def test_it_names_the_letter_box_and_when_it_lay_there(exported: Transcript) -> None:
    report = verify_transcript(exported, fold_own_log(exported), verify_included(exported))
    (heard,) = report.statements[0].heard
    assert (report.proven, [note.state for note in heard.kept]) == (True, [State.FETCHED])
    assert report.names[heard.kept[0].by.participant] == "State XE"


def test_a_note_with_another_signature_is_a_finding_and_is_not_shown(exported: Transcript) -> None:
    (word,) = exported.letters
    signature = Signature(word.envelope.signatures[0].keyid, bytes(64))
    envelope = type(word.envelope)(word.envelope.payload_type, word.envelope.payload, (signature,))
    forged = replace(exported, letters=(KeptWord(envelope, word.note),))
    report = verify_transcript(forged, fold_own_log(forged), verify_included(forged))
    assert not report.proven
    assert [each.code.value for each in report.findings if each.fatal] == ["bad-signature"]
    assert report.statements[0].heard[0].kept == ()


def test_a_note_about_other_bytes_and_an_empty_list_are_refused(exported: Transcript) -> None:
    data = encode_transcript(exported)
    assert encode_transcript(decode_transcript(data)) == data
    with pytest.raises(MalformedError, match="transcript-stray"):
        decode_transcript(encode_transcript(replace(exported, receipts=())))
    without = encode_transcript(replace(exported, letters=()))
    assert b'"letters"' not in without
    with pytest.raises(MalformedError, match="transcript-order"):
        decode_transcript(without.replace(b'"log":', b'"letters":[],"log":', 1))
