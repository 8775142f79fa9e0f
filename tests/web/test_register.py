"""Do the pages of the register find desks, show changes and give proofs that others can check?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.tlog.tlogproof import parse_proof
from tests.mirrored import START
from tests.web.visiting import visit
from tests.world import World

pytestmark = pytest.mark.engine


def test_a_desk_is_found_by_its_code_and_not_by_another(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        assert f"centres/{world.desk('XD').participant}/duty/" in visitor.see("register/", q="XD")
        assert f"centres/{world.desk('XD').participant}/duty/" not in visitor.see("register/", q="XE")


def test_a_kind_that_no_desk_has_leaves_an_empty_list_with_advice(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert "No desk of this register fits" in visit(world, "XC").see("register/", kind="diplomatic")


def test_every_entry_is_listed_and_opens(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        count = len(world.registry.leaves)
        listed = visitor.see("register/log/")
        for index in range(max(0, count - 50), count):
            assert f"register/log/{index}/" in listed
        for index in range(count):
            assert world.registry.entries[index].payload_hash in visitor.see(f"register/log/{index}/")


def test_the_proof_of_an_entry_is_a_proof_of_that_entry(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        answer = visitor.get(visitor.at("register/log/3/proof"))
        proof = parse_proof(answer.content)
        assert proof.index == 3
        assert proof.extra == world.registry.leaves[3]
        assert answer.headers["Content-Disposition"] == 'attachment; filename="entry-3.proof"'


def test_an_entry_beyond_the_log_is_explained(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert "has no entry 9999" in visit(world, "XC").see("register/log/9999/", status=400)


def test_changes_since_a_day_list_what_may_be_newer_and_a_wrong_day_is_told(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        since = START.date().isoformat()
        assert f"register/log/{len(world.registry.leaves) - 1}/" in visitor.see("register/changes/", since=since)
        assert "This is not a day" in visitor.see("register/changes/", since="2026-02-31")
