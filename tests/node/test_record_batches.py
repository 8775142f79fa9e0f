"""Do record parts come many at once, to those in their audience, and is nothing that came asked for again?"""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, UnreachableError, UsageError
from liaison.node.log import batches
from liaison.node.peering import PeerRequest, SignedLink
from liaison.node.reads import register as reads
from liaison.node.services import mirror
from liaison.node.services.records import fetch_records
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from tests.node.stories import Line, Story
from tests.node.test_record_parts import contact

DIGESTS = tuple(f"{number:064x}" for number in range(batches.MOST))


def give(digest: str) -> bytes:
    if digest.endswith("3"):
        raise UsageError("record-not-served", digest=digest)
    return digest.encode()


@given(st.binary(max_size=200))
def test_a_list_of_another_form_is_refused(body: bytes) -> None:
    try:
        assert batches.format_request(batches.parse_request(body)) == body
    except MalformedError as error:
        assert error.code == "record-list-malformed"


def test_lines_answer_digests_in_order_and_a_refused_one_is_empty() -> None:
    asked = batches.parse_request(batches.format_request(DIGESTS))
    lines = batches.parse_answer(batches.format_answer(asked, give), asked=len(asked))
    assert lines == tuple(b"" if digest.endswith("3") else digest.encode() for digest in DIGESTS)


def test_a_long_answer_ends_early_and_within_its_limit() -> None:
    answer = batches.format_answer(DIGESTS, lambda _: b"x" * 60_000)
    assert len(answer) < batches.ANSWER_LIMIT
    assert len(batches.parse_answer(answer, asked=len(DIGESTS))) == 3


@pytest.mark.parametrize("body", [b"", b"a", b"a\nb\nc\n", b"a\nb"])
def test_an_answer_of_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError, match="record-list-malformed"):
        batches.parse_answer(body, asked=2)


class Breaking(Line):
    """Breaks off after so many lists of record parts; keeps what was asked."""

    left = 100
    packed = 0

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        if request.path.endswith("/records"):
            self.left -= 1
            if self.left < 0:
                raise UnreachableError("peer-not-reached", url=address.url, reason="cut")
        answer = super().carry(address, request)
        self.packed += answer.headers.get("content-encoding") == "gzip"
        return answer


def test_what_came_before_the_line_broke_is_kept_and_only_the_rest_is_fetched(
    story: Story,
) -> None:
    xd = story.join("xd", "XD")
    story.sync()
    for name in ("xc", "xe"):
        story.desk(story.join(name, name.upper()), contacts={"participants": contact(name)})
    line = Breaking(story.line.doors)
    line.left = 1
    node = dataclasses.replace(xd.node, link=SignedLink(line, story.clock))
    mirror.sync_register(node, register=story.register)
    first = fetch_records(node, register=story.register)
    line.left, line.requests = 100, []
    again = fetch_records(node, register=story.register)
    assert (again.fetched, again.withheld) == (len(first.withheld), ())
    assert len(first.withheld) > 0 and first.fetched > 0
    assert [path.rpartition("/")[2] for _, _, path in line.requests] == ["records"]
    assert fetch_records(node, register=story.register).fetched == 0


def test_only_what_everybody_may_have_is_packed(story: Story) -> None:
    xc = story.join("xc", "XC")
    story.sync()
    line = Breaking(story.line.doors)
    link = SignedLink(line, story.clock)
    address = reads.peer_address(xc.node, story.register, "register", "main")
    assert address is not None
    body = batches.format_request(DIGESTS[:2])
    path = f"/registers/{story.register}/records"
    assert link.call(address, PeerRequest("POST", path, body=body, packed=True)).body == b"\n\n"
    assert line.packed == 1
    assert link.call(address, PeerRequest("POST", path, body=body)).body == b"\n\n"
    assert line.packed == 1


def test_a_packed_answer_that_nobody_asked_for_is_refused(story: Story) -> None:
    class Packing:
        def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
            return HttpAnswer(200, b"", {"content-encoding": "gzip"})

    address = HttpAddress("https://reg.example", ("0" * 64,))
    with pytest.raises(MalformedError, match="answer-encoding-not-asked"):
        SignedLink(Packing(), story.clock).call(address, PeerRequest("GET", "/healthz"))
