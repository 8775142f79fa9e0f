"""Does an update fetch what is new and nothing else, and is it noticed when something else comes?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from django.db import connections

from liaison.errors import UnreachableError
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import FollowedRegister
from liaison.node.node import Node
from liaison.node.services import mirror
from liaison.node.unit_of_work import reading
from liaison.tlog.bundles import Bundle
from liaison.wire.byte_ranges import ByteRange, format_content_range
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from tests.scenarios.test_mirrors import Source, follower, held, log, register
from tests.world import World

BEFORE, AFTER = 250, 253


@dataclass
class Noted(Source):
    """A source that knows ranges and notes what it gave; `change` alters the answers to ranges."""

    ranges: bool = True
    given: list[tuple[str, int, int]] = field(default_factory=list)
    change: str = ""

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        answer = super().carry(address, request)
        self.given.append((request.path.rpartition("/")[2], answer.status, len(answer.body)))
        return answer

    def part(self, data: bytes, text: str) -> HttpAnswer:
        answer = super().part(data, text)
        start = len(data) - len(answer.body)
        match self.change:
            case "":
                return answer
            case "not satisfied":
                return HttpAnswer(416, b"")
            case "shifted":
                moved = ByteRange(start - 1, len(data))
                return HttpAnswer(206, data[start - 1 :], {"content-range": format_content_range(moved, len(data))})
            case "longer than said":
                return replace(answer, body=answer.body + b"x")
            case "without a header":
                return replace(answer, headers={})
            case "not to the end":
                short = ByteRange(start, len(data) - 1)
                return HttpAnswer(206, data[start:-1], {"content-range": format_content_range(short, len(data))})
        return replace(answer, body=bytes([*answer.body[:-9], answer.body[-9] ^ 1, *answer.body[-8:]]))


@pytest.fixture
def source() -> Noted:
    return Noted(size=BEFORE)


@pytest.fixture
def node(tmp_path: Path, source: Noted) -> Iterator[Node]:
    with follower(tmp_path, source) as node:
        mirror.sync_register(node, register=register())
        source.size = AFTER
        source.given.clear()
        yield node


def test_an_update_fetches_a_checkpoint_and_the_new_entries(node: Node, source: Noted) -> None:
    assert mirror.sync_register(node, register=register()).trusted_size == AFTER
    new = sum(2 + len(leaf) for leaf in log().leaves[BEFORE:AFTER])
    assert [each for each in source.given if each[0] != "checkpoint"] == [(str(AFTER), 206, new)]


def test_an_update_over_the_end_of_a_bundle_fetches_the_rest_and_the_next(node: Node, source: Noted) -> None:
    source.size = 260
    assert mirror.sync_register(node, register=register()).trusted_size == 260
    rest = sum(2 + len(leaf) for leaf in log().leaves[BEFORE:256])
    assert source.given[1:3] == [("000", 206, rest), ("4", 200, sum(2 + len(leaf) for leaf in log().leaves[256:260]))]


@pytest.mark.parametrize(
    "change", ["not satisfied", "shifted", "longer than said", "without a header", "not to the end"]
)
def test_an_answer_that_is_not_the_range_is_not_used(tmp_path: Path, node: Node, source: Noted, change: str) -> None:
    source.change = change
    assert mirror.sync_register(node, register=register()).trusted_size == AFTER
    assert source.given[-1] == (str(AFTER), 200, sum(2 + len(leaf) for leaf in log().leaves[:AFTER]))
    plain = Source(size=BEFORE)
    with follower(tmp_path, plain) as other:
        mirror.sync_register(other, register=register())
        plain.size = AFTER
        mirror.sync_register(other, register=register())
        assert held(node).unlike(held(other)) == []


def test_other_bytes_in_the_range_are_noticed_by_the_hash(node: Node, source: Noted) -> None:
    before, source.change = held(node), "other bytes"
    with pytest.raises(UnreachableError, match="no-mirror-answered"):
        mirror.sync_register(node, register=register())
    assert held(node).unlike(before) == []
    source.change = ""
    assert mirror.sync_register(node, register=register()).trusted_size == AFTER


WRITES_NOTED = {
    "sqlite": (
        "CREATE TABLE noted (one integer)",
        "CREATE TRIGGER note AFTER UPDATE ON node_followedregister BEGIN INSERT INTO noted VALUES (1); END",
    ),
    "postgresql": (
        "CREATE TABLE noted (one integer)",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO noted VALUES (1); RETURN NULL; END'",
        "CREATE TRIGGER note AFTER UPDATE ON node_followedregister FOR EACH ROW EXECUTE FUNCTION note()",
    ),
}


def test_a_few_entries_with_their_quorum_write_the_row_of_the_register_once(node: Node) -> None:
    with connections[node.database].cursor() as cursor:
        for statement in WRITES_NOTED[connections[node.database].vendor]:
            cursor.execute(statement)
        mirror.sync_register(node, register=register())
        cursor.execute("SELECT count(*) FROM noted")
        assert cursor.fetchone() == (1,)
    with reading(node):
        row = FollowedRegister.objects.get()
    assert row.size == row.applied == row.trusted_size == AFTER


def test_the_door_gives_one_range_of_a_bundle(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        place = Bundle(0, len(world.registry.leaves))
        with world.at("XC"):
            whole = DatabaseTileStore(world.register).read(place.path) or b""

        def ask(text: str) -> HttpAnswer:
            headers = {"range": text, "accept-encoding": "gzip"}
            path = f"/registers/{world.register}/{place.path}"
            return world.network.ask("xc.example:8443", HttpRequest("GET", path, headers=headers))

        part = ask("bytes=100-1999")
        assert (part.status, part.body) == (206, whole[100:2000])
        assert part.headers["content-range"] == f"bytes 100-1999/{len(whole)}"
        end = ask(f"bytes={len(whole) - 5}-{len(whole) + 5000}")
        assert (end.status, end.body) == (206, whole[-5:])
        refused = [ask(text).status for text in (f"bytes={len(whole)}-{len(whole) + 1}", "bytes=5-", "bytes=0-1,3-4")]
        assert refused == [416, 416, 416]
