"""Do the desks of one State clear, share, note and keep on the pages what they may, and nobody else?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from liaison.messages.message import open_message
from liaison.node.models import AuditRow, CaseNote, ClearanceRequest, Officer, OutgoingCopy, OutgoingMessage
from liaison.node.services.desk.answering import acknowledge_message
from liaison.node.services.inside.clearance import keep_deadlines
from liaison.node.services.inside.retention import keep_retention
from liaison.node.services.line.transcripts import export_transcript
from liaison.officers.clearance import Demand, Silence
from liaison.officers.permissions import Role
from liaison.web.pages.write.cards import desk_key
from tests.node.inside.desks import other_desk, rule
from tests.web.test_write import send, written
from tests.web.visiting import Visitor, visit
from tests.world import World

NOTE = "juniper-anvil-marmot"
NEEDED: dict[str, Any] = {"form": "", "urgency": "", "demand": "needed", "minutes": "90", "silence": "returns"}


def test_a_notice_waits_is_read_by_a_second_person_returned_and_cleared(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        manager = visit(world, "XC", Role.DIRECTORY)
        assert "Nobody at this desk may clear messages." in manager.see("administration/clearance")
        manager.send("administration/clearance", **NEEDED)
        writer, approver = visit(world, "XC", Role.OFFICER), visit(world, "XC", Role.APPROVER)
        number = written(writer, "XD")
        assert "within 90 minutes" in writer.see(f"write/{number}/check")
        where = send(writer, number).headers["Location"].split("?")[0].removeprefix(writer.base)
        assert "Waits for clearance" in writer.see("write/")
        assert "a colleague decides" in writer.see(where)
        writer.send(f"{where}/decide", status=403, what="clear")
        assert "Waiting for clearance" in approver.see()
        page = approver.see(where)
        assert "EXERCISE. Nothing in this message is real." in page
        assert "Scanning of port 22" in page
        assert "192.0.2.10" in page
        approver.send(f"{where}/decide", status=400, what="return", reason="")
        approver.send(f"{where}/decide", what="return", reason="Name the network <b>first</b>.")
        assert "Name the network &lt;b&gt;first&lt;/b&gt;." in writer.see(f"write/{number}/check")
        again = send(writer, number).headers["Location"].split("?")[0].removeprefix(writer.base)
        approver.send(f"{again}/decide", what="clear")
        with world.at("XC"):
            assert OutgoingMessage.objects.get().cleared == "approved"
        assert "Cleared and sent" in approver.see(again)
        assert "Nothing of this desk waits" in approver.see("clearance/")


def test_a_page_that_was_open_when_the_deadline_passed_decides_nothing_and_says_why(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED, silence=Silence.PASSES)
        writer, approver = visit(world, "XC", Role.OFFICER), visit(world, "XC", Role.APPROVER)
        where = send(writer, written(writer, "XD")).headers["Location"].split("?")[0].removeprefix(writer.base)
        assert "Without a decision it is sent then." in approver.see(where)
        world.advance(minutes=59)
        writer.see()
        approver.see()
        world.advance(minutes=2)
        page = approver.send(f"{where}/decide", status=400, what="clear").content.decode()
        assert "The time to decide about this message was over, and nobody had decided." in page
        assert "Clear it: sign, seal and send now" not in page
        assert "The time to decide is over." in page
        keep_deadlines(world.nodes["XC"])
        page = approver.see(where)
        assert "Nobody decided by the deadline" in page
        assert "Cleared and sent" not in page


def test_what_came_back_says_whether_nobody_decided_or_its_writer_took_it_back_and_its_draft_bears_it(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        writer = visit(world, "XC", Role.OFFICER)
        number = written(writer, "XD")
        where = send(writer, number).headers["Location"].split("?")[0].removeprefix(writer.base)
        assert "Not cleared" not in writer.see("write/")
        writer.send(f"{where}/back")
        assert "Its writer took it back." in writer.see(f"write/{number}/check")
        assert "Not cleared" not in writer.see("write/"), "they know"
        send(writer, number)
        world.advance(minutes=59)
        writer.see()
        world.advance(minutes=2)
        keep_deadlines(world.nodes["XC"])
        assert "Nobody decided in time." in writer.see(f"write/{number}/check")
        for page in ("", "write/"):
            assert "Not cleared" in writer.see(page)


def test_what_was_sent_alone_and_nobody_looked_at_within_the_day_is_overdue(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        writer = visit(world, "XC", Role.OFFICER)
        send(writer, written(writer, "XD", urgency="urgent"), alone="on")
        assert "overdue" not in visit(world, "XC", Role.APPROVER).see("clearance/")
        world.advance(hours=25)
        assert "overdue by 60 minutes" in visit(world, "XC", Role.APPROVER).see("clearance/")


def test_one_person_sends_an_urgent_notice_alone_and_another_ticks_it_off_next_day(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visit(world, "XC", Role.ADMINISTRATOR).send("administration/clearance", **NEEDED)
        writer, approver = visit(world, "XC", Role.APPROVER), visit(world, "XC", Role.APPROVER)
        number = written(writer, "XD", urgency="urgent")
        assert "write/sent/" in send(writer, number, alone="on").headers["Location"]
        assert "EXERCISE" in approver.see("clearance/")
        line = re.search(r"clearance/review/(\d+)", approver.see("clearance/"))
        assert line is not None
        assert "clearance/review/" not in writer.see("clearance/")
        assert "1 message left without a second person" in approver.see()
        approver.send(line[0])
        assert "Nothing left that nobody looked at." in approver.see("clearance/")


def test_a_returned_answer_opens_in_its_form_with_what_was_typed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        visit(world, "XD", Role.ADMINISTRATOR).send("administration/clearance", **NEEDED)
        writer, approver = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.APPROVER)
        typed: dict[str, Any] = {
            "re": sent.message_id,
            "field.answer": "accepted",
            "field.nature": "We look <today>.",
            "field.nature.lang": "en",
        }
        answer = writer.send(f"cases/{sent.case}/say/reply", **typed)
        assert answer.headers["Location"].endswith("?said=handed-in")
        with world.at("XD"):
            number = ClearanceRequest.objects.get().pk
            assert [row.form for row in OutgoingMessage.objects.all()] == ["acknowledgement"]
        approver.send(f"clearance/{number}/decide", what="return", reason="Say by when.")
        assert "Say by when." in writer.see("clearance/")
        page = writer.get(writer.at(f"cases/{sent.case}/say/reply"), {"returned": number}).content.decode()
        assert "We look &lt;today&gt;." in page


def test_what_came_back_to_an_officer_who_left_is_gone_on_with_by_a_colleague(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        admin = visit(world, "XD", Role.ADMINISTRATOR)
        admin.send("administration/clearance", **NEEDED)
        writer, approver = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.APPROVER)
        typed: dict[str, Any] = {"re": sent.message_id, "field.answer": "accepted", "field.nature": "We look."}
        writer.send(f"cases/{sent.case}/say/reply", **typed, **{"field.nature.lang": "en"})
        with world.at("XD"):
            number = ClearanceRequest.objects.get().pk
        approver.send(f"clearance/{number}/decide", what="return", reason="Say by when.")
        colleague = visit(world, "XD", Role.OFFICER)
        assert "Say by when." not in colleague.see("clearance/")
        admin.send(f"administration/officers/{writer.officer}/leave")
        assert "Say by when." in colleague.see("clearance/")
        page = colleague.see(f"cases/{sent.case}/say/reply", returned=str(number))
        assert "We look." in page
        colleague.send(f"cases/{sent.case}/say/reply", **typed, **{"field.nature.lang": "en"})
        assert "Say by when." not in colleague.see("clearance/")


def test_nothing_is_added_to_a_case_that_was_archived_or_destroyed_while_its_page_was_open(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        case = world.send("XC", "XD")[0].case
        key = desk_key(other_desk(world, "XC"))
        rules = {"form": "", "marking": "", "close": "1", "archive": "2", "destroy": "30"}
        visit(world, "XC", Role.ADMINISTRATOR).send("administration/retention", **rules)
        for days, state in ((2, "archived"), (28, "destroyed")):
            world.advance(days=days)
            for _ in range(3):
                keep_retention(world.nodes["XC"])
            officer = visit(world, "XC", Role.OFFICER)
            found = officer.see("cases/", state="archived")
            assert (case in found) is (state == "archived")
            offered = {"desk": key, "purpose": "information", "minutes": "60", "silence": "stays"}
            parts: dict[str, dict[str, Any]] = {"note": {"words": NOTE}}
            if state == "destroyed":  # An archived case is read on, and a follow-up keeps it from being destroyed.
                parts |= {"readers/close": {"officer": str(officer.officer)}, "share": offered}
                parts |= {"follow-up": {"day": "2027-06-01", "note": NOTE}}
            for tail, given in parts.items():
                answer = officer.post(officer.at(f"cases/{case}/{tail}"), given)
                told = answer.content.decode()
                assert answer.status_code == 400 and f"case-{state}" in told, (
                    state,
                    tail,
                    answer.status_code,
                    told[-900:],
                )
        with world.at("XC"):
            assert not CaseNote.objects.exists()


def test_roles_other_desks_and_other_participants_are_refused(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visit(world, "XC", Role.ADMINISTRATOR).send("administration/clearance", **NEEDED)
        writer = visit(world, "XC", Role.OFFICER)
        where = send(writer, written(writer, "XD")).headers["Location"].split("?")[0].removeprefix(writer.base)
        for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR):
            visitor = visit(world, "XC", role)
            visitor.see("administration/clearance", status=403)
            visitor.see("administration/retention", status=403)
        for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.DIRECTORY):
            visit(world, "XC", role).see(where, status=403)
        other_desk(world, "XC")
        visit(world, "XC", Role.APPROVER, desk="ministry").see(where, status=404)
        visit(world, "XD", Role.APPROVER).see(where, status=404)


def share(visitor: Visitor, world: World, case: str, purpose: str, *, status: int = 302) -> None:
    key = desk_key(world.desk("XD", "ministry"))
    visitor.send(f"cases/{case}/share", desk=key, purpose=purpose, minutes="60", silence="stays", status=status)


def test_a_case_shared_for_information_is_read_and_noted_on_but_not_answered(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        (hidden,) = world.send("XC", "XD")
        other_desk(world, "XD")
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.OFFICER, desk="ministry")
        path = f"cases/{sent.case}/"
        ministry.see(path, status=404)
        share(duty, world, sent.case, "information")
        assert "For information" in ministry.see()
        page = ministry.see(path)
        assert "Scanning of port 22" in page
        assert re.search(r"This case belongs to <bdi[^>]*>State XD / duty</bdi>", page)
        assert "(this desk)" not in page
        assert "say/reply" not in page
        assert ">Acknowledge<" not in page
        ministry.see(f"{path}transcript", status=404)
        reply: dict[str, Any] = {"re": sent.message_id, "field.answer": "accepted"}
        ministry.send(f"{path}say/reply", status=400, **reply)
        ministry.send("acknowledge", status=400, message=sent.message_id, case=sent.case)
        ministry.send(f"{path}note", words=NOTE)
        assert NOTE in duty.see(path)
        ministry.see(f"cases/{hidden.case}/", status=404)
        ministry.send(f"cases/{hidden.case}/note", status=404, words=NOTE)
        with world.at("XD"):
            assert not OutgoingMessage.objects.exists()
            lines = AuditRow.objects.filter(action="case-shared", subject=sent.case)
            assert sorted(row.params["desk"] for row in lines) == ["duty", "ministry"]


def test_a_case_handed_over_is_answered_by_the_other_desk_in_the_name_of_the_first(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        (hidden,) = world.send("XC", "XD")
        other_desk(world, "XD")
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.OFFICER, desk="ministry")
        share(duty, world, sent.case, "handed-over")
        path = f"cases/{sent.case}/"
        assert "say/reply" in duty.see(path), "an offer moves nothing"
        assert "say/reply" not in ministry.see(path)
        assert "To be taken over by" in ministry.see()
        duty.send(f"{path}take", status=400)
        ministry.send(f"cases/{hidden.case}/take", status=404)
        ministry.send(f"{path}take")
        ministry.send(f"{path}take", status=400)
        assert "say/reply" in ministry.see(path)
        assert "say/reply" not in duty.see(path)
        ministry.send("acknowledge", status=404, message=hidden.message_id, case=sent.case)
        reply: dict[str, Any] = {"re": sent.message_id, "field.answer": "accepted"}
        duty.send(f"{path}say/reply", status=400, **reply)
        ministry.send(f"{path}say/reply", **reply)
        with world.at("XD"):
            rows = set(OutgoingMessage.objects.values_list("form", "desk", "case"))
            assert rows == {("acknowledgement", "duty", sent.case), ("reply", "duty", sent.case)}
            lines = AuditRow.objects.filter(action="case-handed-over", subject=sent.case)
            assert sorted(row.params["desk"] for row in lines) == ["duty", "ministry"]
        assert "Handed over" in ministry.see()
        duty.send(f"{path}unshare", desk=desk_key(world.desk("XD", "ministry")))
        ministry.see(path, status=404)
        assert "say/reply" in duty.see(path)


def test_whoever_hands_a_case_over_says_by_when_and_sees_what_came_of_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        key = desk_key(other_desk(world, "XD"))
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.OFFICER, desk="ministry")
        path = f"cases/{sent.case}/"
        for minutes, silence in (
            ("", "stays"),
            ("4", "stays"),
            ("60", "passes"),
            ("99999999", "stays"),
            ("٦٠", "stays"),
        ):
            given = {"desk": key, "purpose": "handed-over", "minutes": minutes, "silence": silence}
            page = duty.send(f"{path}share", status=400, **given).content.decode()
            assert "says by when the other desk should take it" in page
        ministry.see(path, status=404)
        duty.send(f"{path}share", desk=key, purpose="handed-over", minutes="60", silence="lapses")
        assert "The offer lapses" in duty.see()
        assert "Take it over" in ministry.see(path)
        for _ in range(3):
            world.advance(minutes=25)
            first = (duty.see(), ministry.see())
        assert "This desk keeps the case." in first[0]
        assert "Nobody took it over by" in first[1]
        assert "Take it over" not in ministry.see(path)
        assert "has lapsed" in ministry.send(f"{path}take", status=400).content.decode()
        assert "say/reply" in duty.see(path)
        ministry.send(f"{path}unshare", desk=key)
        ministry.see(path, status=404)


def test_an_approver_of_the_other_desk_clears_in_a_case_shared_for_that(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        other_desk(world, "XD")
        visit(world, "XD", Role.ADMINISTRATOR).send("administration/clearance", **NEEDED)
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.APPROVER, desk="ministry")
        reply: dict[str, Any] = {"re": sent.message_id, "field.answer": "accepted"}
        duty.send(f"cases/{sent.case}/say/reply", **reply)
        with world.at("XD"):
            number = ClearanceRequest.objects.get().pk
        ministry.see(f"clearance/{number}", status=404)
        share(duty, world, sent.case, "clearance")
        ministry.send(f"clearance/{number}/decide", what="clear")
        with world.at("XD"):
            assert OutgoingMessage.objects.get(form="reply").cleared == "approved"


def test_a_case_is_shared_with_no_other_participant(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        duty = visit(world, "XD", Role.OFFICER)
        for desk in (world.desk("XC"), world.desk("XD"), world.desk("XD", "unknown")):
            duty.send(f"cases/{sent.case}/share", desk=desk_key(desk), purpose="information", status=400)


def test_internal_notes_are_in_no_message_transcript_or_export(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        duty = visit(world, "XD")
        path = f"cases/{sent.case}/"
        duty.send(f"{path}note", words=NOTE)
        reply: dict[str, Any] = {"re": sent.message_id, "field.answer": "accepted"}
        duty.send(f"{path}say/reply", **reply)
        world.work()
        node = world.nodes["XD"]
        told = [export_transcript(node, sent.case)]
        told += [duty.post(duty.at(f"{path}transcript"), {"what": "download"}).content]
        told += [duty.get(duty.at(each)).content for each in ("cases/export", "cases/", "")]
        with world.at("XD"):
            assert CaseNote.objects.get().words == NOTE
            told += [bytes(each.plaintext) for each in OutgoingCopy.objects.all()]
            told += [repr(list(AuditRow.objects.values())).encode()]
        assert len(told[1]) > len(sent.case)
        assert not any(NOTE.encode() in each for each in told)
        told_to_them = [request.body for _, request in world.network.requests]
        assert not any(NOTE.encode() in each for each in told_to_them)
        with world.at("XD"):
            fields = [open_message(bytes(each.plaintext)).fields for each in OutgoingCopy.objects.all()]
        assert NOTE not in repr(fields)


def test_administrators_see_metadata_of_a_case_and_none_of_its_notes(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        visit(world, "XD", Role.OFFICER).send(f"cases/{sent.case}/note", words=NOTE)
        page = visit(world, "XD", Role.ADMINISTRATOR).see(f"cases/{sent.case}/")
        assert NOTE not in page
        assert "Internal notes" not in page


def test_rules_of_retention_are_made_looked_at_held_and_leave_a_statement(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        acknowledge_message(world.nodes["XD"], world.desk("XD"), sent.message_id, officer=1)
        manager, reader = visit(world, "XD", Role.DIRECTORY), visit(world, "XD", Role.OFFICER)
        manager.send("administration/retention", status=400, what="rule", close="30", archive="20", destroy="10")
        manager.send("administration/retention", status=400, what="rule", close="x", archive="20")
        manager.send("administration/retention", what="rule", close="1", archive="2", destroy="3")
        page = manager.see("administration/retention")
        assert "Nothing is due." in page
        assert "Destroyed</span>" in page
        assert sent.case in page
        manager.send("administration/retention", what="hold", case=sent.case, reason="Asked for.")
        world.work()
        for _ in range(4):
            world.advance(days=1)
            keep_retention(world.nodes["XD"])
        with world.at("XD"):  # The officers' sessions are older than a day by now.
            assert Officer.objects.exists()
        manager, reader = visit(world, "XD", Role.DIRECTORY), visit(world, "XD", Role.OFFICER)
        assert "A hold stands against it" in manager.see("administration/retention")
        assert "Archived" in reader.see(f"cases/{sent.case}/")
        manager.send("administration/retention", what="lift", case=sent.case)
        keep_retention(world.nodes["XD"])
        statement = re.search(r"administration/retention/stub/\d+", manager.see("administration/retention"))
        assert statement is not None
        assert sent.case in manager.get(manager.at(statement[0])).headers["Content-Disposition"]
        assert "destroyed" in reader.see(f"cases/{sent.case}/", status=400)
        assert sent.case not in reader.see("cases/")
