"""Are the frozen bytes still made and read, and do the specification's examples show them?"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from liaison.messages.forms import forms, latest_form
from liaison.messages.forms.checking import CHECKS
from liaison.messages.forms.codes import code_lists
from liaison.messages.inbox import Note, Reason, judge
from liaison.messages.message import open_message
from liaison.messages.receipts import decode_receipt, verify_receipt
from liaison.messages.transcript import FindingCode, Standing, decode_transcript
from tests import house
from tests.messages import cast, frozen
from tests.messages.tars import parse_tarball

SPEC = house.ROOT / "docs" / "spec"


def vector(name: str) -> bytes:
    return (frozen.FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", sorted(frozen.frozen()))
def test_the_frozen_bytes_are_still_made(name: str) -> None:
    assert frozen.frozen()[name] == vector(name)


def test_no_vector_is_forgotten() -> None:
    assert {path.name for path in frozen.FOLDER.iterdir()} == {*frozen.frozen(), "README.md"}


def test_the_frozen_notice_is_read_and_accepted() -> None:
    message = open_message(vector("notice.json"))
    named = json.loads(vector("notice-hashes.json"))
    assert {"core": message.core_hash, "message": message.message_hash} == named
    assert judge(message, cast.context(cast.XD)).accepted


def test_the_hashes_follow_from_the_bytes_alone() -> None:
    """Nothing of the project is used here: another program must come to the same digests."""
    plaintext = json.loads(vector("notice.json"))
    payload = base64.b64decode(plaintext["envelope"]["payload"])
    core = json.loads(payload)["core"]
    canonical = json.dumps(core, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    named = json.loads(vector("notice-hashes.json"))
    assert (hashlib.sha256(canonical).hexdigest(), hashlib.sha256(payload).hexdigest()) == (
        named["core"],
        named["message"],
    )
    for name, shown in plaintext["disclosures"].items():
        pair = json.dumps([name, shown["value"]], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        salted = b"liaison.field.v1\0" + base64.b64decode(shown["salt"]) + pair
        assert hashlib.sha256(salted).hexdigest() == core["fields"][name]


def test_the_frozen_receipts_are_believed_in_turn() -> None:
    keys = {cast.XD_KEY.public.fingerprint: cast.XD_KEY.public}
    sent = cast.sent(frozen.notice())
    first = verify_receipt(vector("receipt-0.json"), sent, keys)
    later = verify_receipt(vector("receipt-1.json"), sent, keys, previous=first)
    assert later.receipt.attachments == (frozen.FILE.sealed,)


def test_the_frozen_transcript_shows_what_is_withheld() -> None:
    (shown,) = decode_transcript(vector("transcript.json")).shown.values()
    assert [name for name, part in shown.items() if part is None] == ["title"]


def test_the_frozen_tar_is_read() -> None:
    assert parse_tarball(vector("sealed-file.tar")).attachments == {frozen.FILE.sealed: b"sealed hello world"}


def example(page: str, number: int = 0) -> Any:
    blocks = re.findall(r"^```json\n(.*?)^```", (SPEC / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return json.loads(blocks[number])


def test_the_page_of_messages_shows_the_frozen_payload() -> None:
    payload = json.loads(vector("notice.json"))["envelope"]["payload"]
    assert example("message.md") == json.loads(base64.b64decode(payload))


def test_the_page_of_fields_shows_a_frozen_disclosure() -> None:
    shown = example("fields.md")
    plaintext = json.loads(vector("notice.json"))
    core = json.loads(base64.b64decode(plaintext["envelope"]["payload"]))["core"]
    assert shown["disclosures"].items() <= plaintext["disclosures"].items()
    assert shown["fields"].items() <= core["fields"].items()


def test_the_page_of_receipts_shows_the_frozen_one() -> None:
    assert example("receipt.md") == json.loads(decode_receipt(vector("receipt-0.json")).envelope.payload)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("message.md", {*Reason, *Note}),
        ("transcript.md", {*FindingCode, *Standing}),
        ("forms.md", {form for form, _ in forms()} | set(CHECKS) | set(code_lists()["outcome"])),
    ],
)
def test_the_page_names_every_code(page: str, words: set[str]) -> None:
    text = (SPEC / page).read_text(encoding="utf-8")
    assert sorted(word for word in words if f"`{word}`" not in text) == []


def test_the_page_of_forms_shows_a_form_and_its_hash() -> None:
    text = (SPEC / "forms.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[0]
    source = (house.SOURCES / "messages" / "data" / "forms" / "line-test.toml").read_text(encoding="utf-8")
    assert source.startswith(shown)
    assert latest_form("line-test").hash in text
