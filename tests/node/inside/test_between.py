"""Do two nodes of one State share a case, hand it over and take it back, and does nothing of it go anywhere else?"""

from __future__ import annotations

import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from liaison.errors import MalformedError, UsageError
from liaison.messages.message import open_message
from liaison.node.models import AttachmentRow, Case, CaseShare, IncomingCopy, InternalCase, OutgoingCopy
from liaison.node.reads.desk.in_turn import in_turn
from liaison.node.reads.desk.listing import Reader
from liaison.node.reads.desk.waiting import follow_ups
from liaison.node.reads.desk.year import read_year
from liaison.node.reads.inside.between import elsewhere_desks, read_shared, received_cases
from liaison.node.reads.inside.sharing import held_case
from liaison.node.services.desk.answering import acknowledge_message
from liaison.node.services.desk.following import FollowUpRead, set_follow_up
from liaison.node.services.inside.between.answering import give_up, take_over
from liaison.node.services.inside.between.sharing import end_between, share_between
from liaison.node.services.inside.retention import keep_retention
from liaison.node.services.inside.sharing import add_note
from liaison.node.services.inside.sharing import share as share_here
from liaison.node.services.line.attachments import open_attachment, seal_attachment
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.services.line.transcripts import export_transcript
from liaison.node.services.people.case_access import close_case
from liaison.officers.permissions import Role
from tests.node.inside.desks import other_desk, seat
from tests.node.inside.test_retention import keep
from tests.node.inside.two_nodes import TwoNodes, an_offer, share
from tests.world import NOTICE

NOTE = "juniper-anvil-marmot"
READER = Reader(contents=True)
UTC = zoneinfo.ZoneInfo("UTC")


