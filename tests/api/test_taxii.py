"""Can a program of somebody else read what was routed to a desk, by TAXII 2.1, and nothing but that?

`taxii2-client` of OASIS asks a node behind a real port; what a program should not send is sent by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from taxii2client.v21 import Server, as_pages

from liaison.api.limits import forget_limits
from liaison.api.taxii.asking import MATCHES, PAGING, read_place, write_place
from liaison.exchange.stix.reading import decode_stix
from liaison.node.models import AttachmentRow, Case
from liaison.node.reads.exchange.collection import BLOCK, KEPT, MOST_BLOCKS, SETTLED, Place
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.sending import Letter, SentMessage, send_letter
from liaison.node.services.people.audit import trail
from liaison.node.services.people.case_access import close_case
from liaison.officers.tokens import Scope
from tests.api.calling import Program, call
from tests.api.examples import run_examples
from tests.api.serving import served
from tests.world import World

HEAD = (
    b'# This report is information, "not an order".\n# Second sentence.\n'
    b"time,ip,port,proto,note,liaison_code,liaison_ground\n"
)
ROWS = (
    b"2026-11-22T05:10:05+03:00,192.0.2.10,51044,tcp,'=1+1,XC,192.0.2.0/24\n"
    b"2026-11-22 05:10:05,2001:db8::7,,,no zone,XC,\n"
    b",not an address,,,,XC,\n"
)
REPORT = {
    "feed": "blocklist",
    "legal": "information-not-an-order",
    "rows": 3,
    "incident_type": "information-gathering:scanner",
}
TAXII = "application/taxii+json;version=2.1"
ROOT = "/taxii2/reports/"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as made:
        yield made


def report(world: World, *files: bytes, tlp: str = "amber", name: str = "XD-duty.csv", **given: Any) -> SentMessage:
    """What `liaison route --send` sends, from XC to XD."""
    node = world.nodes["XC"]
    sealed = [
        seal_attachment(node, name=name, media_type="text/csv", chunks=(each,)) for each in files or (HEAD + ROWS,)
    ]
    letter = Letter(
        register=world.register,
        sender=world.desk("XC"),
        to=(world.desk("XD"),),
        form="resource-report",
        fields=REPORT,
        tlp=tlp,  # type: ignore[arg-type]
        attachments=tuple(sealed),
        **given,
    )
    (sent,) = send_letter(node, letter)
    world.work()
    return sent


def settled(world: World) -> None:
    world.advance(seconds=SETTLED.total_seconds() + 1)


def ask(program: Program, path: str = ROOT, *, accept: str = TAXII, method: str = "GET", **query: Any) -> Any:
    forget_limits()
    shown = {"Accept": accept} | ({"Authorization": f"Bearer {program.token}"} if program.token else {})
    named = {
        name.replace("match_", "match[") + ("]" if "match_" in name else ""): value for name, value in query.items()
    }
    if method != "GET":
        return program.generic(method, path, b"{}", content_type=TAXII, headers=shown)
    return program.get(path, named, headers=shown)


def the_collection(program: Program) -> str:
    (found,) = ask(program, f"{ROOT}collections/").json()["collections"]
    return f"{ROOT}collections/{found['id']}/"


def objects(program: Program, **query: Any) -> list[dict[str, Any]]:
    """All objects, page after page."""
    found: list[dict[str, Any]] = []
    at, told = f"{the_collection(program)}objects/", {"more": True}
    while told.get("more"):
        told = ask(program, at, **query | ({"next": told["next"]} if "next" in told else {})).json()
        found += told.get("objects", [])
    return found


def test_the_client_of_oasis_finds_the_collection_and_reads_all_of_it_page_by_page(world: World) -> None:
    program = call(world, "XD")
    report(world)
    settled(world)
    with served(world.nodes["XD"]) as url:
        server = Server(f"{url}/taxii2/", user="anybody", password=program.token)
        (root,) = server.api_roots
        assert root.url == server.default.url == f"{url}{ROOT}" and root.versions == [TAXII]
        (collection,) = root.collections
        assert collection.can_read and not collection.can_write
        assert collection.media_types == ["application/stix+json;version=2.1"]
        whole = collection.get_objects()["objects"]
        paged = [each for page in as_pages(collection.get_objects, per_request=3) for each in page["objects"]]
        assert paged == whole == objects(program)
        manifest = [each for page in as_pages(collection.get_manifest, per_request=4) for each in page["objects"]]
        assert [each["id"] for each in manifest] == [each["id"] for each in whole]
        one = next(each for each in whole if each["type"] == "observed-data")
        assert collection.get_object(one["id"])["objects"] == [one]
        assert collection.object_versions(one["id"])["versions"] == [
            next(each["version"] for each in manifest if each["id"] == one["id"])
        ]
        assert {each["type"] for each in collection.get_objects(type=["ipv4-addr", "ipv6-addr"])["objects"]} == {
            "ipv4-addr",
            "ipv6-addr",
        }


def test_the_examples_of_the_page_run(world: World, capsys: Any) -> None:
    program = call(world, "XD")
    report(world)
    settled(world)
    with served(world.nodes["XD"]) as url:
        run_examples("taxii.md", url, program.token)
    assert "observed-data observed-data--" in capsys.readouterr().out


def test_a_row_becomes_what_was_observed_with_its_port_and_time_under_the_label_of_its_report(world: World) -> None:
    program = call(world, "XD")
    sent = report(world, tlp="green")
    settled(world)
    found = objects(program)
    document = decode_stix(bundle(found))
    first, second = (each.what for each in document.indicators)
    assert (first.value, first.source_port, first.protocol) == ("192.0.2.10", 51044, "tcp")
    assert (first.first_seen, first.offset) == ("2026-11-22T02:10:05Z", "+03:00")
    assert (second.value, second.first_seen) == ("2001:db8::7", None)  # A time without a zone is none.
    assert document.tlp == "green" and document.exercise and document.unclear == ()
    (told,) = [each for each in found if each["type"] == "report"]
    assert told["name"] == "EXERCISE: blocklist"
    assert set(told["object_refs"]) <= {each["id"] for each in found}
    lines = [line for line in trail(world.nodes["XD"]) if line.action == "report-collected"]
    assert {line.subject for line in lines} == {sent.message_id}


def bundle(found: list[dict[str, Any]]) -> bytes:
    return json.dumps({"type": "bundle", "id": "bundle--" + "0" * 8, "objects": found}).encode()


def test_the_same_report_has_the_same_ids_whoever_reads_it_and_when(world: World) -> None:
    program, other = call(world, "XD"), call(world, "XD")
    report(world)
    settled(world)
    before = objects(program, limit=2)
    world.advance(hours=1)
    report(world, tlp="clear")
    settled(world)
    assert objects(other)[: len(before)] == before


def test_a_report_of_many_rows_in_several_files_is_told_whole_and_each_object_once(world: World) -> None:
    program = call(world, "XD")
    rows = [f"2026-11-22T02:10:05Z,192.0.2.{place % 250},{place},tcp,,XC,\n".encode() for place in range(2 * BLOCK + 7)]
    report(world, HEAD + b"".join(rows[:BLOCK]), HEAD + b"".join(rows[BLOCK:]))
    settled(world)
    found = objects(program, limit=333)
    observed = [each for each in found if each["type"] == "observed-data"]
    assert len({each["id"] for each in observed}) == len(observed) == len(rows)
    assert len([each for each in found if each["type"] == "report"]) == 3
    assert len([each for each in found if each["type"] == "identity"]) == 1
    last = observed[-1]["id"]
    assert [each["id"] for each in objects(program, match_id=last)] == [last]


def test_a_filter_that_leaves_little_names_the_place_to_go_on_from_instead_of_reading_for_ever(world: World) -> None:
    program = call(world, "XD")
    for _ in range(MOST_BLOCKS + 1):
        report(world)
    settled(world)
    told = ask(program, f"{the_collection(program)}objects/", match_type="file").json()
    assert told["more"] and "objects" not in told
    assert ask(program, f"{the_collection(program)}objects/", match_type="file", next=told["next"]).json() == {}


def test_what_was_added_after_an_instant_is_all_that_comes_and_its_headers_say_when(world: World) -> None:
    program = call(world, "XD")
    report(world)
    settled(world)
    at = f"{the_collection(program)}objects/"
    first = ask(program, at)
    last = first.headers["X-TAXII-Date-Added-Last"]
    assert re.fullmatch(r"2026-11-22T\d\d:\d\d:\d\d\.\d{6}Z", last)
    assert ask(program, at, added_after=last).json() == {}
    world.advance(minutes=1)
    sent = report(world, tlp="clear")
    assert ask(program, at, added_after=last).json() == {}, "it is told only when nothing can be added before it"
    settled(world)
    (told,) = [each for each in ask(program, at, added_after=last).json()["objects"] if each["type"] == "report"]
    assert told["id"] in str(objects(program)) and sent.case


def test_a_report_is_there_only_when_all_its_files_are(world: World) -> None:
    program = call(world, "XD")
    report(world)
    settled(world)
    with world.at("XD"):
        AttachmentRow.objects.update(state="wanted")
    assert objects(program) == []


@pytest.mark.parametrize("why", ["red", "another form", "old", "closed", "withdrawn", "false positive", "destroyed"])
def test_what_is_not_to_be_told_is_not_there(world: World, why: str) -> None:
    program = call(world, "XD")
    if why == "another form":
        world.send("XC", "XD")
    else:
        sent = report(world, tlp="red" if why == "red" else "amber")
    if why == "closed":
        close_case(world.nodes["XD"], program.seat, sent.case, officers={program.officer}, by=program.officer)
    if why == "withdrawn":
        own = call(world, "XC")
        own.write(
            f"/messages/{sent.message_id}/replies",
            {"form": "withdrawal", "fields": {"cause": "sent-in-error", "deletion_asked": False}},
            status=201,
            idempotency_key="w" * 8,
        )
        world.work()
    if why == "false positive":
        given = {"form": "false-positive", "fields": {"finding": {"lang": "en", "text": "Our own scanner."}}}
        program.write(f"/messages/{sent.message_id}/replies", given, status=201, idempotency_key="f" * 8)
    if why == "destroyed":
        with world.at("XD"):
            Case.objects.update(destroyed_at=world.clock.now())
    settled(world)
    if why == "old":
        world.advance(seconds=KEPT.total_seconds())
        program = call(world, "XD")
    assert objects(program) == []


def test_each_desk_has_a_collection_of_its_own(world: World) -> None:
    ours, theirs = call(world, "XC"), call(world, "XD")
    report(world)
    settled(world)
    assert the_collection(ours) != the_collection(theirs)
    assert objects(ours) == []
    answer = ask(ours, the_collection(theirs))
    assert (answer.status_code, answer.json()["error_code"]) == (404, "taxii-collection-not-found")


def test_a_token_that_may_not_read_cases_is_told_so_and_gets_nothing(world: World) -> None:
    narrow = call(world, "XD", Scope.READ_METADATA)
    (found,) = ask(narrow, f"{ROOT}collections/").json()["collections"]
    assert found["can_read"] is False
    for tail in ("objects/", "manifest/", f"objects/report--{'0' * 8}-0000-4000-8000-{'0' * 12}/"):
        answer = ask(narrow, f"{the_collection(narrow)}{tail}")
        assert (answer.status_code, answer.json()["error_code"]) == (403, "token-scope-missing")


PATHS = ["/taxii2/", ROOT, f"{ROOT}collections/", f"{ROOT}collections/reports/", f"{ROOT}collections/reports/objects/"]


@pytest.mark.parametrize(
    "shown", ["", "Basic", "Basic !!", "Basic eDp5", "Bearer liaison_pat_", "Token x", "Basic w7/Dvw=="]
)
@pytest.mark.parametrize("path", PATHS)
def test_without_a_valid_token_nothing_is_told(hostile: Program, path: str, shown: str) -> None:
    forget_limits()
    program = Program(hostile.node, "")
    answer = program.get(path, headers={"Accept": TAXII, **({"Authorization": shown} if shown else {})})
    assert answer.status_code == 401 and answer.headers["Content-Type"] == TAXII
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("objects/", {"limit": "0"}, 400),
        ("objects/", {"limit": "-1"}, 400),
        ("objects/", {"limit": "9" * 40}, 400),
        ("objects/", {"limit": ["1", "2"]}, 400),
        ("objects/", {"next": "x"}, 400),
        ("objects/", {"next": "1-1-1-1-9999999"}, 400),
        ("objects/", {"next": ""}, 400),
        ("objects/", {"next": "0-99999999999-999-999999-999999"}, 200),
        ("objects/", {"added_after": "yesterday"}, 400),
        ("objects/", {"added_after": "2026-13-01T00:00:00Z"}, 400),
        ("objects/", {"added_after": "0001-01-01T00:00:00.000Z"}, 200),
        ("objects/", {"match[id]": "x"}, 400),
        ("objects/", {"match[id]": ",".join(["report--" + "0" * 36] * 101)}, 400),
        ("objects/", {"match[type]": "A"}, 400),
        ("objects/", {"match[version]": "newest"}, 400),
        ("objects/", {"match[version]": "last,2026-11-22T03:02:00Z"}, 200),
        ("objects/", {"match[spec_version]": "2.0"}, 200),
        ("objects/", {"match[spec_version]": "'"}, 400),
        ("objects/", {"match[color]": "red"}, 400),
        ("objects/", {"q\x00": "1"}, 400),
        ("objects/x/", {}, 400),
        ("objects/..%2f..%2f/", {}, 404),
        ("objects/ipv4-addr--00000000-0000-4000-8000-000000000000/", {}, 404),
        ("objects/ipv4-addr--00000000-0000-4000-8000-000000000000/versions/", {}, 404),
        ("objects/ipv4-addr--00000000-0000-4000-8000-000000000000/", {"match[type]": "url"}, 400),
        ("objects", {}, 404),
        ("nothing/", {}, 404),
        ("../../status/01920000-0000-7000-8000-000000000000/", {}, 404),
    ],
)
def test_what_the_standard_does_not_have_is_refused_in_its_own_words(
    hostile: Program, path: str, query: dict[str, Any], status: int
) -> None:
    forget_limits()
    shown = {"Accept": TAXII, "Authorization": f"Bearer {hostile.token}"}
    answer = hostile.get(f"{ROOT}collections/reports/{path}", query, headers=shown)
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == TAXII
    if status >= 400:
        assert {"title", "description", "error_code", "http_status"} <= set(answer.json())


def test_nothing_can_be_written_and_other_media_types_are_not_given(hostile: Program) -> None:
    for method in ("POST", "DELETE", "PUT"):
        answer = ask(hostile, f"{the_collection(hostile)}objects/", method=method)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "taxii-read-only")
    answer = ask(hostile, method="HEAD")
    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, TAXII, b"")
    for accept, status in (
        ("application/taxii+json", 200),
        ("*/*", 200),
        ("text/html, application/taxii+json; version=2.1", 200),
        ("application/taxii+json;version=2.0", 406),
        ("application/vnd.oasis.taxii+json; version=2.0", 406),
        ("text/html", 406),
    ):
        assert ask(hostile, accept=accept).status_code == status, accept


NAMES = st.sampled_from(sorted(PAGING | MATCHES))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(query=st.dictionaries(NAMES, st.text(max_size=30), max_size=4))
def test_no_query_is_a_failure(hostile: Program, query: dict[str, str]) -> None:
    forget_limits()
    shown = {"Accept": TAXII, "Authorization": f"Bearer {hostile.token}"}
    answer = hostile.get(f"{ROOT}collections/reports/objects/", query, headers=shown)
    assert answer.status_code in (200, 400)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with World(Path(tmp_path_factory.mktemp("hostile")), codes=("XC", "XD")) as world:
        report(world)
        settled(world)
        yield call(world, "XD")


@given(st.builds(Place, *[st.integers(0, 99_999)] * 2, st.integers(0, 999), *[st.integers(0, 999_999)] * 2))
def test_a_place_comes_back_from_its_word(place: Place) -> None:
    assert read_place(write_place(place)) == place
