"""Does a letter wait for a second person where the desk wants one, and leave whole, once, or not at all?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from liaison.errors import At, Several, UsageError
from liaison.explanations import Telling, explain
from liaison.messages.message import open_message
from liaison.node.models import AuditRow, Case, ClearanceRequest, Draft, OutgoingCopy, OutgoingMessage, Review, SentHead
from liaison.node.reads.inside.waiting import find_request, to_review, waiting_requests
from liaison.node.reads.writing.drafts import Place, read_draft
from liaison.node.services.desk.answering import Saying, acknowledge_message, say
from liaison.node.services.inside.clearance import (
    approve,
    give_back,
    keep_deadlines,
    keep_refusal,
    kept_letter,
    kept_refusal,
    take_back,
)
from liaison.node.services.inside.review import mark_seen
from liaison.node.services.inside.rules import drop_rule, make_clearance_rule
from liaison.node.services.line.sending import send_letter
from liaison.node.services.people.audit import SYSTEM
from liaison.node.services.writing.drafts import Inputs, discard_draft, save_draft
from liaison.officers.clearance import Demand, Rule, Silence
from liaison.officers.permissions import Role
from tests.node.inside.desks import HOUR, hand_in, rule, seat
from tests.world import World

pytestmark = pytest.mark.engine


def test_nothing_is_signed_numbered_or_sealed_before_a_second_person_clears_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        (_, writer), (approver, by) = seat(world, "XC", Role.OFFICER), seat(world, "XC", Role.APPROVER)
        number, gone = hand_in(world, "XC", "XD", officer=writer)
        assert gone.request
        assert not gone.sent
        with world.at("XC"):
            for table in (OutgoingMessage, OutgoingCopy, SentHead, Case):
                assert not table.objects.exists(), table
            letter = kept_letter(bytes(ClearanceRequest.objects.get().letter))
        assert letter == world.letter("XC", "XD")
        (sent,) = approve(world.nodes["XC"], approver, gone.request, by=by)
        with world.at("XC"):
            row = OutgoingMessage.objects.get()
            assert (row.cleared, row.state, row.message_id) == ("approved", "outgoing", sent.message_id)
            assert Draft.objects.get(pk=number).sent_as == sent.message_id
            assert not ClearanceRequest.objects.get().letter
            trail = list(AuditRow.objects.filter(action__startswith="clearance-").values_list("action", "officer"))
        assert trail[1:] == [("clearance-asked", writer), ("clearance-passed", by)]
        with pytest.raises(UsageError, match="clearance-decided"):
            approve(world.nodes["XC"], approver, gone.request, by=by)


def test_who_wrote_it_does_not_clear_it_whatever_their_roles(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        approver, both = seat(world, "XC", Role.OFFICER, Role.APPROVER)
        _, gone = hand_in(world, "XC", "XD", officer=both)
        with pytest.raises(UsageError, match="clearance-own"):
            approve(world.nodes["XC"], approver, gone.request, by=both)
        with world.at("XC"):
            assert not OutgoingMessage.objects.exists()


def test_what_is_returned_goes_back_to_its_writer_with_the_reason(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        node, place = world.nodes["XC"], Place(world.register, world.desk("XC"))
        (_, writer), (approver, by) = seat(world, "XC", Role.OFFICER), seat(world, "XC", Role.APPROVER)
        number, gone = hand_in(world, "XC", "XD", officer=writer)
        inputs = Inputs(lambda name: True, {"field.title": ["Other"]})
        for refused in (
            lambda: save_draft(node, place, number, officer=writer, version=1, inputs=inputs),
            lambda: discard_draft(node, place, number, officer=writer),
        ):
            with pytest.raises(UsageError, match="draft-awaits-clearance"):
                refused()
        with pytest.raises(UsageError, match="clearance-reason"):
            give_back(node, approver, gone.request, by=by, reason=" ")
        give_back(node, approver, gone.request, by=by, reason="Name the port.")
        found = find_request(node, approver, gone.request)
        assert found is not None
        assert (found.state, found.reason) == ("returned", "Name the port.")
        draft = read_draft(node, place, number)
        assert (draft.awaiting, draft.typed) == (False, {"field.title": ["Scanning"]})


def test_a_writer_takes_back_what_nobody_decided_on_yet_and_nobody_elses(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        node = world.nodes["XC"]
        (place, writer), (_, other) = seat(world, "XC", Role.OFFICER), seat(world, "XC", Role.OFFICER)
        _, gone = hand_in(world, "XC", "XD", officer=writer)
        with pytest.raises(UsageError, match="clearance-not-yours"):
            take_back(node, place, gone.request, by=other)
        take_back(node, place, gone.request, by=writer)
        assert waiting_requests(node, place) == []


@pytest.mark.parametrize("silence", Silence)
def test_the_node_itself_applies_what_silence_means(tmp_path: Path, silence: Silence) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED, within=2 * HOUR, silence=silence)
        node = world.nodes["XC"]
        (_, writer), (approver, _) = seat(world, "XC", Role.OFFICER), seat(world, "XC", Role.APPROVER)
        hand_in(world, "XC", "XD", officer=writer)
        world.advance(minutes=119)
        assert keep_deadlines(node) == 0
        world.advance(minutes=1)
        assert keep_deadlines(node) == 1
        assert keep_deadlines(node) == 0
        with world.at("XC"):
            state = ClearanceRequest.objects.get().state
            cleared = list(OutgoingMessage.objects.values_list("cleared", flat=True))
            assert AuditRow.objects.filter(action=f"clearance-{state}", officer=0).exists()
        assert (state, cleared) == (("passed", ["silence-passed"]) if silence is Silence.PASSES else ("returned", []))
        assert len(to_review(node, approver)) == len(cleared)
        assert world.work("XC") == len(cleared)


def test_what_silence_let_pass_but_cannot_be_sent_any_more_goes_back_with_the_code(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED, silence=Silence.PASSES)
        node = world.nodes["XC"]
        place, writer = seat(world, "XC", Role.OFFICER)
        _, gone = hand_in(world, "XC", "XD", officer=writer)
        with world.at("XC"):
            row = ClearanceRequest.objects.get()
            letter = bytes(row.letter).replace(b"scanner", b"no-such")
            ClearanceRequest.objects.update(letter=letter)
        world.advance(hours=1)
        keep_deadlines(node)
        found = find_request(node, place, gone.request)
        assert found is not None
        assert found.state == "returned"
        assert found.reason
        with world.at("XC"):
            assert not OutgoingMessage.objects.exists()
            assert not Case.objects.exists()


def test_an_urgent_technical_notice_is_sent_alone_marked_and_looked_at_by_another(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        node = world.nodes["XC"]
        (own, writer), (approver, by) = seat(world, "XC", Role.APPROVER), seat(world, "XC", Role.APPROVER)
        with pytest.raises(UsageError, match="clearance-not-alone"):
            hand_in(world, "XC", "XD", officer=writer, alone=True)
        _, gone = hand_in(world, "XC", "XD", officer=writer, alone=True, urgency="emergency")
        with world.at("XC"):
            assert OutgoingMessage.objects.get().cleared == "sent-alone"
            assert Review.objects.get().due - Review.objects.get().sent_at == timedelta(days=1)
            assert b"sent-alone" not in bytes(OutgoingCopy.objects.get().plaintext)
        (line,) = to_review(node, approver)
        assert line.message_id == gone.sent[0].message_id
        with pytest.raises(UsageError, match="clearance-own"):
            mark_seen(node, own, line.number, by=writer)
        assert mark_seen(node, approver, line.number, by=by)
        assert not mark_seen(node, approver, line.number, by=by)
        assert to_review(node, approver) == []


def test_to_inform_sends_at_once_and_leaves_a_line(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.INFORM, form="incident-notice")
        (_, writer), (approver, _) = seat(world, "XC", Role.OFFICER), seat(world, "XC", Role.APPROVER)
        _, gone = hand_in(world, "XC", "XD", officer=writer)
        assert len(gone.sent) == 1
        assert [each.cleared for each in to_review(world.nodes["XC"], approver)] == ["approvers-informed"]


def test_four_eyes_never_block_an_acknowledgement_even_of_an_answer_that_waits(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XD", Demand.NEEDED)
        (first,) = world.send("XC", "XD")
        (second,) = world.send("XC", "XD")
        node, desk = world.nodes["XD"], world.desk("XD")
        (_, writer), (approver, by) = seat(world, "XD", Role.OFFICER), seat(world, "XD", Role.APPROVER)
        assert acknowledge_message(node, desk, first.message_id, officer=writer)
        fields = {"answer": "more-information-needed", "nature": {"lang": "en", "text": "Which port?"}}
        saying = Saying(case=second.case, form="reply", re=second.message_id, fields=fields)
        gone = say(node, desk, saying, officer=writer, typed={"field.nature": ["Which port?"]})
        assert gone.request
        with world.at("XD"):
            assert set(OutgoingMessage.objects.values_list("form", "case")) == {
                ("acknowledgement", first.case),
                ("acknowledgement", second.case),
            }
        approve(node, approver, gone.request, by=by)
        world.work("XD")
        with world.at("XD"):
            reply = OutgoingMessage.objects.get(form="reply")
            assert reply.cleared == "approved"
            assert open_message(bytes(reply.copies.get().plaintext)).fields["nature"]["text"] == "Which port?"  # type: ignore[index,call-overload]
            assert ClearanceRequest.objects.get().typed == {}


def test_no_other_way_out_goes_round_the_rules(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        with pytest.raises(UsageError, match="clearance-needed"):
            send_letter(world.nodes["XC"], world.letter("XC", "XD"))
        with world.at("XC"):
            assert not OutgoingMessage.objects.exists()


def test_rules_are_made_and_dropped_by_those_who_may_and_only_at_their_desk(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR):
            place, by = seat(world, "XC", role)
            with pytest.raises(UsageError, match="not-permitted"):
                make_clearance_rule(node, place, Rule("", "", Demand.INFORM), by=by)
        for role in (Role.DIRECTORY, Role.ADMINISTRATOR):
            place, by = seat(world, "XC", role)
            make_clearance_rule(node, place, Rule("", "", Demand.INFORM), by=by)
        elsewhere, by = seat(world, "XC", Role.ADMINISTRATOR, desk="ministry")
        drop_rule(node, elsewhere, "clearance", 1, by=by)
        (_, writer) = seat(world, "XC", Role.OFFICER)
        hand_in(world, "XC", "XD", officer=writer)
        with world.at("XC"):
            assert OutgoingMessage.objects.get().cleared == "approvers-informed"


def test_another_desk_or_participant_finds_nothing_to_clear(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rule(world, "XC", Demand.NEEDED)
        node = world.nodes["XC"]
        (_, writer) = seat(world, "XC", Role.OFFICER)
        _, gone = hand_in(world, "XC", "XD", officer=writer)
        for desk, owner in (("ministry", "XC"), ("duty", "XD")):
            place, by = seat(world, "XC", Role.APPROVER, desk=desk)
            place = type(place)(place.register, world.desk(owner, desk), place.roles)
            assert waiting_requests(node, place) == []
            with pytest.raises(UsageError, match="clearance-not-found"):
                approve(node, place, gone.request, by=by)


def test_what_a_refusal_that_silence_met_names_is_still_an_instant_and_a_list() -> None:
    met = UsageError("case-archived", at=At("2026-11-22T03:02:00Z"), lacks=Several.of(["a", "b"]), count=2, name="Ada")
    kept = kept_refusal(ClearanceRequest(decided_by=SYSTEM, reason=keep_refusal(met)))
    assert kept is not None and kept.params == met.params
    kinds = {"at": At, "lacks": Several, "count": int, "name": str}
    assert {name: type(each) for name, each in kept.params.items()} == kinds
    assert "archived on 22 November" in explain(kept, telling=Telling(moment=lambda _: "22 November")).what


@pytest.mark.parametrize("name", ["Ada", "A" * 600, '"' * 600])
def test_a_refusal_that_silence_met_can_be_said_however_long_what_it_names(name: str) -> None:
    row = ClearanceRequest(decided_by=SYSTEM, reason=keep_refusal(UsageError("deputy-already", name=name)))
    kept = kept_refusal(row)
    assert len(row.reason) <= 500
    assert kept is not None
    assert f"for {name[:48]}" in explain(kept).what
