"""Can a program do for a desk what its officers do on the pages, and not twice?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from liaison.messages.receipts import decode_receipt
from liaison.messages.transcript import decode_transcript
from liaison.node.config import LetterBox
from liaison.node.models import OutgoingMessage, Upload
from liaison.node.services.inside.rules import make_clearance_rule
from liaison.node.services.people.audit import check_trail, trail
from liaison.officers.clearance import Demand, Rule, Silence
from liaison.officers.tokens import Scope
from liaison.wire.identifiers import decode_base64, format_instant
from tests.api.calling import ROOT, Program, call
from tests.letterbox.boxes import behind_nat, settle_down
from tests.world import NOTICE, World

pytestmark = pytest.mark.engine
NEW = {"to": ["XD"], "form": "incident-notice", "stage": "notification", "fields": NOTICE}
REPLY = {"fields": {"answer": "accepted"}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as made:
        yield made


def sent_by(world: World, code: str) -> int:
    with world.at(code):
        return int(OutgoingMessage.objects.count())


def test_a_message_is_checked_sent_read_acknowledged_answered_and_receipted(world: World) -> None:
    ours, theirs = call(world, "XC"), call(world, "XD")
    assert ours.write("/checks", NEW) == {"exercise": True, "waits": False}
    told = ours.write("/messages", NEW, status=201, idempotency_key="first-message")
    (sent,) = told["sent"]
    world.work()
    (owed,) = theirs.read("/messages", owed=True)["messages"]
    assert (owed["message"], owed["direction"], owed["exercise"]) == (sent["message"], "in", True)
    whole = theirs.read(f"/messages/{owed['message']}")
    assert whole["contents"]["fields"]["title"] == NOTICE["title"] and whole["core_hash"] == sent["core_hash"]
    assert theirs.write(f"/messages/{owed['message']}/acknowledge") == {"fresh": True}
    assert theirs.write(f"/messages/{owed['message']}/acknowledge") == {"fresh": False}
    theirs.write(f"/messages/{owed['message']}/replies", REPLY, status=201, idempotency_key="the-reply")
    world.work()
    case = ours.read(f"/cases/{sent['case']}")
    assert [each["form"] for each in case["messages"]] == ["incident-notice", "acknowledgement", "reply"]
    assert case["case"]["title"] == "Scanning of port 22" and case["gaps"] == 0
    (copy,) = ours.read("/messages", direction="out")["messages"][0]["copies"]
    assert copy["state"] == "acknowledged"
    (receipt,) = ours.read(f"/messages/{sent['message']}/receipts")["receipts"]
    assert decode_receipt(decode_base64(receipt["signed"])).receipt.verdict == receipt["verdict"] == "accepted"
    transcript = ours.ask("GET", f"/cases/{sent['case']}/transcript").content
    assert len(decode_transcript(transcript).messages) == 3


def test_a_request_that_is_sent_again_sends_nothing_again(world: World) -> None:
    program = call(world, "XC")
    first = program.ask("POST", "/messages", NEW, idempotency_key="the-same-key")
    again = program.ask("POST", "/messages", NEW, idempotency_key="the-same-key")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert sent_by(world, "XC") == 1


def test_a_key_is_for_one_request_of_one_token(world: World) -> None:
    program, other = call(world, "XC"), call(world, "XC")
    program.write("/messages", NEW, status=201, idempotency_key="the-same-key")
    urgent = NEW | {"urgency": "urgent"}
    assert (
        program.write("/messages", urgent, status=422, idempotency_key="the-same-key")["code"]
        == "idempotency-key-reused"
    )
    other.write("/messages", urgent, status=201, idempotency_key="the-same-key")
    assert program.write("/messages", NEW, status=400)["code"] == "idempotency-key-missing"
    assert sent_by(world, "XC") == 2


def test_the_number_of_a_ticket_is_a_key_however_short_and_one_that_nobody_can_type_is_none(world: World) -> None:
    program = call(world, "XC")
    program.write("/messages", NEW, status=201, idempotency_key="7")
    for unfit in ("x" * 129, "a b"):
        assert "1 to 128" in program.write("/messages", NEW, status=400, idempotency_key=unfit)["detail"]


def test_what_was_refused_can_be_sent_with_the_same_key_when_it_is_put_right(world: World) -> None:
    program = call(world, "XC")
    program.write("/messages", NEW | {"to": ["XZ"]}, status=422, idempotency_key="one-message")
    assert sent_by(world, "XC") == 0
    program.write("/messages", NEW, status=201, idempotency_key="one-message")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"form": "no-such-form"}, "unknown-form"),
        ({"fields": {}}, "field-missing"),
        ({"to": ["XD", "XC"]}, "together-or-each"),
        ({"to": ["XC"]}, "recipient-own-desk"),
        ({"attachments": ["01920000-0000-7000-8000-000000000000"]}, "upload-not-found"),
        ({"attribution": "somebody"}, "request-not-understood"),
    ],
)
def test_what_could_not_be_sent_is_told_before_and_kept_from_leaving(
    world: World, change: dict[str, Any], code: str
) -> None:
    program = call(world, "XC")
    for path in ("/checks", "/messages"):
        answer = program.ask("POST", path, NEW | change, idempotency_key="one-message")
        assert 400 <= answer.status_code < 500, answer.content
        assert answer.json()["code"] == code, answer.json()
    assert sent_by(world, "XC") == 0


def test_a_file_is_sealed_as_it_arrives_and_comes_out_at_the_other_desk(world: World) -> None:
    ours, theirs = call(world, "XC"), call(world, "XD")
    data = b"192.0.2.7,22\n" * 20_000
    answer = ours.generic(
        "POST", f"{ROOT}/attachments?name=rows.csv", data, content_type="text/csv",
        headers={"Authorization": f"Bearer {ours.token}"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    given = NEW | {"attachments": [answer.json()["upload"]]}
    ours.write("/checks", given)
    told = ours.write("/messages", given, status=201, idempotency_key="with-a-file")
    assert ours.write("/messages", given, status=422, idempotency_key="once-more")["code"] == "upload-not-found"
    message = told["sent"][0]["message"]
    world.work("XC")
    early = theirs.read(f"/messages/{message}/attachments/0", status=409)
    assert early["code"] == "file-not-held" and "/fetch" in early["next"]
    world.work()
    (file,) = theirs.read(f"/messages/{message}")["contents"]["attachments"]
    assert (file["name"], file["media_type"], file["state"]) == ("rows.csv", "text/csv", "held")
    got = theirs.ask("GET", f"/messages/{message}/attachments/0")
    assert b"".join(got.streaming_content) == data
    assert theirs.ask("GET", f"/messages/{message}/attachments/1").status_code == 404
    with world.at("XC"):
        assert Upload.objects.count() == 0


def test_a_file_that_is_cut_off_or_too_large_is_not_kept(world: World) -> None:
    program = call(world, "XC")
    shown = {"Authorization": f"Bearer {program.token}"}
    short: dict[str, Any] = {"CONTENT_LENGTH": "10", "wsgi.input": io.BytesIO(b"abc")}
    cut = program.generic("POST", f"{ROOT}/attachments?name=x", b"abc", headers=shown, **short)
    assert (cut.status_code, cut.json()["code"]) == (400, "upload-cut-off")
    large = program.generic("POST", f"{ROOT}/attachments?name=x", b"abc", headers=shown, CONTENT_LENGTH=str(5 << 30))
    assert large.status_code == 413
    blind = program.generic("POST", f"{ROOT}/messages", b"abc", headers=shown, CONTENT_LENGTH="")
    assert blind.status_code == 411
    with world.at("XC"):
        assert Upload.objects.count() == 0


def test_what_the_desk_wants_cleared_waits_for_a_second_person(world: World) -> None:
    program = call(world, "XC")
    rule = Rule("", "", Demand.NEEDED, timedelta(hours=1), Silence.RETURNS)
    make_clearance_rule(world.nodes["XC"], program.seat, rule, by=program.officer)
    assert program.write("/checks", NEW)["waits"]
    told = program.write("/messages", NEW, status=202, idempotency_key="to-be-cleared")
    assert told["sent"] == [] and told["waits"]
    assert sent_by(world, "XC") == 0


def test_what_a_token_does_is_noted_under_its_officer_and_its_number(world: World) -> None:
    program = call(world, "XC")
    sent = program.write("/messages", NEW, status=201, idempotency_key="one-message")["sent"][0]
    node = world.nodes["XC"]
    (line,) = [line for line in trail(node) if line.action == "message-sent"]
    assert (line.officer, line.subject, line.params["token"]) == (program.officer, sent["message"], program.made.number)
    assert line.participant == world.desk("XC").participant
    check_trail(node)


def test_lists_go_on_behind_a_cursor_whatever_comes_meanwhile(world: World) -> None:
    program = call(world, "XC")
    for number in range(3):
        program.write("/messages", NEW, status=201, idempotency_key=f"message-{number}")
    for path, name in (("/cases", "cases"), ("/messages", "messages")):
        query = {"direction": "out"} if name == "messages" else {}
        first = program.read(path, limit=2, **query)
        program.write("/messages", NEW, status=201, idempotency_key=f"more-{name}")
        rest = program.read(path, limit=2, cursor=first["next"], **query)
        ids = [each["case"] for each in first[name] + rest[name]]
        assert len(ids) == len(set(ids)) and len(first[name]) == 2


def test_a_token_for_metadata_never_sees_what_was_said(world: World) -> None:
    world.send("XD", "XC")
    program: Program = call(world, "XC", Scope.READ_METADATA)
    (listed,) = program.read("/messages")["messages"]
    (case,) = program.read("/cases")["cases"]
    assert program.read(f"/messages/{listed['message']}")["contents"] is None
    assert case["title"] is None
    assert "Scanning" not in str(program.read(f"/cases/{case['case']}"))
    assert program.ask("GET", f"/cases/{case['case']}/transcript").status_code == 403


def test_a_program_reads_why_a_copy_is_not_through_since_when_and_what_to_do(tmp_path: Path) -> None:
    with behind_nat(tmp_path, keeps=LetterBox(letters=4)) as world:
        first, second = world.send("XC", "XD"), world.send("XC", "XD")
        since = format_instant(world.clock.now())
        world.advance(minutes=6)
        world.work("XC")
        program = call(world, "XC")
        copies = {each["message"]: each["copies"][0] for each in program.read("/messages", direction="out")["messages"]}
        trial = copies[second[0].message_id]["trial"]
        assert (trial["error"], trial["since"]) == ("letter-box-full", since)
        assert trial["title"] == "The other desk's letter box is full" and "telephone" in trial["detail"]
        assert program.read(f"/messages/{second[0].message_id}")["message"]["copies"][0]["trial"] == trial
        assert copies[first[0].message_id]["trial"]["error"] == "left-in-letter-box"
        settle_down(world, rounds=12)
        copies = [each["copies"][0] for each in program.read("/messages", direction="out")["messages"]]
        assert [(copy["state"], copy["trial"]) for copy in copies] == [("received", None)] * 2
