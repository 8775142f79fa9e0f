"""Do entries and checkpoints that were changed on the way end in a refusal, at the secretariat and at a witness?

Any edit of a good request: bytes changed, cut out, doubled or put in. Nothing is answered 500, and nothing but what was
signed enters the log or is cosigned.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.trust import stored_head, stored_note
from liaison.node.models import RecordPart
from liaison.node.node import Node
from liaison.node.reads import register as reads
from liaison.node.services.submission import encode_submission
from liaison.node.unit_of_work import reading
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.peer.requests import DoorRequest
from liaison.tlog.log import LogReader
from liaison.tlog.witness import AddCheckpoint, format_add_checkpoint
from liaison.wire.http import HttpAnswer
from tests.hostile.state import writes
from tests.node.stories import Resident, Story
from tests.node.test_register_attacks import entry_of, own_signer

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["change", "cut", "double", "insert"]), st.floats(0, 1), st.binary(min_size=1, max_size=6)
    ),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, Resident]]:
    """A register with a witness XC that has cosigned nothing yet."""
    built = Story(tmp_path_factory.mktemp("submitted"))
    yield built, built.join("xc", "XC", cosigns=True)
    built.close()


def edited(data: bytes, edits: list[tuple[str, float, bytes]]) -> bytes:
    for what, where, more in edits:
        at = int(where * len(data))
        end = at + len(more)
        middle = {"change": more, "cut": b"", "double": data[at:end] * 2, "insert": more + data[at:end]}[what]
        data = data[:at] + middle + data[end:]
    return data


def post(node: Node, path: str, body: bytes) -> HttpAnswer:
    headers = {"content-length": str(len(body))}
    request = DoorRequest("POST", "reg.example", path, "?", headers=headers, body=lambda: body, address="198.51.100.1")
    return Door(node, Quotas()).answer(request)


@given(EDITS)
@settings(max_examples=120)
def test_an_edited_submission_enters_only_as_it_was_signed(
    told: tuple[Story, Resident], edits: list[tuple[str, float, bytes]]
) -> None:
    story, xc = told
    leaf = entry_of(xc, own_signer(xc))
    with reading(xc.node):
        part = bytes(RecordPart.objects.filter(audience="participants").first().part)
    body = edited(encode_submission([leaf], [part]), edits)
    before = reads.followed(story.reg, story.register).size
    answer = post(story.reg, f"/registers/{story.register}/entries", body)
    assert answer.status < 500
    assert reads.followed(story.reg, story.register).size == before
    # A part that no entry names is refused with its entry, so not even the good request changes anything here.


@given(EDITS)
@settings(max_examples=120)
def test_an_edited_entry_in_a_good_submission_is_refused_and_named(
    told: tuple[Story, Resident], edits: list[tuple[str, float, bytes]]
) -> None:
    story, xc = told
    good = entry_of(xc, own_signer(xc))
    leaf = edited(good, edits)
    before = reads.followed(story.reg, story.register).size
    answer = post(story.reg, f"/registers/{story.register}/entries", encode_submission([leaf], []))
    assert answer.status < 500
    assert leaf == good or reads.followed(story.reg, story.register).size == before


@given(EDITS)
@settings(max_examples=120)
def test_an_edited_checkpoint_is_not_cosigned(
    told: tuple[Story, Resident], edits: list[tuple[str, float, bytes]]
) -> None:
    story, xc = told
    with reading(story.reg):
        row = reads.followed(story.reg, story.register)
        proof = LogReader(DatabaseTileStore(story.register), stored_head(row)).consistency(0)
        good = format_add_checkpoint(AddCheckpoint(0, proof, stored_note(row)))
    body = edited(good, edits)
    with writes(xc.node) as written:
        answer = post(xc.node, f"/registers/{story.register}/add-checkpoint", body)
    assert answer.status < 500
    assert body == good or (answer.status >= 400 and written == [])
