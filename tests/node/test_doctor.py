"""Does the doctor see what is wrong, and say what to do about it?"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from liaison.adapters.keyfiles import FolderKeyVault
from liaison.adapters.survey import open_to_others, owned_by_others
from liaison.adapters.waking import SocketListener, somebody_listens
from liaison.node.models import Alarm, Delivery, FollowedRegister, TakenReceipt, Timer
from liaison.node.services.care.doctor import CHECKS, examine
from liaison.node.services.care.findings import Finding, State
from liaison.node.services.care.surroundings import Surroundings
from liaison.node.unit_of_work import close_for_writing, unit_of_work
from tests.house import SOURCES
from tests.mirrored import START
from tests.register.registry import LETTER, small_register
from tests.world import World

pytestmark = pytest.mark.sqlite
WELL = Surroundings(Path("/run/credential"), (), (), free=50, total=100, worker=True, tls=LETTER)
WORDS = tomllib.loads((SOURCES / "node/services/care/checks.toml").read_text(encoding="utf-8"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        with unit_of_work(world.nodes["XC"]):
            FollowedRegister.objects.update(checked_at=START)
        with connections[world.nodes["XC"].database].cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")  # Which the tables of other stories do without.
        yield world


def found(world: World, check: str, around: Surroundings = WELL) -> tuple[str, str]:
    """State and code of one check at XC."""
    findings = {each.check: each for each in examine(world.nodes["XC"], around)}
    what, step = findings[check].said()
    assert what
    assert bool(step) == (findings[check].state is not State.OK)
    return findings[check].state.value, findings[check].code


def change(world: World, model: Any, **values: Any) -> None:
    with unit_of_work(world.nodes["XC"]):
        assert model.objects.update(**values)


def test_a_node_that_is_well_has_nothing_to_do(world: World) -> None:
    assert [(each.check, each.state.value) for each in examine(world.nodes["XC"], WELL) if each.said()[1]] == []
    assert [name for name, _ in CHECKS] == [each.check for each in examine(world.nodes["XC"], WELL)]


@pytest.mark.parametrize(
    ("check", "changed", "expected"),
    [
        ("home", {"exposed": (Path("/srv/home"),)}, ("fail", "home-open")),
        ("home", {"foreign": (Path("/srv/home"),)}, ("warn", "home-foreign")),
        ("disk", {"free": 9}, ("warn", "disk-low")),
        ("disk", {"free": 4}, ("fail", "disk-full")),
        ("worker", {"worker": False}, ("warn", "worker-missing")),
        ("tls", {"tls": "ab" * 32}, ("fail", "tls-differs")),
        ("tls", {"tls": None}, ("fail", "tls-unreadable")),
    ],
)
def test_what_is_wrong_around_the_node_is_told(
    world: World, check: str, changed: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert found(world, check, replace(WELL, **changed)) == expected


def test_a_credential_in_the_home_is_warned_about(world: World) -> None:
    beside = replace(WELL, credential=world.nodes["XC"].home / "credential")
    assert found(world, "credential", beside) == ("warn", "credential-beside-keys")


def test_a_key_that_does_not_open_is_broken(world: World) -> None:
    node = world.nodes["XC"]
    world.nodes["XC"] = replace(node, vault=FolderKeyVault(node.home / "keys", b"c" * 32))
    assert found(world, "keys") == ("fail", "keys-missing")


def test_a_database_that_may_forget_is_broken(world: World) -> None:
    with connections[world.nodes["XC"].database].cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    assert found(world, "database") == ("fail", "database-not-durable")


def test_a_database_of_an_older_version_is_broken(world: World) -> None:
    with connections[world.nodes["XC"].database].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'node'")
    assert found(world, "database") == ("fail", "database-old")


def test_a_database_that_does_not_answer_breaks_its_checks_and_no_other(world: World) -> None:
    with connections[world.nodes["XC"].database].cursor() as cursor:
        cursor.execute("DROP TABLE node_timer")
    assert found(world, "jobs") == ("fail", "database-silent")
    assert found(world, "keys") == ("ok", "keys-open")


def test_a_clock_behind_what_the_witnesses_signed_is_broken(world: World) -> None:
    registry = small_register()
    registry.set_policy(2, "XC", "XD", "XE")
    from tests.mirrored import mirror

    signed = int((START + timedelta(hours=2)).timestamp())
    registry.checkpoint = lambda _plain=registry.checkpoint: _plain(times={"XC": signed, "XD": signed})  # type: ignore[method-assign]
    with unit_of_work(world.nodes["XC"]):
        mirror(registry)
    assert found(world, "clock") == ("fail", "clock-behind")
    world.advance(hours=2)
    assert found(world, "clock") == ("ok", "clock-agrees")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-1, ("warn", "clock-behind-peers")), (0, ("ok", "clock-agrees")), (1, ("warn", "clock-ahead"))],
)
def test_a_clock_that_differs_from_most_peers_receipts_is_told(
    world: World, hours: int, expected: tuple[str, str]
) -> None:
    world.send("XC", "XD")
    change(world, TakenReceipt, taken_at=world.clock.now() + timedelta(hours=hours))
    assert found(world, "clock") == expected


def test_an_old_mirror_and_one_never_synchronised_are_told(world: World) -> None:
    world.advance(hours=25)
    assert found(world, "mirrors") == ("warn", "mirrors-old")
    change(world, FollowedRegister, checked_at=None)
    assert found(world, "mirrors") == ("warn", "mirrors-never")


def test_a_stopped_register_is_broken_and_an_alarm_is_told(world: World) -> None:
    with unit_of_work(world.nodes["XC"]):
        Alarm.objects.create(
            register=world.register, code="void-entry", subject="7", params={}, evidence=b"", raised_at=START
        )
    assert found(world, "registers") == ("warn", "registers-alarms")
    change(world, FollowedRegister, stopped="register-forked")
    assert found(world, "registers") == ("fail", "registers-stopped")


def test_what_waits_for_longer_than_an_hour_is_told(world: World) -> None:
    world.network.down.add("XD")
    world.send("XC", "XD")
    assert found(world, "outbox") == ("ok", "outbox-moving")
    world.advance(minutes=61)
    assert found(world, "outbox") == ("warn", "outbox-stuck")
    with world.at("XC"):
        assert Delivery.objects.count() == 1


def test_a_job_that_failed_is_told(world: World) -> None:
    with unit_of_work(world.nodes["XC"]):
        Timer.objects.create(name="mirror-registers", due=START, last_error="no-mirror-answered")
    assert found(world, "jobs") == ("warn", "jobs-failing")


def test_a_restored_node_is_told(world: World) -> None:
    with unit_of_work(world.nodes["XC"]):
        close_for_writing(world.nodes["XC"], "2026-11-22T03:02:00Z")
    assert found(world, "writing") == ("warn", "writing-closed")


def test_a_node_in_no_register_is_told_what_to_do_first(world: World) -> None:
    change(world, FollowedRegister, trusted_checkpoint=b"")
    with unit_of_work(world.nodes["XC"]):
        FollowedRegister.objects.all().delete()
    assert found(world, "mirrors") == ("warn", "mirrors-none")


def test_what_others_may_read_is_seen(tmp_path: Path) -> None:
    private, public = tmp_path / "private", tmp_path / "public"
    for place, mode in ((private, 0o600), (public, 0o640)):
        place.touch()
        place.chmod(mode)
    assert open_to_others([private, public, tmp_path / "missing"]) == (public,)
    assert owned_by_others([private]) == ()


def test_a_worker_is_seen_by_its_socket(tmp_path: Path) -> None:
    place = tmp_path / "worker.socket"
    assert not somebody_listens(place)
    listener = SocketListener(place)
    assert somebody_listens(place)
    listener.close()
    assert not somebody_listens(place)


def test_a_worker_on_another_machine_is_seen_by_the_jobs_it_ran(world: World) -> None:
    elsewhere = replace(WELL, worker=None)
    assert found(world, "worker", elsewhere) == ("warn", "worker-missing")
    with unit_of_work(world.nodes["XC"]):
        Timer.objects.create(name="mirror-registers", due=START, ran_at=START)
    assert found(world, "worker", elsewhere) == ("ok", "worker-alive")
    world.advance(minutes=6)
    assert found(world, "worker", elsewhere) == ("warn", "worker-missing")


def test_every_finding_has_its_words_and_every_word_a_finding() -> None:
    used = set()
    for path in (SOURCES / "node/services/care").glob("*.py"):
        strings = (each.value for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Constant))
        used |= {text for text in strings if text in WORDS}
    assert used == set(WORDS)
    assert {code for code, words in WORDS.items() if not set(words) <= {"what", "next"} or "what" not in words} == set()


def test_a_finding_without_words_is_a_defect() -> None:
    with pytest.raises(KeyError):
        _ = Finding("disk", State.OK, "no-such-code").said()
