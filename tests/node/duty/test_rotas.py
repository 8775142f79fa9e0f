"""Does a desk's rota say whom to ask, can only those change it who may, and does the trail tell of it?"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from liaison.duty.rota import Override, Spell, Swap, Window
from liaison.errors import UsageError
from liaison.node.models import AuditRow, Membership, Officer
from liaison.node.reads.duty.rotas import is_on_shift, names, officers_on_duty, people, rota_of
from liaison.node.services.duty import notes, rotas, swapping
from liaison.node.services.people.officers import leave
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.clearance import Demand
from liaison.officers.permissions import Role
from tests.node.duty.rotas import HOUR, officers, take_turns, turn
from tests.node.inside.desks import hand_in, other_desk, rule, seat
from tests.world import World


def asked(world: World, code: str, **later: float) -> tuple[int, ...]:
    """Who is on duty at the desk, now or later."""
    at = world.clock.now() + timedelta(**later)
    return officers_on_duty(world.nodes[code], world.register, world.desk(code), at)


def refusal(call: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(UsageError) as caught:
        call(*given, **named)
    return caught.value.code


def test_without_a_rota_every_officer_who_may_answer_is_asked_and_with_one_whose_turn_it_is(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        (one, two, three), _ = officers(world, "XC", 3)
        seat(world, "XC", Role.AUDITOR)
        assert asked(world, "XC") == (one, two, three)
        take_turns(world, "XC", one, two)
        take_turns(world, "XC", three, name="second")
        assert asked(world, "XC") == (one, three)
        assert asked(world, "XC", hours=24) == (two, three)


def test_a_gap_of_a_rota_asks_nobody_and_another_desk_keeps_its_own(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        (one,), at = officers(world, "XC", 1)
        layer = take_turns(world, "XC", one)
        assert asked(world, "XC", hours=-1) == ()
        desk = other_desk(world, "XC")
        assert officers_on_duty(world.nodes["XC"], world.register, desk, world.clock.now()) == ()
        assert rota_of(world.nodes["XC"], world.register, desk).layers == ()
        assert rota_of(world.nodes["XC"], world.register, at.desk).layers == (layer,)


def test_whoever_left_or_is_a_deputy_on_other_days_is_stood_in_for_and_no_turn_moves(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node = world.nodes["XC"]
        (one, two, three), _ = officers(world, "XC", 3)
        take_turns(world, "XC", one, two, three)
        with world.at("XC"):
            leaver = Officer.objects.get(pk=two)
        leave(node, leaver)
        assert [asked(world, "XC", days=day) for day in range(4)] == [(one,), (three,), (three,), (one,)]
        with unit_of_work(node):
            Membership.objects.filter(officer=three).update(until=world.clock.now() + timedelta(days=2, hours=1))
        assert asked(world, "XC", days=2) == (three,)
        assert asked(world, "XC", days=2, hours=2) == (one,)
        assert set(people(node, world.register, world.desk("XC"))) == {one, three}
        assert set(names(node, world.register, world.desk("XC"), [one, two, 999])) == {one, two}


def test_an_officer_takes_over_alone_a_manager_puts_anybody_on_duty_and_the_trail_tells(
    tmp_path: Path,
) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node, now = world.nodes["XC"], world.clock.now()
        (one, two), at = officers(world, "XC", 2)
        manager, by = seat(world, "XC", Role.ADMINISTRATOR)
        take_turns(world, "XC", one)
        mine = Override("first", Spell(now, now + HOUR, str(two)))
        assert refusal(rotas.override, node, at, mine, by=one) == "not-permitted"
        rotas.override(node, at, mine, by=two)
        assert asked(world, "XC") == (two,)
        assert not is_on_shift(node, world.register, at.desk, one)
        assert is_on_shift(node, world.register, at.desk, two)
        rotas.override(node, manager, Override("first", Spell(now, now + 2 * HOUR, str(one))), by=by)
        assert asked(world, "XC") == (one,)
        rotas.be_away(node, at, Spell(now, now + 9 * HOUR, str(one)), by=one)
        assert asked(world, "XC", hours=3) == ()
        for wrong, code in (
            (Override("none", mine.spell), "duty-layer-not-found"),
            (Override("first", Spell(now, now, str(two))), "duty-spell"),
            (Override("first", Spell(now - 2 * HOUR, now - HOUR, str(two))), "duty-spell-over"),
        ):
            assert refusal(rotas.override, node, at, wrong, by=two) == code
        own = Override("", Spell(now, now + HOUR, str(by)))
        assert refusal(rotas.override, node, manager, own, by=by) == "not-permitted"
        with world.at("XC"):
            lines = AuditRow.objects.filter(action__startswith="duty-")
            told = list(lines.values_list("action", "officer", "subject"))
        assert told[1:] == [
            ("duty-override-made", two, str(two)),
            ("duty-override-made", by, str(one)),
            ("duty-absence-noted", one, str(one)),
        ]
        rotas.drop_spell(node, at, 1, by=two)
        assert refusal(rotas.drop_spell, node, at, 2, by=two) == "not-permitted"
        rotas.drop_spell(node, manager, 2, by=by)
        rotas.drop_spell(node, manager, 2, by=by)
        assert len(rota_of(node, world.register, at.desk).overrides) == 0


def test_layers_are_kept_replaced_raised_and_dropped_with_what_was_to_change_them(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node, now = world.nodes["XC"], world.clock.now()
        (one, two), at = officers(world, "XC", 2)
        manager, by = seat(world, "XC", Role.DIRECTORY)
        first, second = take_turns(world, "XC", one), take_turns(world, "XC", two, name="second")
        assert refusal(rotas.keep_layer, node, at, first, by=one) == "not-permitted"
        rotas.raise_layer(node, manager, "second", by=by)
        assert asked(world, "XC") == (two, one)
        rotas.keep_layer(node, manager, _with(second, members=(str(one),)), by=by)
        assert asked(world, "XC") == (one,)
        rotas.override(node, at, Override("second", Spell(now, now + HOUR, str(two))), by=two)
        rotas.drop_layer(node, manager, "second", by=by)
        kept = rota_of(node, world.register, at.desk)
        assert (kept.layers, kept.overrides) == ((first,), ())
        for wrong, code in (
            (_with(first, members=("999",)), "duty-not-an-officer"),
            (_with(first, members=()), "duty-members"),
            (_with(first, zone="Mars/Olympus"), "duty-zone"),
            (_with(first, hours=0), "duty-turn-length"),
            (_with(first, name=" "), "duty-layer-name"),
            (_with(first, window=Window(frozenset(), now.time(), now.time())), "duty-weekdays"),
        ):
            assert refusal(rotas.keep_layer, node, manager, wrong, by=by) == code
        for number in range(7):
            take_turns(world, "XC", one, name=f"more{number}")
        assert refusal(rotas.keep_layer, node, manager, _with(first, name="ninth"), by=by) == "duty-layers"


def _with(layer: Any, **values: Any) -> Any:
    import dataclasses

    return dataclasses.replace(layer, **values)


def test_a_swap_counts_once_the_other_has_agreed_and_neither_can_speak_for_both(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node, now = world.nodes["XC"], world.clock.now()
        (one, two, three), at = officers(world, "XC", 3)
        layer = take_turns(world, "XC", one, two, three)
        mine, theirs = Spell(*turn(layer, 0, now), str(one)), Spell(*turn(layer, 1, now), str(two))
        swap = Swap("first", mine, theirs)
        assert refusal(swapping.ask_swap, node, at, swap, by=two) == "duty-swap-own"
        wrong = Swap("first", mine, Spell(*turn(layer, 2, now), str(two)))
        assert refusal(swapping.ask_swap, node, at, wrong, by=one) == "duty-swap-not-theirs"
        swapping.ask_swap(node, at, swap, by=one)
        assert asked(world, "XC") == (one,)
        assert refusal(swapping.answer_swap, node, at, 1, agrees=True, by=one) == "duty-swap-own"
        assert refusal(swapping.answer_swap, node, at, 1, agrees=True, by=three) == "duty-swap-not-found"
        swapping.answer_swap(node, at, 1, agrees=True, by=two)
        assert (asked(world, "XC"), asked(world, "XC", days=1)) == ((two,), (one,))
        assert refusal(swapping.answer_swap, node, at, 1, agrees=False, by=two) == "duty-swap-not-found"
        # What was agreed is no longer theirs to give a second time.
        assert refusal(swapping.ask_swap, node, at, swap, by=one) == "duty-swap-not-theirs"


def test_a_holiday_rests_the_layers_that_rest_and_a_note_waits_for_the_next(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node, today = world.nodes["XC"], world.clock.now().date()
        (one, two), at = officers(world, "XC", 2)
        manager, by = seat(world, "XC", Role.DIRECTORY)
        rotas.keep_layer(node, manager, _with(take_turns(world, "XC", one), on_holidays=False), by=by)
        rotas.keep_holiday(node, manager, today, "Day of the State", by=by)
        assert asked(world, "XC") == ()
        rotas.drop_holiday(node, manager, today, by=by)
        assert asked(world, "XC") == (one,)
        assert refusal(rotas.keep_holiday, node, manager, date(1, 1, 1), "", by=by) == "duty-day"
        assert refusal(rotas.keep_holiday, node, at, today, "", by=one) == "not-permitted"
        notes.leave_note(node, at, "XD promised logs by 06:00.", by=one)
        assert refusal(notes.see_note, node, at, 1, by=one) == "handover-note-own"
        notes.see_note(node, at, 1, by=two)
        assert refusal(notes.leave_note, node, at, "  ", by=one) == "handover-note-words"
        with world.at("XC"):
            assert not [row for row in AuditRow.objects.all() if "logs" in str(row.params)]


def test_who_is_not_on_duty_does_not_send_alone_while_a_colleague_is_and_does_after_taking_over(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, now = world.nodes["XC"], world.clock.now()
        (one, two), at = officers(world, "XC", 2)
        rule(world, "XC", Demand.NEEDED)
        take_turns(world, "XC", one)
        alone: dict[str, Any] = {"officer": two, "alone": True, "urgency": "urgent"}
        assert refusal(hand_in, world, "XC", "XD", **alone) == "duty-not-on-shift"
        rotas.override(node, at, Override("first", Spell(now, now + HOUR, str(two))), by=two)
        assert hand_in(world, "XC", "XD", **alone)[1].sent
        rotas.be_away(node, at, Spell(now, now + 9 * HOUR, str(one)), by=one)
        world.advance(hours=2)  # Nobody is on duty now: whoever is there sends.
        assert hand_in(world, "XC", "XD", **alone)[1].sent
