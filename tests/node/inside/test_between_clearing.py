"""Does a desk on another node of the State clear what is written in a case shared with it, just as one on this node?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from liaison.errors import UsageError
from liaison.messages.inside import CLEARED
from liaison.node.models import CaseShare, ClearanceElsewhere, ClearanceRequest, InternalCase, OutgoingMessage
from liaison.node.reads.inside.between import find_elsewhere, read_letter, waiting_elsewhere
from liaison.node.reads.inside.waiting import find_request
from liaison.node.services.desk.answering import Saying, say
from liaison.node.services.inside.between.clearing import decide
from liaison.node.services.inside.between.sharing import end_between, share_between
from liaison.node.services.inside.between.told import KEEP_DEADLINES
from liaison.node.services.inside.clearance import approve, keep_deadlines, take_back
from liaison.node.services.line.attachments import open_attachment
from liaison.node.work.jobs import JOBS
from liaison.node.work.timers import run_due
from liaison.officers.clearance import Demand, Silence
from liaison.officers.permissions import Role
from tests.node.inside.desks import HOUR, rule, seat
from tests.node.inside.two_nodes import TwoNodes, share

WHY = {"lang": "en", "text": "Name the port first."}


def reply(world: TwoNodes, case: str, re: str) -> int:
    """XD's duty desk answers and has to wait; the number of its request."""
    _, writer = seat(world, "XD", Role.OFFICER)
    fields = {"answer": "accepted", "nature": {"lang": "en", "text": "We look at it."}}
    gone = say(
        world.nodes["XD"],
        world.desk("XD"),
        Saying(case=case, form="reply", re=re, fields=fields),
        officer=writer,
        typed={"field.nature": ["We look at it."]},
    )
    world.work()
    assert gone.request
    return gone.request


def sent_replies(world: TwoNodes) -> list[str]:
    with world.at("XD"):
        return list(OutgoingMessage.objects.filter(form="reply").values_list("cleared", flat=True))


def test_an_answer_of_the_other_node_is_acted_on_at_once_and_not_a_minute_later(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED)
        (sent,) = world.send("XC", "XD")
        share(world, sent.case, "clearance")
        reply(world, sent.case, sent.message_id)
        jobs = [job for job in JOBS if job.name == KEEP_DEADLINES]
        assert run_due(world.nodes["XD"], jobs) == 1
        assert run_due(world.nodes["XD"], jobs) == 0
        node, (approver, by) = world.nodes["XD2"], seat(world, "XD2", Role.APPROVER)
        (letter,) = waiting_elsewhere(node, approver)
        decide(node, approver, letter.number, CLEARED, by=by)
        world.work()
        assert run_due(world.nodes["XD"], jobs) == 1
        assert sent_replies(world) == ["approved"]


def test_a_letter_is_shown_word_for_word_and_leaves_when_it_was_cleared_elsewhere(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED)
        (sent,) = world.send("XC", "XD")
        share(world, sent.case, "clearance")
        number = reply(world, sent.case, sent.message_id)
        node, (approver, by) = world.nodes["XD2"], seat(world, "XD2", Role.APPROVER)
        (letter,) = waiting_elsewhere(node, approver)
        proposal, core = read_letter(node, approver, letter.number)
        assert (proposal.form, proposal.case, proposal.to) == ("reply", sent.case, (world.desk("XC"),))
        assert proposal.fields["nature"]["text"] == "We look at it."
        assert b"authors" not in b"".join(open_attachment(node, core.attachments[0]))
        officer, other = seat(world, "XD2", Role.OFFICER)
        with pytest.raises(UsageError, match="not-permitted"):
            decide(node, officer, letter.number, "cleared", by=other)
        with pytest.raises(UsageError, match="clearance-reason"):
            decide(node, approver, letter.number, "refused", by=by)
        decide(node, approver, letter.number, "cleared", by=by)
        with pytest.raises(UsageError, match="clearance-decided"):
            decide(node, approver, letter.number, "refused", by=by, remark=WHY)
        world.work()
        local, local_by = seat(world, "XD", Role.APPROVER)
        with pytest.raises(UsageError, match="clearance-decided"):
            approve(world.nodes["XD"], local, number, by=local_by)
        assert sent_replies(world) == []
        assert keep_deadlines(world.nodes["XD"]) == 1
        assert keep_deadlines(world.nodes["XD"]) == 0
        assert sent_replies(world) == ["approved"]
        with world.at("XD"):
            row = ClearanceRequest.objects.get()
            assert (row.state, row.answered_by, row.decided_by) == ("passed", "second/ministry", 0)


