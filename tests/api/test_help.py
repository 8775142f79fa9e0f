"""Does a program read what help its desk's participant is shown, and of introductions no more than its scopes allow?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.officers.tokens import Scope
from tests.api.calling import call
from tests.node.conduct import reported
from tests.node.conduct.test_help import begun
from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(Path(tmp_path_factory.mktemp("help")), registry=reported.helping_register()) as found:
        yield found


def test_a_program_reads_what_its_participant_is_shown_and_nothing_else(world: World) -> None:
    told = {code: call(world, code).read("/conduct/help") for code in ("XC", "XD")}
    (match,) = told["XC"]["matches"]
    assert match["theirs"]["text"] == [{"lang": "en", "text": reported.OFFERS}] and match["norms"] == "same"
    assert [each["text"][0]["text"] for each in told["XC"]["offered"]] == [reported.OFFERS]
    assert [each["text"][0]["text"] for each in told["XD"]["offered"]] == [reported.WHISPER]
    assert call(world, "XC").read("/conduct/help?language=fr")["matches"] == []


def test_practices_are_searched_and_hold_only_what_all_may_see(world: World) -> None:
    (found,) = call(world, "XD").read("/conduct/practices?q=finder")["practices"]
    assert (found["name"], found["text"][0]["text"]) == ("State XD", reported.PRACTICE)
    assert found["evidence"][0]["address"] == "https://cert.example/policy"


def test_what_an_introduction_says_is_for_tokens_that_read_cases(world: World) -> None:
    case = begun(world)
    (bare,) = call(world, "XC", Scope.READ_METADATA).read("/conduct/introductions")["introductions"]
    (whole,) = call(world, "XC").read("/conduct/introductions")["introductions"]
    assert (bare["case"], bare["way"], bare["norms"]) == (case, None, [])
    assert (whole["way"], whole["norms"]) == ("sought", [{"instrument": "un-norms-2015", "clause": "norm-j"}])
    assert call(world, "XE").read("/conduct/introductions") == {"introductions": []}


@pytest.mark.parametrize("query", ["norm=UPPER", "language=english", "area=The%20Moon", "hours=perhaps"])
def test_a_filter_that_is_none_is_refused(world: World, query: str) -> None:
    assert call(world, "XC").ask("GET", f"/conduct/help?{query}").status_code == 422
