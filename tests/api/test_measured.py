"""Does a program find of measured networks what is for its desk: what others agreed to, and all of its own?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.node.services.conduct.measured import telling
from liaison.node.services.people.case_access import close_case
from liaison.officers.tokens import Scope
from tests.api.calling import Program, call
from tests.node.conduct.networks import Networks

SHOWN, OWN = "/conduct/measured", "/conduct/measurements"
ORIGINS = {"valid": 1, "invalid": 1, "not_found": 0}
NOTHING: dict[str, Any] = {"measured": [], "next": None}


@pytest.fixture
def networks(tmp_path: Path) -> Iterator[Networks]:
    made = Networks(tmp_path)
    with made.world:
        yield made


@pytest.fixture
def measurer(networks: Networks) -> Program:
    return call(networks.world, "XC")


@pytest.fixture
def provider(networks: Networks) -> Program:
    return call(networks.world, "XD", desk="noc")


@pytest.fixture
def bystander(networks: Networks) -> Program:
    """Another desk of the provider's, on the same node."""
    return call(networks.world, "XD")


def say(networks: Networks, program: Program, step: str, form: str, **fields: Any) -> None:
    """Take the next step as a program does: reply to the message that it follows."""
    code = "XD" if program.seat.desk.desk == "noc" else "XC"
    whole = program.read(f"{OWN}/{networks.find(code).number}")
    assert step in whole["may"]
    networks.world.advance(minutes=1)
    given, replies = {"form": form, "fields": fields}, f"/messages/{whole['follows']}/replies"
    program.write(replies, given, status=201, idempotency_key=f"step-{whole['follows']}")
    networks.world.work()


def everything_shown(networks: Networks) -> None:
    """All four measurements of XD's two networks, shown to participants."""
    networks.measure()
    node, seat = networks.node("XC"), networks.seat("XC")
    telling.notify(node, seat, [each.number for each in networks.at("XC")], by=0)
    networks.world.work()
    for each in networks.at("XD"):
        telling.consent(networks.node("XD"), networks.seat("XD"), each.number, shown_to="participants", by=0)
    networks.world.work()
    networks.world.advance(days=14)


def test_at_every_step_each_program_finds_what_is_for_its_desk(
    networks: Networks, measurer: Program, provider: Program, bystander: Program
) -> None:
    programs = (measurer, provider, bystander)

    def standing() -> tuple[str | None, str | None, int]:
        """How it stands for the measurer and the provider, and how many are shown to everybody in the register."""
        ours = {each["number"]: each["state"] for each in measurer.read(OWN)["measurements"]}
        theirs = provider.read(f"{OWN}?side=provider")["measurements"]
        (shown,) = {len(program.read(SHOWN)["measured"]) for program in programs}
        for side in ("measurer", "provider"):
            assert bystander.read(f"{OWN}?side={side}") == {"measurements": [], "next": None}
        return ours.get(networks.find("XC").number), theirs[0]["state"] if theirs else None, shown

    networks.measure()
    assert standing() == ("measured", None, 0)
    networks.tell()
    assert standing() == ("notified", "notified", 0)
    say(networks, provider, "consent-given", "conformance-consent", consent="given", shown_to="participants")
    assert standing() == ("consented", "consented", 0)
    networks.world.advance(days=14)
    assert standing() == ("shown", "shown", 1)
    words = {"lang": "en", "text": "This prefix was returned in May."}
    say(networks, provider, "disputed", "conformance-dispute", ground="data-old", statement=words)
    assert standing() == ("disputed", "disputed", 0)
    right = {**ORIGINS, "invalid": 0}
    say(networks, measurer, "corrected", "conformance-review", result="corrected", reason=words, **right)
    assert standing() == ("corrected", "corrected", 0)
    say(networks, provider, "consent-given", "conformance-consent", consent="given", shown_to="public")
    assert standing() == ("shown", "shown", 1)
    (shown,) = bystander.read(SHOWN)["measured"]
    assert shown["corrected"] and shown["evidence"]["counts"] == right
    say(networks, provider, "consent-withdrawn", "conformance-consent", consent="withdrawn")
    assert standing() == ("withheld", "withheld", 0)