def test_a_desk_that_the_case_was_taken_back_from_clears_nothing_any_more(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED)
        (sent,) = world.send("XC", "XD")
        share(world, sent.case, "clearance")
        reply(world, sent.case, sent.message_id)
        node, (approver, by) = world.nodes["XD2"], seat(world, "XD2", Role.APPROVER)
        (letter,) = waiting_elsewhere(node, approver)
        place, writer = seat(world, "XD", Role.OFFICER)
        end_between(world.nodes["XD"], place, sent.case, world.desk("XD2"), by=writer)
        decide(node, approver, letter.number, "cleared", by=by)  # Before it has heard of that.
        world.work()
        keep_deadlines(world.nodes["XD"])
        assert sent_replies(world) == []
        with world.at("XD"):
            assert ClearanceRequest.objects.get().state == "waiting"


def test_what_is_refused_elsewhere_goes_back_to_its_writer_with_the_reason(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED, silence=Silence.PASSES)
        (sent,) = world.send("XC", "XD")
        number = reply(world, sent.case, sent.message_id)
        share(world, sent.case, "clearance")  # What waits already is shown too.
        node, (approver, by) = world.nodes["XD2"], seat(world, "XD2", Role.APPROVER)
        (letter,) = waiting_elsewhere(node, approver)
        world.advance(minutes=59)
        decide(node, approver, letter.number, "refused", by=by, remark=WHY)
        world.work()
        # The answer came before the deadline, so it counts although the node comes to it later.
        world.advance(minutes=2)
        keep_deadlines(world.nodes["XD"])
        place, _ = seat(world, "XD", Role.OFFICER)
        found = find_request(world.nodes["XD"], place, number)
        assert found is not None
        assert (found.state, found.reason) == ("returned", "Name the port first.")
        assert found.typed == {"field.nature": ["We look at it."]}
        assert sent_replies(world) == []


@pytest.mark.parametrize("silence", Silence)
def test_the_writing_node_keeps_the_deadline_and_a_late_word_changes_nothing(tmp_path: Path, silence: Silence) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED, within=2 * HOUR, silence=silence)
        (sent,) = world.send("XC", "XD")
        share(world, sent.case, "clearance")
        reply(world, sent.case, sent.message_id)
        node, (approver, by) = world.nodes["XD2"], seat(world, "XD2", Role.APPROVER)
        (letter,) = waiting_elsewhere(node, approver)
        assert (letter.silence, letter.deadline) == (silence.value, world.clock.now() + timedelta(hours=2))
        world.advance(hours=2)
        with pytest.raises(UsageError, match="clearance-too-late"):
            decide(node, approver, letter.number, "cleared", by=by)
        assert waiting_elsewhere(node, approver) == []
        keep_deadlines(world.nodes["XD"])
        world.work()
        passes = silence is Silence.PASSES
        assert sent_replies(world) == (["silence-passed"] if passes else [])
        told = find_elsewhere(node, approver, letter.number)
        assert told is not None
        assert told.answer == "taken-back"


