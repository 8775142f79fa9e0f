"""Does an officer see at a glance who answers, change what is theirs, and nobody change what is not?"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.duty.rota import Layer
from liaison.node.models import DutyLayer, DutySpell, HandoverNote
from liaison.node.services.desk.answering import acknowledge_message
from liaison.node.services.duty.rotas import keep_layer
from liaison.node.services.people.audit import SYSTEM
from liaison.officers.permissions import Role
from tests.node.duty.desk import staffed
from tests.register.registry import small_register
from tests.web.visiting import Visitor, visit
from tests.world import World


def layer_of(world: World, *members: int, **changes: str) -> dict[str, Any]:
    """The form of a layer whose first member has it from now on."""
    now = world.clock.now()
    typed = {"name": "Nights", "zone": "UTC", "rhythm": "daily", "when": "always"}
    typed |= {"first_day": f"{now:%Y-%m-%d}", "handover": f"{now:%H:%M}"}
    return typed | {f"place-{each}": str(number) for number, each in enumerate(members, start=1)} | changes


def crew(world: World) -> tuple[Visitor, Visitor, Visitor]:
    """Whoever makes the rota, and two officers."""
    manager = visit(world, "XC", Role.DIRECTORY)
    return manager, visit(world, "XC", Role.OFFICER), visit(world, "XC", Role.OFFICER)


def test_a_desk_without_a_rota_says_that_everybody_is_asked_and_offers_to_take_over(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        manager, one, _ = crew(world)
        page = one.see("duty/")
        assert "Every officer of the desk" in page
        assert "Take over" in page
        assert "Take over" not in manager.see("duty/")
        assert "On duty now" not in one.see()
        one.send("duty/take-over", hours="2")
        assert "On duty now" in one.see()
        assert "Nobody answers" not in one.see("duty/")  # Without layers there is no gap to warn of.
        one.send("duty/take-over", status=400, hours="0")
        assert "There is no rota yet" in manager.see("duty/rota")


def test_the_desk_says_who_is_on_duty_until_when_and_who_comes_then(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        manager, one, two = crew(world)
        manager.send("duty/rota", **layer_of(world, one.officer, two.officer))
        desk = re.sub(r"<[^>]+>|\s+", " ", one.see())
        desk = re.sub(r" +", " ", desk)
        assert re.search(r"On duty now: you until .* · then A Person ·", desk)
        page = one.see("duty/")
        assert "The next four weeks" in page
        assert page.count("<tr>") >= 28
        assert 'class="strip"' in page
        assert "Take over" not in page
        assert "Take over" in two.see("duty/")
        two.send("duty/take-over", hours="1")
        assert "You are on duty now" in two.see("duty/", said="duty-taken")
        assert re.search(r"On duty now:\s*<strong>\s*<bdi dir=\"auto\">you", two.see())


def test_gaps_and_overlaps_of_the_weeks_ahead_are_told_in_words(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        manager, one, _ = crew(world)
        hours = {"when": "hours", "weekday": ["0", "1", "2", "3", "4"], "from": "08:00", "to": "18:00"}
        manager.send("duty/rota", **layer_of(world, one.officer, name="Office", **hours))
        page = manager.see("duty/")
        assert "Nobody answers" in page
        assert "more times in these weeks" in page
        assert "Put somebody on duty then" in page
        assert "An administrator or directory manager" in one.see("duty/")
        assert 'class="gap"' in page
        manager.send("duty/rota", **layer_of(world, one.officer, name="Second", **hours))
        assert "one officer has two layers" in one.see("duty/")


def test_who_takes_over_without_a_rota_leaves_no_gap_behind(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        _, one, _ = crew(world)
        one.send("duty/take-over", hours="1")
        page = one.see("duty/")
        assert "The next four weeks" in page
        assert "obody" not in page
        assert "At all other times whatever comes in is for every officer of the desk." in page
        world.advance(hours=2)
        assert "There is no rota" in visit(world, "XC", Role.OFFICER).see("duty/")


def test_in_a_gap_the_page_says_what_then_happens_to_a_message(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", "bo") as stage:
        later = (stage.node.clock.now() + timedelta(hours=9)).replace(second=0, microsecond=0, tzinfo=None)
        members = tuple(str(each) for each in stage.officers.values())
        keep_layer(stage.node, stage.seat, Layer("First", "UTC", later, 24, members), by=SYSTEM)
        page = visit(stage.world, "XD").see("duty/")
        assert "The rota has nobody until" in page
        assert "told at once to whoever stands next in the plan" in page
        assert "Nobody is asked" not in page
        stage.receive("urgent")
        stage.run()
        assert stage.told() == ["ada", "bo"]


def test_a_form_that_is_refused_comes_back_as_it_was_typed(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        manager, one, _ = crew(world)
        for changes, said in (
            ({"zone": "Mars/Olympus"}, "is not the name of a time zone"),
            ({"rhythm": "hours", "hours": "0"}, "A turn lasts from 1 hour"),
            ({"handover": "late"}, "The first turn needs a local day and time"),
            ({"first_day": "soon"}, "This is not a day"),
            ({f"place-{one.officer}": "first"}, "a whole number from 1 on"),
            ({"when": "hours", "from": "8", "to": "x"}, "two times of day"),
            ({"when": "hours", "from": "08:00", "to": "09:00"}, "needs at least one day of the week"),
            ({"place-999": "2"}, "no active officer of this desk"),
        ):
            answer = manager.send("duty/rota", status=400, **layer_of(world, one.officer, name="Nights &c", **changes))
            page = answer.content.decode()
            assert said in page
            assert 'value="Nights &amp;c"' in page
        with world.at("XC"):
            assert not DutyLayer.objects.exists()
        answer = one.send("duty/change", status=400, what="away", begins="2026-01-01T08:00", ends="tomorrow")
        assert 'value="tomorrow"' in answer.content.decode()
        far = one.send("duty/change", status=400, what="away", begins="9999-01-01T08:00", ends="9999-12-31T08:00")
        assert 'value="9999-12-31T08:00"' in far.content.decode()
        answer = one.send("duty/notes", status=400, words=" ")
        assert "needs words" in answer.content.decode()
        assert "This is not a day" in manager.send("duty/holidays", status=400, day="x").content.decode()


def test_an_officer_is_away_for_themselves_and_whoever_makes_the_rota_for_anybody(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        manager, one, two = crew(world)
        manager.send("duty/rota", **layer_of(world, one.officer, two.officer))
        now = world.clock.now()
        times = {"begins": f"{now:%Y-%m-%dT%H:%M}", "ends": f"{now + timedelta(hours=9):%Y-%m-%dT%H:%M}"}
        one.send("duty/change", what="away", officer=str(two.officer), **times)
        with world.at("XC"):
            assert DutySpell.objects.get().officer == one.officer
        assert "A Person" in two.see("duty/")
        two.send("duty/change/1/drop", status=403)
        one.send("duty/change/1/drop")
        manager.send("duty/change", what="duty", layer="Nights", officer=str(two.officer), **times)
        assert "on duty in the layer" in one.see("duty/change")
        manager.send("duty/rota/drop", layer="Nights")
        assert "Nothing is changed" in one.see("duty/change")


def test_a_swap_is_asked_for_on_the_page_and_agreed_on_the_colleagues(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        manager, one, two = crew(world)
        manager.send("duty/rota", **layer_of(world, one.officer, two.officer))
        page = one.see("duty/change")
        mine, theirs = (
            re.search(rf'<select id="{name}".*?<option[^>]* value="([^"]+)"', page, re.DOTALL)
            for name in ("mine", "theirs")
        )
        assert mine is not None
        assert theirs is not None
        one.send("duty/swap", status=400, mine=mine[1], theirs="never Nights")
        one.send("duty/swap", mine=mine[1], theirs=theirs[1])
        assert "colleague asks you to swap a shift" in two.see()
        assert "asks you to swap shifts" in two.see("duty/")
        assert "You asked" in one.see("duty/")
        manager.send("duty/swap/1", status=403, what="agree")
        two.send("duty/swap/1", what="agree")
        assert '<bdi dir="auto">you' in re.search(r'class="now">.*?</p>', two.see("duty/"), re.DOTALL)[0]  # type: ignore[index]


def test_a_note_waits_for_the_next_officer_and_its_writer_does_not_tick_it_off(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        _, one, two = crew(world)
        one.send("duty/notes", words="XD promised <logs> by 06:00.")
        assert "XD promised &lt;logs&gt; by 06:00." in two.see("duty/")
        assert "1 note was left" in two.see()
        assert "note was left" not in one.see()
        one.send("duty/notes/1/seen", status=400)
        two.send("duty/notes/1/seen")
        assert "No note waits" in one.see("duty/")
        with world.at("XC"):
            assert HandoverNote.objects.get().seen_by == two.officer


def test_what_is_not_the_officers_to_change_is_refused(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        manager, one, _ = crew(world)
        auditor = visit(world, "XC", Role.AUDITOR)
        manager.send("duty/rota", **layer_of(world, one.officer))
        one.send("duty/rota", status=403, **layer_of(world, one.officer))
        one.send("duty/holidays", status=403, day="2026-12-25")
        auditor.send("duty/take-over", status=403, hours="2")
        auditor.send("duty/notes", status=403, words="x")
        assert "Take over" not in auditor.see("duty/")
        other = visit(world, "XC", Role.OFFICER, Role.DIRECTORY)
        manager.send("duty/holidays", day="2026-12-25", holiday="Feast")
        assert "Feast" in other.see("duty/rota")
        manager.send("duty/holidays/drop", day="2026-12-25")
        assert "Feast" not in other.see("duty/rota")


def test_an_address_for_a_calendar_is_shown_once_and_a_calendar_is_brought_in_with_what_was_left_out(
    tmp_path: Path,
) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        manager, one, _ = crew(world)
        manager.send("duty/rota", **layer_of(world, one.officer))
        page = one.send("duty/calendars/make", status=200).content.decode()
        found = re.search(r"http://[^<]+(/duty/[^<]+\.ics)", page)
        assert found is not None
        answer = Visitor(world.nodes["XC"]).get(found[1])
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert b"SUMMARY:duty" in answer.content
        assert found[1] not in one.see("duty/calendars")
        one.send("duty/calendars/1/end")
        assert Visitor(world.nodes["XC"]).get(found[1]).status_code == 404
        begins = world.clock.now() + timedelta(days=1)
        event = f"BEGIN:VEVENT\r\nUID:%s\r\nDTSTART:{begins:%Y%m%dT%H%M%SZ}\r\nDURATION:PT2H\r\n%sEND:VEVENT\r\n"
        text = "BEGIN:VCALENDAR\r\n" + event % ("a", "") + event % ("<b>", "RRULE:FREQ=DAILY\r\n") + "END:VCALENDAR\r\n"
        file = SimpleUploadedFile("leave.ics", text.encode())
        page = one.send("duty/calendars/take", status=200, what="away", file=file).content.decode()
        assert "1 event was taken." in page
        assert "&lt;b&gt;</bdi>: it repeats" in page
        assert "from a calendar" in one.see("duty/change")
        one.send("duty/calendars/take", status=400, what="away")
        wrong = SimpleUploadedFile("leave.ics", b"nothing")
        assert "not a calendar" in one.send("duty/calendars/take", status=400, what="away", file=wrong).content.decode()


def test_who_writes_sees_how_soon_the_other_desk_usually_acknowledges(tmp_path: Path) -> None:
    with World(tmp_path, registry=small_register(rehearsal=False)) as world:
        there = world.desk("XD")
        centre = f"centres/{there.participant}/duty/"
        writer = visit(world, "XC", Role.OFFICER)
        assert "promises to answer what is urgent within" in writer.see("find/", q="XD")
        assert "fewer than three" in writer.see(centre)
        for number in range(4):
            (sent,) = world.send("XC", "XD", exercise=number == 3)  # The last, an exercise, does not count.
            world.advance(minutes=20 * (number + 1))
            acknowledge_message(world.nodes["XD"], there, sent.message_id, officer=0)
            world.work()
        writer = visit(world, "XC", Role.OFFICER)  # The first was away for too long.
        assert "usually acknowledges within 40 minutes" in re.sub(r"\s+", " ", writer.see("find/", q="XD"))
        assert "within 40 minutes, by what this desk has seen" in writer.see(centre)
        assert "fewer than three" in visit(world, "XE", Role.OFFICER).see(centre)