def test_a_case_is_read_on_the_other_node_with_its_files_and_without_the_notes_on_it(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        file = seal_attachment(world.nodes["XC"], name="log.csv", media_type="text/csv", chunks=[b"192.0.2.10"])
        (sent,) = world.send("XC", "XD", attachments=(file,))
        world.work()
        place, by = seat(world, "XD", Role.OFFICER)
        add_note(world.nodes["XD"], place, sent.case, NOTE, by=by)
        internal = share(world, sent.case, "information")
        node, (there, _) = world.nodes["XD2"], seat(world, "XD2", Role.OFFICER)
        (row,) = received_cases(node, there)
        assert (row.internal, row.about, row.other) == (internal, sent.case, world.desk("XD"))
        shared = read_shared(node, there, internal)
        (statement,) = shared.report.statements
        assert statement.fields["title"]["text"] == "Scanning of port 22"  # type: ignore[index,call-overload]
        assert statement.core.sender == world.desk("XC")
        assert [each.name for each in shared.core.attachments] == ["transcript.json", "log.csv"]
        assert b"".join(open_attachment(node, shared.core.attachments[1])) == b"192.0.2.10"
        with world.at("XD2"):
            assert not Case.objects.filter(case=sent.case).exists()
            texts = [bytes(each.plaintext) for each in IncomingCopy.objects.all()]
        texts.append(b"".join(open_attachment(node, shared.core.attachments[0])))
        texts += [request.body for _, request in world.network.requests]
        assert not any(NOTE.encode() in each for each in texts)


def test_what_was_said_since_is_shared_anew_in_the_same_internal_case_and_taken_back_from_all(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        internal = share(world, sent.case, "information")
        acknowledge_message(world.nodes["XD"], world.desk("XD"), sent.message_id, officer=1)
        assert share(world, sent.case, "information") == internal
        node, (there, _) = world.nodes["XD2"], seat(world, "XD2", Role.OFFICER)
        assert len(read_shared(node, there, internal).report.statements) == 2
        place, by = seat(world, "XD", Role.OFFICER)
        end_between(world.nodes["XD"], place, sent.case, world.desk("XD2"), by=by)
        end_between(world.nodes["XD"], place, sent.case, world.desk("XD2"), by=by)
        world.work()
        assert received_cases(node, there) == []
        with pytest.raises(UsageError, match="internal-not-open"):
            read_shared(node, there, internal)
        with world.at("XD"):
            assert not CaseShare.objects.exists()


def test_a_case_handed_over_stays_until_it_is_taken_and_the_other_side_is_told_in_a_new_case(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD", fields={**NOTICE, "expectation": "answer-asked"})
        world.work()
        duty, node, there = world.nodes["XD"], world.nodes["XD2"], seat(world, "XD2", Role.OFFICER)
        (place, officer), other = seat(world, "XD", Role.OFFICER), world.desk("XD2")
        due = FollowUpRead(world.clock.now(), "call them")
        set_follow_up(duty, place.desk, sent.case, due, officer=officer)
        internal = share(world, sent.case, "handed-over")
        assert held_case(duty, place, sent.case).answers
        assert len(follow_ups(duty, place.desk, world.clock.now()).rows) == 1
        with pytest.raises(UsageError, match="share-handed-already"):
            ministry, offer = other_desk(world, "XD"), an_offer(world)
            share_here(duty, place, sent.case, ministry, "handed-over", by=officer, offer=offer)
        (told,) = take_over(node, there[0], internal, by=there[1])
        with pytest.raises(UsageError, match="internal-not-open"):
            take_over(node, there[0], internal, by=there[1])
        world.work()
        assert not held_case(duty, place, sent.case).answers
        assert in_turn(duty, place.desk, reader=READER).us.rows == ()
        assert follow_ups(duty, place.desk, world.clock.now()).rows == ()
        with world.at("XC"):
            core = open_message(bytes(IncomingCopy.objects.get(form="continuation").plaintext))
        assert (core.core.case, core.core.re) == (told.case, sent.core_hash)
        assert core.core.parties == {world.desk("XC"), other}
        assert core.fields["case"] == sent.case
        assert core.fields["previous"] == {"desk": "duty", "node": "main", "participant": other.participant}
        # Nothing of it is in the transcript of the case, and the case is counted once, where it was received.
        assert internal.encode() not in export_transcript(duty, sent.case, own=place.desk)
        with world.at("XD"):
            Case.objects.update(exercise=False)
        with world.at("XD2"):
            Case.objects.update(exercise=False)
        assert len(read_year(duty, place.desk, 2026, UTC).cases) == 1
        assert read_year(node, other, 2026, UTC).cases == ()


def test_an_offer_that_lapsed_is_taken_over_no_more_and_the_case_can_be_offered_elsewhere(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        duty, node, (there, by) = world.nodes["XD"], world.nodes["XD2"], seat(world, "XD2", Role.OFFICER)
        (place, officer), ministry = seat(world, "XD", Role.OFFICER), other_desk(world, "XD")
        handing: dict[str, Any] = {"purpose": "handed-over", "by": officer}
        with pytest.raises(UsageError, match="handing-over-deadline"):
            share_between(duty, place, sent.case, world.desk("XD2"), **handing)
        for offer in (an_offer(world, "passes"), an_offer(world, minutes=4), an_offer(world, minutes=15 * 24 * 60)):
            with pytest.raises(UsageError, match="handing-over-deadline"):
                share_between(duty, place, sent.case, world.desk("XD2"), **handing, offer=offer)
        with world.at("XD"):
            assert not CaseShare.objects.exists(), "nothing was shared"
        offer = an_offer(world, "lapses")
        share_between(duty, place, sent.case, world.desk("XD2"), **handing, offer=offer)
        world.work()
        (row,) = received_cases(node, there)
        assert row.offer == offer, "the desk that is asked knows by when, and what its silence means"
        share_between(duty, place, sent.case, world.desk("XD2"), **handing)  # What was said since: the same offer.
        world.work()
        assert received_cases(node, there)[0].offer == offer
        with pytest.raises(UsageError, match="share-handed-already"):
            share_here(duty, place, sent.case, ministry, **handing, offer=an_offer(world))
        world.advance(minutes=61)
        with pytest.raises(UsageError, match="handing-over-lapsed"):
            take_over(node, there, row.internal, by=by)
        with world.at("XD2"):  # As a node that did not look at the deadline would have it.
            InternalCase.objects.update(deadline=None)
        take_over(node, there, row.internal, by=by)
        world.work()
        assert held_case(duty, place, sent.case).answers, "a word that came too late moves nothing"
        share_here(duty, place, sent.case, ministry, **handing, offer=an_offer(world))


def test_a_case_taken_over_in_time_is_handed_over_however_late_its_word_arrives(tmp_path: Path) -> None:
    for silence in ("stays", "lapses"):
        (tmp_path / silence).mkdir()
        with TwoNodes(tmp_path / silence) as world:
            (sent,) = world.send("XC", "XD")
            duty, node, (there, by) = world.nodes["XD"], world.nodes["XD2"], seat(world, "XD2", Role.OFFICER)
            place, officer = seat(world, "XD", Role.OFFICER)
            handing: dict[str, Any] = {"purpose": "handed-over", "by": officer, "offer": an_offer(world, silence)}
            share_between(duty, place, sent.case, world.desk("XD2"), **handing)
            world.work()
            world.advance(minutes=59 if silence == "lapses" else 61)
            take_over(node, there, received_cases(node, there)[0].internal, by=by)
            world.network.down.add("XD")
            world.work("XD2")
            world.advance(minutes=30)
            assert held_case(duty, place, sent.case).answers, "its word has not come"
            world.network.down.clear()
            world.work()
            assert not held_case(duty, place, sent.case).answers


def test_what_was_offered_is_refused_and_what_was_taken_is_given_back(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        node, (there, by) = world.nodes["XD2"], seat(world, "XD2", Role.OFFICER)
        place, _ = seat(world, "XD", Role.OFFICER)
        for taken in (False, True):
            internal = share(world, sent.case, "handed-over")
            if taken:
                take_over(node, there, internal, by=by)
                world.work()
                assert not held_case(world.nodes["XD"], place, sent.case).answers
            give_up(node, there, internal, by=by, remark={"lang": "en", "text": "Not ours."})
            world.work()
            assert held_case(world.nodes["XD"], place, sent.case).answers
            assert received_cases(node, there) == []
            with world.at("XD"):
                codes = [
                    open_message(bytes(each.plaintext)).fields["answer"]
                    for each in IncomingCopy.objects.filter(case=internal, form="internal-answer")
                ]
                InternalCase.objects.all().delete()
            assert codes[-1] == ("given-back" if taken else "refused")


def test_no_desk_of_another_participant_nor_an_unknown_one_is_ever_given_a_case(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        node, (place, by) = world.nodes["XD"], seat(world, "XD", Role.OFFICER)
        assert elsewhere_desks(node, place) == [world.desk("XD2")]
        for other in (world.desk("XC"), world.desk("XD"), world.desk("XD2", "nobody")):
            with pytest.raises(UsageError, match="share-not-understood"):
                share_between(node, place, sent.case, other, "information", by=by)
        letter = Letter(
            register=world.register,
            sender=world.desk("XD"),
            to=(world.desk("XC"),),
            form="internal-answer",
            fields={"answer": "cleared"},
            re=sent.core_hash,
        )
        with pytest.raises(MalformedError, match="form-stays-inside"):
            send_letter(node, letter)
        auditor, by = seat(world, "XD", Role.AUDITOR)
        with pytest.raises(UsageError, match="not-permitted"):
            share_between(node, auditor, sent.case, world.desk("XD2"), "information", by=by)
        with world.at("XD"):
            assert not OutgoingCopy.objects.exists()
            assert not CaseShare.objects.exists()


def test_red_closed_and_internal_cases_go_to_no_other_node(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (red,) = world.send("XC", "XD", tlp="red")
        (closed,) = world.send("XC", "XD")
        (shown,) = world.send("XC", "XD")
        node, (place, by) = world.nodes["XD"], seat(world, "XD", Role.OFFICER)
        close_case(node, place, closed.case, officers=[by], by=by)
        internal = share(world, shown.case, "information")
        for case, code in ((red.case, "label-forbids"), (closed.case, "share-closed"), (internal, "share-internal")):
            with pytest.raises(UsageError, match=code):
                share_between(node, place, case, world.desk("XD2"), "information", by=by)
        for code in ("XD", "XD2"):
            with pytest.raises(UsageError, match="transcript-inside"):
                export_transcript(world.nodes[code], internal)


def test_with_a_destroyed_case_go_the_transcripts_that_were_given_of_it(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        acknowledge_message(world.nodes["XD"], world.desk("XD"), sent.message_id, officer=1)
        share(world, sent.case, "information")
        keep(world, "XD", 1, 2, 3)
        for _ in range(5):
            world.advance(days=1)
            keep_retention(world.nodes["XD"])
        with world.at("XD"):
            assert Case.objects.get(case=sent.case).destroyed_at is None, "a shared case is kept"
        place, by = seat(world, "XD", Role.OFFICER)
        end_between(world.nodes["XD"], place, sent.case, world.desk("XD2"), by=by)
        world.work()
        world.advance(seconds=timedelta(days=1).total_seconds())
        keep_retention(world.nodes["XD"])
        with world.at("XD"):
            assert all(case.destroyed_at is not None for case in Case.objects.all())
            assert not AttachmentRow.objects.exists()
            assert not OutgoingCopy.objects.exclude(plaintext=b"").exists()