def test_both_sides_read_the_same_evidence_and_nobody_else_reads_any(
    networks: Networks, measurer: Program, provider: Program, bystander: Program
) -> None:
    networks.tell()
    here, there = networks.find("XC").number, networks.find("XD").number
    ours, theirs = measurer.read(f"{OWN}/{here}"), provider.read(f"{OWN}/{there}")
    for name in ("told", "rows", "files", "steps", "follows"):
        assert ours[name] == theirs[name] != []
    evidence = theirs["measurement"]["evidence"]
    assert evidence == ours["measurement"]["evidence"] and evidence["counts"] == theirs["told"] == ORIGINS
    assert evidence["norm"] == {"instrument": "manrs-operators", "clause": "action-4"}
    assert theirs["rows"] == ["198.51.100.0/24 invalid 2026-11-20T07:00:00Z"]
    assert theirs["may"] == ["disputed", "consent-given"] and ours["may"] == ["withdrawn"]
    assert theirs["measurement"]["answer_until"] == ours["measurement"]["answer_until"] is not None
    assert bystander.read(f"{OWN}/{there}", status=404)["code"] == "measurement-not-found"


def test_what_is_shown_is_counts_with_source_and_days_and_nothing_of_what_the_two_sides_said(
    networks: Networks, bystander: Program
) -> None:
    everything_shown(networks)
    shown = bystander.read(SHOWN)["measured"]
    for each in shown:
        assert set(each) == {"provider", "measurer", "evidence", "corrected", "exercise"}
        assert set(each["evidence"]) == {"asn", "measure", "norm", "source", "since", "until", "counts"}
        assert (each["provider"]["desk"], each["measurer"]["desk"]) == ("noc", "duty")


def test_pages_of_what_is_shown_part_no_network_and_lose_none(networks: Networks, bystander: Program) -> None:
    everything_shown(networks)
    first = bystander.read(SHOWN, limit=1)
    second = bystander.read(SHOWN, limit=1, cursor=first["next"])
    told = [[(each["evidence"]["asn"], each["evidence"]["measure"]) for each in page["measured"]]
            for page in (first, second)]  # fmt: skip
    assert told == [[(asn, measure) for measure in ("bogons", "route-origin")] for asn in (64496, 64497)]
    assert second["next"] is None
    assert bystander.read(SHOWN) == {"measured": [*first["measured"], *second["measured"]], "next": None}


def test_pages_of_the_own_measurements_join_to_all_of_them_and_their_cursor_is_good_for_no_other_list(
    networks: Networks, measurer: Program
) -> None:
    networks.measure()
    first = measurer.read(OWN, limit=3)
    second = measurer.read(OWN, limit=3, cursor=first["next"])
    pages = [[each["number"] for each in page["measurements"]] for page in (first, second)]
    numbers = sorted((each.number for each in networks.at("XC")), reverse=True)
    assert pages == [numbers[:3], numbers[3:]] and len(numbers) == 4 and second["next"] is None
    for path, query in ((OWN, {"side": "provider"}), (SHOWN, {})):
        told = measurer.read(path, 400, cursor=first["next"], **query)
        assert told["code"] == "cursor-not-understood"


def test_a_measurement_whose_case_is_closed_to_named_officers_is_not_there_for_a_token_of_one_of_them(
    networks: Networks, provider: Program
) -> None:
    networks.tell()
    found = networks.find("XD")
    close_case(networks.node("XD"), networks.seat("XD"), found.case, officers=[provider.officer], by=provider.officer)
    assert provider.read(OWN, side="provider") == {"measurements": [], "next": None}
    assert provider.read(f"{OWN}/{found.number}", status=404)["code"] == "measurement-not-found"


def test_what_is_shown_needs_no_more_than_to_read_the_register(networks: Networks, bystander: Program) -> None:
    reader = call(networks.world, "XD", Scope.READ_REGISTER)
    assert reader.read(SHOWN) == bystander.read(SHOWN) == NOTHING
    for path in (OWN, f"{OWN}/1"):
        assert reader.read(path, status=403)["code"] == "token-scope-missing"


@pytest.mark.parametrize("query", ["side=both", "limit=0", "limit=201", "cursor=%20"])
def test_a_list_that_is_none_is_refused(networks: Networks, measurer: Program, query: str) -> None:
    assert measurer.ask("GET", f"{OWN}?{query}").status_code == 422