@pytest.mark.parametrize("silence", Silence)
def test_a_word_that_comes_between_the_deadline_and_the_minute_of_the_node_changes_nothing(
    tmp_path: Path, silence: Silence
) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED, silence=silence)
        (sent,) = world.send("XC", "XD")
        share(world, sent.case, "clearance")
        number = reply(world, sent.case, sent.message_id)
        node, (approver, by) = world.nodes["XD2"], seat(world, "XD2", Role.APPROVER)
        (letter,) = waiting_elsewhere(node, approver)
        world.advance(minutes=59)
        decide(node, approver, letter.number, "cleared" if silence is Silence.RETURNS else "refused", by=by, remark=WHY)
        world.advance(minutes=1, seconds=10)
        world.work()  # It was said in time, and is here too late.
        local, local_by = seat(world, "XD", Role.APPROVER)
        with pytest.raises(UsageError, match="clearance-too-late"):
            approve(world.nodes["XD"], local, number, by=local_by)
        assert sent_replies(world) == []
        keep_deadlines(world.nodes["XD"])
        assert sent_replies(world) == (["silence-passed"] if silence is Silence.PASSES else [])


def test_whoever_decides_first_decides_and_the_others_are_told(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED)
        (sent,) = world.send("XC", "XD")
        share(world, sent.case, "clearance")
        number = reply(world, sent.case, sent.message_id)
        local, by = seat(world, "XD", Role.APPROVER)
        approve(world.nodes["XD"], local, number, by=by)
        world.work()
        again = reply(world, sent.case, sent.message_id)
        node, (approver, there) = world.nodes["XD2"], seat(world, "XD2", Role.APPROVER)
        (letter,) = waiting_elsewhere(node, approver)
        # Both decide before they hear of each other: the desk that sends was first.
        decide(node, approver, letter.number, "refused", by=there, remark=WHY)
        with world.at("XD"):
            (writer,) = ClearanceRequest.objects.get(pk=again).authors
        place, _ = seat(world, "XD", Role.OFFICER)
        take_back(world.nodes["XD"], place, again, by=writer)
        world.work()
        keep_deadlines(world.nodes["XD"])
        assert sent_replies(world) == ["approved"]
        with world.at("XD"):
            row = ClearanceRequest.objects.get(pk=again)
            assert (row.state, row.answer, row.reason) == ("returned", "", "")


def test_a_desk_that_was_shown_nothing_clears_nothing(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED)
        (sent,) = world.send("XC", "XD")
        share(world, sent.case, "information")
        reply(world, sent.case, sent.message_id)
        node, (approver, by) = world.nodes["XD2"], seat(world, "XD2", Role.APPROVER)
        assert waiting_elsewhere(node, approver) == []
        with pytest.raises(UsageError, match="clearance-not-found"):
            decide(node, approver, 1, "cleared", by=by)
        # Nor does one that was asked in another case, or whose letter is of another desk.
        (second,) = world.send("XC", "XD")
        share_between(
            world.nodes["XD"], seat(world, "XD", Role.OFFICER)[0], second.case, world.desk("XD2"), "clearance", by=by
        )
        reply(world, second.case, second.message_id)
        with world.at("XD"):
            assert ClearanceElsewhere.objects.count() == 1
            ClearanceElsewhere.objects.update(with_desk="cabinet")
        (letter,) = waiting_elsewhere(node, approver)
        decide(node, approver, letter.number, "cleared", by=by)
        world.work()
        keep_deadlines(world.nodes["XD"])
        assert sent_replies(world) == []


def test_a_letter_for_a_case_that_is_shared_for_reading_only_is_not_one_to_decide(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED)
        (sent,) = world.send("XC", "XD")
        share(world, sent.case, "information")
        with world.at("XD"):  # As a node would that does not keep the rules.
            CaseShare.objects.update(purpose="clearance")
        reply(world, sent.case, sent.message_id)
        with world.at("XD2"):
            assert InternalCase.objects.get().purpose == "information"
            assert not ClearanceElsewhere.objects.exists()
