"""Does an officer see what needs the desk, read a case, and answer from it, and nobody else's?"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from liaison.messages.message import kept_fields, open_message
from liaison.node.models import AuditRow, Case, IncomingCopy, Officer, OutgoingCopy, OutgoingMessage
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.cases import stand_again
from liaison.node.services.people.case_access import close_case
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Role
from tests.register.registry import small_register
from tests.web.visiting import Visitor, visit
from tests.world import NOTICE, World

pytestmark = pytest.mark.engine
ASKING = NOTICE | {
    "expectation": "answer-asked",
    "severity": {"common": 3, "own": None},
    "description": {"lang": "ar", "text": "مسح للمنافذ"},
    "own_reference": "XC-CERT-7",
    "observables": [
        {
            "kind": "ipv4", "value": "192.0.2.10", "role": "source", "source_port": 51044, "destination_port": 22,
            "protocol": "tcp", "count": 412, "first_seen": "2026-11-22T02:10:05Z", "last_seen": None, "offset": None,
        }
    ],
}  # fmt: skip


def real(folder: Path) -> World:
    """A world that is no rehearsal."""
    return World(folder, registry=small_register(rehearsal=False))


def ask(world: World, **changes: Any) -> str:
    """XC asks XD for an answer within two hours; the case."""
    given: dict[str, Any] = {"fields": ASKING, "urgency": "urgent", "wanted_by": "2026-11-22T05:02:00Z"}
    return world.send("XC", "XD", **(given | changes))[0].case


def test_a_notice_is_acknowledged_from_the_list_in_one_action_and_its_sender_sees_it(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        world.advance(minutes=7)
        duty = visit(world, "XD")
        page = duty.see()
        assert "Scanning of port 22" in page
        assert "waiting for 7 minutes" in page
        message = re.search(r'name="message" value="([^"]+)"', page)
        assert message
        answer = duty.send("acknowledge", message=message[1], back="desk")
        assert "told that a person of this desk has seen it" in duty.get(answer.headers["Location"]).content.decode()
        assert "Everything that came in has been acknowledged" in duty.see()
        world.work()
        told = visit(world, "XC").see(f"cases/{case}/")
        assert "acknowledged by the duty desk" in told


def test_an_acknowledgement_is_sent_once_however_often_the_button_is_pressed(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        ask(world)
        duty = visit(world, "XD")
        with world.at("XD"):
            message = IncomingCopy.objects.get().message_id
        for _ in range(3):
            duty.send("acknowledge", message=message)
        with world.at("XD"):
            assert OutgoingCopy.objects.filter(message__form="acknowledgement").count() == 1
            assert AuditRow.objects.filter(action="message-acknowledged").count() == 1


def test_the_clock_of_a_case_is_said_in_words_and_its_overrun_too(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        ask(world)
        duty = visit(world, "XD")
        assert "due in 2 hours" in duty.see()
        world.advance(hours=5)
        assert "overdue by 3 hours" in visit(world, "XD").see()


def test_a_case_shows_codes_in_words_text_in_its_language_and_observables_as_a_table(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        page = visit(world, "XD").see(f"cases/{case}/")
        for shown in (
            "TLP:AMBER",
            "Urgent",
            "An answer is asked for",
            "XC-CERT-7",
            "192.0.2.10",
            "51044",
            "3 · considerable",
        ):
            assert shown in page
        assert '<div class="pre" dir="auto" lang="ar">مسح للمنافذ</div>' in page


def test_a_reply_reaches_the_other_side_and_acknowledges_what_it_answers(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        duty = visit(world, "XD")
        with world.at("XD"):
            message = IncomingCopy.objects.get().message_id
        assert "Sending also acknowledges" in duty.see(f"cases/{case}/say/reply")
        given = {"field.answer": "accepted", "field.information": "Looking into it", "field.information.lang": "en"}
        duty.send(f"cases/{case}/say/reply", re=message, **given)
        world.work()
        page = visit(world, "XC").see(f"cases/{case}/")
        assert "Looking into it" in page
        assert "acknowledged by the duty desk" in page
        assert "Waiting for us" in page


def test_what_was_typed_is_still_there_after_an_error(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        duty = visit(world, "XD")
        answer = duty.send(f"cases/{case}/say/reply", status=400, **{"field.information": "Half a sentence"})
        page = answer.content.decode()
        assert "Half a sentence" in page
        assert 'href="#field-answer"' in page
        with world.at("XD"):
            assert not OutgoingCopy.objects.exists()


def test_a_label_weaker_than_the_messages_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world, tlp="red")
        duty = visit(world, "XD")
        with world.at("XD"):
            message = IncomingCopy.objects.get().message_id
        given = {"field.answer": "accepted", "field.information": "For all to see", "tlp": "clear", "re": message}
        page = duty.send(f"cases/{case}/say/reply", status=400, **given).content.decode()
        assert "For all to see" in page
        assert "what you typed is still in the form" in page


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ("call-note", {"field.at": "2026-11-22T03:00", "field.direction": "made", "field.summary": "We spoke",
                       "field.summary.lang": "en", "field.called_back": "yes"}),
        ("close", {"field.outcome": "resolved"}),
        ("information-request", {"field.question": "Which hosts?", "field.question.lang": "en",
                                 "field.reason": "They are yours", "field.reason.lang": "en"}),
    ],
)  # fmt: skip
def test_forms_of_a_case_are_sent_from_its_page(tmp_path: Path, form: str, given: dict[str, str]) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        visit(world, "XD").send(f"cases/{case}/say/{form}", **given)
        world.work()
        with world.at("XC"):
            assert IncomingCopy.objects.filter(form=form, verdict="accepted").count() == 1


def test_a_clarification_is_offered_to_diplomatic_desks_only(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        duty = visit(world, "XD")
        assert "say/clarification" not in duty.see(f"cases/{case}/")
        duty.see(f"cases/{case}/say/clarification", status=404)


def test_a_follow_up_comes_back_on_its_day_and_drafts_a_reminder(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        asker = visit(world, "XC")
        asker.send(f"cases/{case}/follow-up", day="2026-11-24", note="Ask again")
        assert "Ask again" not in asker.see()
        world.advance(days=2, hours=6)
        asker = visit(world, "XC")
        assert "Ask again" in asker.see()
        assert "say/reminder" in asker.see(f"cases/{case}/")
        asker.send(f"cases/{case}/say/reminder")
        asker.send(f"cases/{case}/follow-up", what="drop")
        assert "Ask again" not in asker.see()


def test_a_day_that_is_none_is_said_and_the_note_kept(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        for over in ("2026-11-20", "0001-01-01"):
            visit(world, "XC").send(f"cases/{case}/follow-up", status=400, day=over, note="Ask again")
        answer = visit(world, "XC").send(f"cases/{case}/follow-up", status=400, day="tomorrow", note="Ask again")
        assert "Ask again" in answer.content.decode()


def test_a_message_that_does_not_come_through_is_on_the_desk_of_its_sender(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        world.network.down.add("XD")
        ask(world)
        page = visit(world, "XC").see()
        assert "Tried once; it is tried again by itself." in page
        assert "The other node could not be reached" in page


def attached(world: World, name: str, data: bytes) -> str:
    """A case in which XC sent XD a file."""
    sealed = seal_attachment(world.nodes["XC"], name=name, media_type="text/html", chunks=[data])
    case = ask(world, attachments=(sealed,))
    world.work()
    return case


def test_a_file_is_only_ever_a_download_under_a_harmless_name(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = attached(world, "rows; <b>.html", b"<script>alert(1)</script>")
        duty = visit(world, "XD")
        link = re.search(r'href="([^"]+/files/[^"]+)"', duty.see(f"cases/{case}/"))
        assert link
        answer: Any = duty.get(link[1])
        assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="1-rows; _b_.html"'
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_transcript_shows_what_remains_and_leaves_out_what_was_ticked(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        duty = visit(world, "XD")
        with world.at("XD"):
            core = IncomingCopy.objects.get().core_hash
        preview = duty.send(f"cases/{case}/transcript", status=200, what="preview", withhold=f"{core}:description")
        assert "1 field is withheld" in preview.content.decode()
        assert "مسح" not in preview.content.decode()
        answer = duty.send(f"cases/{case}/transcript", status=200, what="download", withhold=f"{core}:description")
        shown = json.loads(answer.content)["disclosures"][core]
        assert shown["description"] is None
        assert shown["title"]["value"]["text"] == "Scanning of port 22"


def test_cases_are_filtered_searched_and_paged(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        for _ in range(26):
            world.send("XC", "XE")
        asker = visit(world, "XC")
        assert "27 cases · page 1 of 2" in re.sub(r"\s+", " ", asker.see("cases/"))
        assert "1 case" in asker.see("cases/", urgency="urgent")
        assert case in asker.see("cases/", text=case[:30])
        assert "1 case" in asker.see("cases/", text="xc-cert")
        assert "1 case" in asker.see("cases/", participant=world.registry.ids["XD"])
        assert "No case fits" in asker.see("cases/", state="closed")
        assert "No case fits" in asker.see("cases/", exercise="yes")


def test_the_export_of_cases_computes_nothing(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        ask(world)
        rows = list(csv.reader(io.StringIO(visit(world, "XC").see("cases/export").removeprefix("\ufeff"))))
        assert rows[1][5:8] == ["incident-notice", "urgent", ""]
        assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_an_exercise_says_so_on_the_desk_in_lists_and_in_its_case(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world, exercise=True)
        duty = visit(world, "XD")
        for page in (duty.see(), duty.see("cases/"), duty.see(f"cases/{case}/"), duty.see(f"cases/{case}/say/reply")):
            assert "EXERCISE" in page
        assert "EXERCISE" in duty.see("cases/export")


@pytest.mark.parametrize("tail", ["", "say/reply", "transcript"])
def test_a_case_of_another_desk_is_not_there(tmp_path: Path, tail: str) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        visit(world, "XE").see(f"cases/{case}/{tail}", status=404)


def test_an_auditor_sees_who_and_when_and_nothing_that_was_said(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        auditor = visit(world, "XD", Role.AUDITOR)
        for page in (auditor.see(), auditor.see("cases/"), auditor.see(f"cases/{case}/")):
            assert "Incident notice" in page
            for secret in ("Scanning of port 22", "XC-CERT-7", "192.0.2.10", "مسح"):
                assert secret not in page
        with world.at("XD"):
            message = IncomingCopy.objects.get().message_id
        auditor.send("acknowledge", status=403, message=message)
        auditor.see(f"cases/{case}/transcript", status=403)
        auditor.see("cases/export", status=403)


def test_empty_sections_say_what_it_means(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        page = visit(world, "XC").see()
        for words in ("Everything that came in has been acknowledged", "Everything this desk sent", "no cases yet"):
            assert words in page


def test_markup_in_a_message_stays_text(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        nasty = {"lang": "en", "text": '<img src=x onerror="alert(1)">'}
        case = ask(world, fields=ASKING | {"title": nasty, "description": nasty, "own_reference": "<b>"})
        duty: Visitor = visit(world, "XD")
        for page in (duty.see(), duty.see("cases/"), duty.see(f"cases/{case}/"), duty.see(f"cases/{case}/transcript")):
            assert "<img src=x" not in page
            assert "<b>" not in page


def test_a_case_closed_to_named_officers_shows_others_metadata_only(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        named, other = visit(world, "XD"), visit(world, "XD")
        seat = Seat(world.register, world.desk("XD"), frozenset({Role.OFFICER}))
        with world.at("XD"):
            first = Officer.objects.order_by("pk").first().pk
        close_case(world.nodes["XD"], seat, case, officers={first}, by=first)
        assert "192.0.2.10" in named.see(f"cases/{case}/")
        page = other.see(f"cases/{case}/")
        assert "closed to named officers" in page
        for seen in (page, other.see(), other.see("cases/"), other.see("cases/", text="XC-CERT-7")):
            for secret in ("Scanning of port 22", "192.0.2.10", "XC-CERT-7 "):
                assert secret not in seen
        for tail in ("say/reply", "transcript"):
            other.see(f"cases/{case}/{tail}", status=404)


def test_a_draft_is_on_the_desk_until_it_is_sent(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        duty = visit(world, "XD")
        assert "Drafts of this desk" not in duty.see()
        duty.send("write/", form="incident-notice")
        assert "Drafts of this desk" in duty.see()


def test_standings_made_again_from_the_messages_are_those_that_were_kept(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        case = ask(world)
        ask(world)
        world.advance(minutes=1)
        duty = visit(world, "XD")
        duty.send(f"cases/{case}/say/reply", **{"field.answer": "more-information-needed"})
        world.work()
        world.advance(hours=1)
        visit(world, "XC").send(f"cases/{case}/say/close", **{"field.outcome": "no-action-needed"})
        world.work()
        for code in ("XC", "XD"):
            with world.at(code):
                kept = list(Case.objects.order_by("pk").values()), list(IncomingCopy.objects.order_by("pk").values())
                Case.objects.update(form="", turn="nobody", due=None, incident_type="", others="", closed_at=None)
                IncomingCopy.objects.update(owed=False)
                stand_again(Case.objects, IncomingCopy.objects, OutgoingMessage.objects)
                made = list(Case.objects.order_by("pk").values()), list(IncomingCopy.objects.order_by("pk").values())
            assert made == kept


def test_fields_read_for_a_list_are_those_of_the_opened_message(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        ask(world)
        with world.at("XD"):
            plaintext = bytes(IncomingCopy.objects.get().plaintext)
        assert kept_fields(plaintext) == dict(open_message(plaintext).fields)


def test_an_answer_is_not_wanted_by_a_time_that_is_over(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        asker = visit(world, "XC")
        typed = {"field.question": "Which port?", "field.question.lang": "en", "field.reason": "It is yours."}
        typed |= {"field.reason.lang": "en", "re": "", "wanted_by": "2020-01-01T10:00"}
        page = asker.send(f"cases/{sent.case}/say/information-request", status=400, **typed).content.decode()
        assert "is over already" in page
        assert 'value="2020-01-01T10:00"' in page
        begun = asker.send("write/", form="incident-notice").headers["Location"].removeprefix(asker.base)
        where = begun.rsplit("/", 1)[0]
        how = {"stage": "notification", "tlp": "amber", "urgency": "routine", "wanted_by": "2020-01-01T10:00"}
        version = re.search(r'name="version" value="([^"]*)"', asker.see(f"{where}/how"))
        assert version is not None
        page = asker.send(f"{where}/how", status=200, version=version[1], go="next", **how).content.decode()
        assert "is over already" in page
