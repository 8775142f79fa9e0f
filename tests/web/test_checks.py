"""What do officers see of checks, what can they do about them, and what stays from whom?"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.messages.parties import DeskRef
from liaison.node.models import AuditRow, Case, CheckPlan, HeldKey, IncomingCopy, OutgoingMessage, OwnDesk, Timer
from liaison.node.services.checks import asking, persons, watching
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from tests.scenarios.test_checks import answer, keep_rota, look, place, plan, set_clock
from tests.web.visiting import plain, visit, visit_desk
from tests.world import World


def key_of(desk: DeskRef) -> str:
    return f"{desk.participant}/{desk.node}/{desk.desk}"


def test_the_picture_says_in_words_what_is_wrong_and_puts_it_first(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD", "XE", "XF")) as world:
        visitor = visit(world, "XC")
        assert "Not checked yet" in visitor.see("checks/")
        world.network.down.add("XF")
        set_clock(world, "XE", hours=24)
        look(world, "XC")
        said = plain(visitor.see("checks/"))
        assert said.index("Not reached") < said.index("Clock 24 hours ahead") < said.index("State XD")
        assert "1 works 1 to look at 1 does not answer as it should" in said
        history = plain(visitor.see(f"checks/{world.desk('XE').participant[:16]}/duty/"))
        assert "Clock 24 hours ahead" in history
        assert "0.1.0" in history


def test_planned_work_there_is_said_wherever_the_desk_shows_and_stands_not_among_what_is_wrong(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        plan(world, "XD", hours=2)
        look(world, "XC")
        world.network.down.add("XD")
        look(world, "XC")
        visitor, named = visit(world, "XC"), f"{world.desk('XD').participant[:16]}/duty/"
        said = plain(visitor.see("checks/"))
        assert "does not answer as it should" not in said
        assert "Planned work there from" in said
        assert "Planned work Not reached" in plain(visitor.see(f"checks/{named}"))
        assert "its answer may come later" in visitor.see(f"centres/{named}")


def test_a_person_asked_during_planned_work_is_shown_so_by_both_sides_and_left_out_of_the_trend(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        plan(world, "XD", hours=2)
        look(world, "XC")
        there = world.desk("XD")
        persons.ask_persons(world.nodes["XC"], place(world, "XC"), [there, world.desk("XE")])
        world.work()
        world.advance(hours=1)
        visitor, named = visit(world, "XC"), f"checks/{there.participant[:16]}/duty/"
        said = plain(visitor.see("checks/"))
        assert said.count("It was asked during planned work there.") == 1
        history = plain(visitor.see(named))
        assert "1 check fell into planned work and is left out of this." in history
        assert "Not yet Planned work" in history
        assert "fell into" not in plain(visitor.see(f"checks/{world.desk('XE').participant[:16]}/duty/"))
        ours = plain(visit(world, "XD").see("checks/"))
        assert "1 check fell into planned work and is left out of this." in ours
        assert "Not yet Planned work" in ours


def test_a_silent_worker_is_shown_as_at_planned_work_in_the_history(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        watching.note_beat(world.nodes["XD"])
        plan(world, "XD", hours=2, whole_node=True)
        world.advance(hours=1)
        look(world, "XC")
        history = plain(visit(world, "XC").see(f"checks/{world.desk('XD').participant[:16]}/duty/"))
        assert "Works Planned work" in history


def test_the_sender_reads_since_when_somebody_is_on_duty_there_by_the_clock_there(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        keep_rota(world, "XD", "ada", "bo", hours=4)
        world.advance(hours=5)
        look(world, "XC")
        world.advance(minutes=40)
        there, since = world.desk("XD"), world.clock.at - timedelta(hours=1, minutes=40)
        visitor = visit(world, "XC")
        said = plain(visitor.see(f"centres/{there.participant[:16]}/duty/"))
        (words,) = re.findall(
            r"on duty since [^,]*?(\d\d:\d\d)[^,]*(?:, [^,]*)?, as its node said 40 minutes ago", said
        )
        assert words == f"{since:%H:%M}"
        assert "Ada" not in said
        assert "as its node said" not in visitor.see(f"centres/{world.desk('XE').participant[:16]}/duty/")
        office = DeskRef("register", "office", "front")
        with unit_of_work(world.nodes["XC"]):
            declared = {"kind": "technical", "languages": [], "expected": {}, "parts": []}
            OwnDesk.objects.create(
                register=world.register, participant="register", node="office", desk="front", **declared
            )
        secretariat = visit_desk(world.nodes["XC"], world.register, office)
        assert "as its node said" not in secretariat.see(f"centres/{there.participant[:16]}/duty/")


def test_a_node_is_looked_at_from_its_page_and_all_of_them_by_the_worker(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor, desk = visit(world, "XC"), world.desk("XD")
        answered = visitor.send("checks/run", desk=key_of(desk))
        assert answered["location"].endswith(f"checks/{desk.participant[:16]}/duty/?said=check-made")
        assert [code for code, _ in world.network.requests] == ["XD"]
        with unit_of_work(world.nodes["XC"]):
            Timer.objects.create(name=asking.CHECK_NODES, due=world.clock.at + timedelta(days=1))
        world.advance(seconds=2)
        visitor.send("checks/run")
        with world.at("XC"):
            assert Timer.objects.get(name=asking.CHECK_NODES).due == world.clock.at
        assert asking.look_around(world.nodes["XC"]) == 2


def test_a_person_is_asked_with_one_button_and_answers_with_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor, desk = visit(world, "XC"), world.desk("XD")
        visitor.send("checks/ask", desk=key_of(desk))
        world.work()
        there = visit(world, "XD")
        assert "Line test" in there.see()
        with world.at("XD"):
            message = IncomingCopy.objects.get(owed=True).message_id
        world.advance(minutes=7)
        there.send("acknowledge", message=message, back="desk")
        world.work()
        assert "A person answered within 7 minutes." in plain(visitor.see("checks/"))
        assert "within 7 minutes" in plain(there.see("checks/"))
        assert "a person last answered a check" in visitor.see(f"centres/{desk.participant[:16]}/duty/")


def test_all_are_asked_at_once_and_a_round_is_planned(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        visitor.send("checks/ask")
        visitor.send("checks/plan", cadence="monthly")
        with world.at("XC"):
            assert OutgoingMessage.objects.filter(form="line-test").count() == 2
            assert CheckPlan.objects.get().due == world.clock.at + timedelta(days=30)
            assert set(AuditRow.objects.values_list("action", flat=True)) >= {"check-sent", "checks-planned"}
        assert "Every month; the next round begins" in plain(visitor.see("checks/"))
        visitor.send("checks/plan", cadence="hourly", status=404)


def test_what_stands_in_no_register_cannot_be_checked_and_roles_are_kept(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        for page in ("checks/run", "checks/ask"):
            visitor.send(page, desk=key_of(DeskRef("f" * 64, "main", "duty")), status=404)
            visitor.send(page, desk=key_of(world.desk("XC")), status=404)
        auditor = visit(world, "XC", Role.AUDITOR)
        assert "Look at every node now" not in auditor.see("checks/")
        for page in ("checks/run", "checks/ask", "checks/plan", "entry/confirm"):
            auditor.send(page, status=403)


def test_the_secretariat_reads_whether_and_no_time_and_has_no_history(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, office = world.nodes["XC"], DeskRef("register", "office", "front")
        look(world, "XC")
        persons.ask_persons(node, place(world, "XC"), [world.desk("XD"), world.desk("XE")])
        world.work()
        world.advance(minutes=7)
        answer(world, "XD")
        world.work()
        with unit_of_work(node):  # As if the desk that asked were the secretariat's.
            own = {"participant": world.desk("XC").participant, "node": "main", "desk": "duty"}
            there = {"participant": "register", "node": "office", "desk": "front"}
            OutgoingMessage.objects.filter(**own).update(**there)
            Case.objects.filter(**own).update(**there)
            declared = {"kind": "technical", "languages": [], "expected": {}, "parts": []}
            OwnDesk.objects.create(register=world.register, **there, **declared)
        visitor = visit_desk(node, world.register, office)
        page = visitor.see("checks/")
        tiles = page[page.index('class="tiles"') : page.index("</ul>", page.index('class="tiles"'))]
        said = plain(tiles)
        assert "A person answered." in said
        assert "No person has answered." in said
        assert "Answered" in said
        assert "ago" not in said
        assert "minutes" not in said
        assert "href" not in tiles
        assert visitor.get(visitor.at(f"checks/{world.desk('XD').participant[:16]}/duty/")).status_code == 404


def test_another_desk_of_the_same_node_reads_sums_alone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, other = world.nodes["XC"], DeskRef(world.desk("XC").participant, "main", "night")
        persons.ask_persons(node, place(world, "XC"), [world.desk("XD")])
        with unit_of_work(node):
            OwnDesk.objects.create(register=world.register, participant=other.participant, node="main", desk="night",
                                   kind="technical", languages=[], expected={}, parts=[])  # fmt: skip
        visitor = visit_desk(node, world.register, other)
        said = plain(visitor.see("checks/"))
        assert "No person was asked yet." in said
        assert "A person was asked" not in said
        assert "fewer than 5 were asked" in said


@pytest.mark.parametrize(("days", "word"), [(10, ""), (91, "Confirmation due"), (121, "Stale")])
def test_every_list_says_how_fresh_an_entry_is(tmp_path: Path, days: int, word: str) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        world.advance(days=days)
        visitor = visit(world, "XC")
        for page in (f"centres/{world.desk('XD').participant[:16]}/duty/", "register/", "find/?q=XD"):
            said = plain(visitor.see(page))
            assert "confirmed" in said, page
            assert (word in said) if word else ("Stale" not in said and "Confirmation due" not in said), page


def test_the_owner_is_reminded_after_90_days_and_confirms_with_one_button(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert "confirm without a change" not in visit(world, "XC").see()
        world.advance(days=91)
        visitor = visit(world, "XC")
        assert "All of it still holds: confirm without a change" in visitor.see()
        assert "Its directory manager confirms" in visit(world, "XC", Role.OFFICER).see()


def test_a_silent_worker_and_keys_that_end_stand_on_the_page_of_the_desk(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        assert "This desk itself" not in visit(world, "XC").see()
        watching.note_beat(node)
        world.advance(minutes=12)
        visitor = visit(world, "XC")
        assert "has given no sign for 12 minutes" in plain(visitor.see())
        with unit_of_work(node):
            HeldKey.objects.filter(desk="duty").update(created_at=world.clock.at - timedelta(days=46))
        assert "Sealing key of this contact centre" in visitor.see()
        watching.note_beat(node)
        assert "has given no sign" not in plain(visitor.see())
