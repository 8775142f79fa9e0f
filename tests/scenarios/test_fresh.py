"""Is an entry said to be fresh, due or stale, and a key to end, on the very day, while a clock steps on?"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from liaison.duty.freshness import State
from liaison.keys.openpgp.private import OpenPgpKey
from liaison.keys.public import Purpose
from liaison.node.models import HeldKey, MailKey
from liaison.node.reads.checks.ending import Ending, keys_ending
from liaison.node.reads.checks.fresh import freshness_of, own_freshness
from liaison.node.reads.register import directory
from liaison.node.services.care.ending import check_ending
from liaison.node.services.care.surroundings import Surroundings
from liaison.node.services.checks.persons import ask_persons
from liaison.node.unit_of_work import unit_of_work
from liaison.wire.identifiers import parse_instant
from tests.register.registry import ISSUED
from tests.scenarios.test_checks import answer, place
from tests.web.visiting import plain, visit
from tests.world import World

DAY = timedelta(days=1)
LISTS = ("register/", "find/?q=XD")
WORDS = {State.FRESH: (), State.DUE: ("Confirmation due",), State.STALE: ("Stale",)}
STEPS = (61, 60, 59, 31, 30, 29, 8, 7, 6, 1, 0, -1)


def seen(world: World) -> State:
    """How XC sees XD's entry today: in what it reads and on each list, word for word."""
    node = world.nodes["XC"]
    entries = directory(node, world.register).desks()
    state = freshness_of(node, place(world, "XC"), entries)[world.desk("XD")].state
    return state


def said(world: World) -> set[str]:
    """The words of age on every page that tells of XD."""
    visitor = visit(world, "XC")
    pages = [visitor.see(tail) for tail in (*LISTS, f"centres/{world.desk('XD').participant[:16]}/duty/")]
    told = {word for page in pages for words in WORDS.values() for word in words if word in plain(page)}
    assert all("confirmed" in plain(page) for page in pages)
    return told


def test_an_entry_ages_from_day_to_day_and_an_answer_keeps_it_from_being_stale(tmp_path: Path) -> None:
    confirmed = parse_instant(ISSUED)
    with World(tmp_path) as world:
        world.clock.at = confirmed
        states: list[State] = []
        for day in range(260):
            if day == 100:
                ask_persons(world.nodes["XC"], place(world, "XC"), [world.desk("XD")])
                world.work()
                answer(world, "XD")
                world.work()
            world.clock.at = confirmed + day * DAY + timedelta(seconds=60)
            states.append(seen(world))
        # Due on the 91st day; a person answered on the 100th, so it is stale 120 days after that, not after 120.
        assert states == [State.FRESH] * 90 + [State.DUE] * 130 + [State.STALE] * 40
        for day in (89, 90, 219, 220):
            world.clock.at = confirmed + day * DAY + timedelta(seconds=60)
            assert {"Confirmation due", "Stale"} & said(world) >= set(WORDS[states[day]]), day


def test_the_owner_is_reminded_from_the_91st_day_whoever_answers(tmp_path: Path) -> None:
    confirmed = parse_instant(ISSUED)
    with World(tmp_path) as world:
        for day, state, words in (
            (0, State.FRESH, ""),
            (89, State.FRESH, ""),
            (90, State.DUE, "Confirmation due"),
            (119, State.DUE, "Confirmation due"),
            (120, State.STALE, "Stale"),
        ):
            world.clock.at = confirmed + day * DAY + timedelta(seconds=60)
            found = own_freshness(world.nodes["XC"], place(world, "XC"))
            assert found is not None and found.state is state
            page = plain(visit(world, "XC").see())
            assert ("confirm without a change" in page) == bool(words), day
            assert words in page and ("was last confirmed" in page) == bool(words), day


def ends_at(world: World, ends: datetime, *, certificates: bool = False) -> dict[int, list[Ending]]:
    """What is warned of so many days before the end, by a clock that goes there step by step."""
    found = {}
    for left in STEPS:
        world.clock.at = ends - left * DAY
        given = [("pages.pem", ends)] if certificates else []
        found[left] = keys_ending(world.nodes["XC"], place(world, "XC"), given)
    return found


def expected(left: int) -> list[int]:
    return [] if left > 60 else [60] if left > 30 else [30] if left > 7 else [7] if left > 0 else [0]


def test_a_certificate_of_the_pages_is_warned_of_at_60_30_and_7_days_and_when_it_is_over(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ends = world.clock.at + timedelta(days=100)
        keep_sealing_fresh(world, ends)
        found = ends_at(world, ends, certificates=True)
        assert {left: [each.warned for each in endings] for left, endings in found.items()} == {
            left: expected(left) for left in STEPS
        }
        around = Surroundings(Path("/c"), (), (), 50, 100, True, "", certificates=(("pages.pem", ends),))
        told = {}
        for left in STEPS:
            world.clock.at = ends - left * DAY
            with world.at("XC"):
                told[left] = check_ending(world.nodes["XC"], around).code
        assert told == {
            left: "ending-none" if left > 60 else "ending-soon" if left > 0 else "ending-over" for left in STEPS
        }


def test_an_openpgp_key_with_a_date_is_warned_of_and_one_without_never(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        key = OpenPgpKey.generate("Duty desk <desk@xc.example>")
        ends = key.certificate.expires
        with unit_of_work(world.nodes["XC"]):
            MailKey.objects.create(
                **place(world, "XC").columns,
                fingerprint=key.certificate.fingerprint,
                held_as="0" * 64,
                certificate=key.certificate.data,
                made_at=world.clock.at,
            )
        assert ends is None or {left: [each.warned for each in e] for left, e in ends_at(world, ends).items()} == {
            left: expected(left) for left in STEPS
        }


def test_a_sealing_key_that_nobody_renews_is_told_from_its_46th_day_on_the_page_too(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        made = world.clock.at
        with unit_of_work(world.nodes["XC"]):
            HeldKey.objects.filter(purpose=Purpose.SEALING.value).update(created_at=made)
        for day in range(60):
            world.clock.at = made + day * DAY
            found = [each.what for each in keys_ending(world.nodes["XC"], place(world, "XC"), ())]
            assert found == ([] if day < 45 else ["sealing-key"]), day
        for day, shown in ((44, False), (45, True)):
            world.clock.at = made + day * DAY
            assert ("Sealing key of this contact centre" in visit(world, "XC").see()) is shown


def keep_sealing_fresh(world: World, until: datetime) -> None:
    """As if the sealing key were renewed in time."""
    with unit_of_work(world.nodes["XC"]):
        HeldKey.objects.filter(purpose=Purpose.SEALING.value).update(created_at=until)
