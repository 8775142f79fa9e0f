"""Do shifts go out by a secret address and times come in from a file, for whom they may and no longer than they may?"""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

import pytest

from liaison.duty.calendars import Event, decode_calendar, encode_calendar
from liaison.node.models import AuditRow, DutyFeed, DutyHoliday, DutySpell, Officer
from liaison.node.services.duty.calendars import Taking, end_feed, feeds, make_feed, read_feed, take_calendar
from liaison.node.services.duty.rotas import keep_holiday
from liaison.node.services.people.officers import leave
from liaison.officers.permissions import Role
from tests.node.duty.rotas import HOUR, officers, take_turns
from tests.node.duty.test_rotas import refusal
from tests.node.inside.desks import seat
from tests.world import World


def test_a_program_fetches_own_shifts_or_all_of_them_until_the_address_ends_or_the_officer_leaves(
    tmp_path: Path,
) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node = world.nodes["XC"]
        (one, two), at = officers(world, "XC", 2)
        take_turns(world, "XC", one, two)
        own, whole = (make_feed(node, at, whole_desk=each, by=one) for each in (False, True))
        mine, all_of_them = (decode_calendar(read_feed(node, each), UTC).events for each in (own, whole))
        assert {each.words for each in mine} == {"duty"}
        assert {each.words for each in all_of_them} == {"An Officer"}
        assert len(all_of_them) == 2 * len(mine) == 180
        assert read_feed(node, own) == read_feed(node, own)
        assert len(feeds(node, at, officer=one)) == 2
        assert feeds(node, at, officer=two) == []
        end_feed(node, at, 1, by=two)
        assert read_feed(node, own)
        end_feed(node, at, 1, by=one)
        assert refusal(read_feed, node, own) == "duty-feed-not-found"
        assert refusal(read_feed, node, "guessed") == "duty-feed-not-found"
        with world.at("XC"):
            leaver = Officer.objects.get(pk=one)
            kept = [vars(row) for table in (DutyFeed, AuditRow) for row in table.objects.all()]
        assert whole not in str(kept)
        leave(node, leaver)
        assert refusal(read_feed, node, whole) == "duty-feed-not-found"


def test_times_away_and_on_duty_and_holidays_come_in_and_a_second_time_replace_the_first(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node, now = world.nodes["XC"], world.clock.now().replace(microsecond=0)
        (one, two), at = officers(world, "XC", 2)
        manager, by = seat(world, "XC", Role.DIRECTORY)
        layer = take_turns(world, "XC", one, two)
        coming, over = (
            Event(uid, "Leave", now + far, now + far + HOUR) for uid, far in (("a", HOUR), ("b", -9 * HOUR))
        )
        data = encode_calendar("x", [coming, over], made=now)
        for _ in range(2):
            done = take_calendar(node, at, data, Taking("away", str(one)), by=one)
        assert (done.taken, done.over, done.left_out) == (1, 1, ())
        with world.at("XC"):
            row = DutySpell.objects.get()
        assert (row.absence, row.officer, row.begins, row.source) == (True, one, coming.begins, "a")
        assert refusal(take_calendar, node, at, data, Taking("away", str(two)), by=one) == "not-permitted"
        assert refusal(take_calendar, node, at, data, Taking("holidays"), by=one) == "not-permitted"
        assert refusal(take_calendar, node, manager, data, Taking("duty", "x"), by=by) == "duty-not-an-officer"
        assert refusal(take_calendar, node, manager, data, Taking("other", ""), by=by) == "duty-calendar-what"
        assert take_calendar(node, manager, data, Taking("duty", str(two), layer.name), by=by).taken == 1
        day = now.date() + timedelta(days=3)
        feast = encode_calendar("x", [Event("c", "Feast", now, now, day, 2), coming], made=now)
        done = take_calendar(node, manager, feast, Taking("holidays"), by=by)
        assert (done.taken, done.left_out) == (1, (("a", "not-whole-days"),))
        with world.at("XC"):
            assert list(DutyHoliday.objects.values_list("day", "name")) == [
                (day, "Feast"),
                (day + timedelta(days=1), "Feast"),
            ]


def test_a_holiday_that_was_moved_or_called_off_is_replaced_and_one_that_was_typed_stays(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node, now = world.nodes["XC"], world.clock.now().replace(microsecond=0)
        manager, by = seat(world, "XC", Role.DIRECTORY)
        first = now.date() + timedelta(days=3)
        keep_holiday(node, manager, first - timedelta(days=1), "Typed", by=by)

        def days_after(*events: Event, cancelled: bool = False) -> list[int]:
            data = encode_calendar("x", events, made=now)
            data = data.replace(b"TRANSP:TRANSPARENT", b"STATUS:CANCELLED") if cancelled else data
            take_calendar(node, manager, data, Taking("holidays"), by=by)
            with world.at("XC"):
                return [(day - first).days for day in DutyHoliday.objects.order_by("day").values_list("day", flat=True)]

        assert days_after(Event("c", "Feast", now, now, first, 2)) == [-1, 0, 1]
        assert days_after(Event("c", "Feast", now, now, first + timedelta(days=4), 1)) == [-1, 4]
        assert days_after(Event("c", "Feast", now, now, first, 1), cancelled=True) == [-1]


def test_the_same_file_without_identifiers_changes_nothing_however_often_it_comes(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        node, now = world.nodes["XC"], world.clock.now().replace(microsecond=0)
        (one,), at = officers(world, "XC", 1)
        manager, by = seat(world, "XC", Role.DIRECTORY)
        leave, other = (Event("", "Leave", now + far, now + far + HOUR) for far in (HOUR, 9 * HOUR))
        feast = Event("", "Feast", now, now, now.date() + timedelta(days=3), 2)

        def kept(*events: Event, cancelled: bool = False) -> tuple[int, int]:
            data = encode_calendar("x", events, made=now).replace(b"UID:\r\n", b"")
            data = data.replace(b"TRANSP:TRANSPARENT", b"STATUS:CANCELLED") if cancelled else data
            assert b"UID" not in data
            take_calendar(node, at, data, Taking("away", str(one)), by=one)
            take_calendar(node, manager, data, Taking("holidays"), by=by)
            with world.at("XC"):
                return DutySpell.objects.count(), DutyHoliday.objects.count()

        assert [kept(leave, leave, other, feast) for _ in range(3)] == [(3, 2)] * 3
        assert kept(leave, feast, cancelled=True) == (1, 0)


def test_a_file_that_is_no_calendar_changes_nothing(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        (one,), at = officers(world, "XC", 1)
        with pytest.raises(Exception, match="calendar-not-read"):
            take_calendar(world.nodes["XC"], at, b"no calendar", Taking("away", str(one)), by=one)
        with world.at("XC"):
            assert not AuditRow.objects.filter(action="duty-calendar-taken").exists()
