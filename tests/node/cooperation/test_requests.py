"""Do both desks have the same request, with the same state and the same clocks, from the same messages?"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.clocks import ClockState
from liaison.cooperation.lifecycle import Event
from liaison.errors import UsageError
from liaison.node.models import Case, RequestClock, RequestFile
from liaison.node.reads.cooperation.listing import due_clocks, own_figures, request_calendar
from liaison.node.reads.cooperation.showing import show_request
from liaison.node.services.cooperation.acting import Asked, ask, query_status, review, tell_status
from liaison.node.services.cooperation.at_home import Taken, note_step
from liaison.node.services.cooperation.finding import find_request, request_of
from liaison.node.services.cooperation.following import carried_over
from liaison.node.services.cooperation.projecting import rebuild
from liaison.node.services.cooperation.spoken import Spoken, note_spoken
from liaison.node.services.line.sending import send_letter
from liaison.node.unit_of_work import reading, unit_of_work
from tests.node.cooperation.dossier import ASSISTANCE, DONE, EXTENSION, NOT_BEGUN, PRESERVATION, UN, Dossier


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    return Dossier(tmp_path)


def both(dossier: Dossier, root: str) -> tuple[str, str]:
    return dossier.state("XC", root), dossier.state("XD", root)


def kept(dossier: Dossier, code: str, root: str) -> tuple[date | None, ClockState]:
    (clock,) = (each.clock for each in dossier.request(code, root).clocks if each.clock.id == "preservation")
    return clock.due.day, clock.state


def agree(dossier: Dossier) -> None:
    """Both sides' rows say the same of every request and of every clock that is not one side's own."""
    with reading(dossier.node("XC")):
        ours = list(RequestFile.objects.order_by("root").values_list("root", "state", "since", "parent", "grounds"))
        clocks = set(RequestClock.objects.exclude(root="").values_list("root", "clock", "due_at", "state", "ended"))
    with reading(dossier.node("XD")):
        assert ours == list(
            RequestFile.objects.order_by("root").values_list("root", "state", "since", "parent", "grounds")
        )
        theirs = RequestClock.objects.filter(home=False).exclude(root="")
        assert clocks == set(theirs.values_list("root", "clock", "due_at", "state", "ended"))


def test_a_preservation_is_extended_carried_on_and_answered_and_both_sides_agree_at_every_step(
    dossier: Dossier,
) -> None:
    root = dossier.ask(wanted_by="2026-11-24T03:02:00Z", urgency="urgent")
    assert both(dossier, root) == ("received", "received")
    review(dossier.node("XD"), dossier.seat("XD"), root, by=0)
    dossier.world.work()
    assert both(dossier, root) == ("under-review", "under-review")
    dossier.answer(root, **DONE)
    assert both(dossier, root) == ("answered", "answered")
    assert kept(dossier, "XC", root) == kept(dossier, "XD", root) == (date(2027, 1, 21), ClockState.RUNNING)
    dossier.world.advance(days=50)
    more = dossier.ask("preservation-extension", EXTENSION, linked=root)
    dossier.answer(more, **DONE)
    assert both(dossier, root) == ("extended", "extended")
    assert kept(dossier, "XC", root)[0] == date(2027, 3, 22)
    dossier.world.advance(days=30)
    help_ = dossier.ask("assistance-request-mla", ASSISTANCE, linked=root, to=(dossier.world.desk("XD"),))
    assert dossier.request("XD", help_).parent == root
    dossier.world.advance(days=300)
    assert both(dossier, root) == ("extended", "extended")
    dossier.answer(help_, **DONE | {"decision": "partly", "execution": "partly"})
    dossier.say("XC", help_, "close", outcome="resolved")
    assert both(dossier, root) == both(dossier, help_) == ("closed", "closed")
    agree(dossier)


def test_rows_that_are_dropped_and_made_again_from_the_messages_are_the_same(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    dossier.ask("assistance-request-mla", ASSISTANCE, linked=root, to=(dossier.world.desk("XD"),))
    note_step(
        dossier.node("XD"), dossier.seat("XD"), root, Taken(Moment.ORDERED, dossier.world.clock.now(), "UTC"), by=0
    )
    for code in ("XC", "XD"):
        before = dossier.rows(code)
        assert rebuild(dossier.node(code)) == 2
        assert dossier.rows(code) == before
    with unit_of_work(dossier.node("XC")):
        RequestFile.objects.all().delete()
    assert rebuild(dossier.node("XC")) == 2


def test_a_refusal_wants_a_ground_that_the_text_knows_and_a_consultation_before_it(dossier: Dossier) -> None:
    root = dossier.ask("assistance-request-mla", ASSISTANCE)
    with pytest.raises(UsageError, match="request-ground-owed"):
        dossier.answer(root, decision="refused", **NOT_BEGUN)
    with pytest.raises(UsageError, match="request-consult-first"):
        dossier.answer(root, decision="refused", grounds=["de-minimis"], **NOT_BEGUN)
    reasons = {"lang": "en", "text": "The sum is small."}
    dossier.say("XD", root, "request-consultation", considered="refusing", reasons=reasons)
    dossier.say("XC", root, "request-supplement", information={"lang": "en", "text": "It is one of forty."})
    dossier.answer(root, decision="refused", grounds=["de-minimis"], reasons=reasons, **NOT_BEGUN)
    assert both(dossier, root) == ("refused", "refused")
    assert dossier.request("XC", root).grounds == ("de-minimis",)
    agree(dossier)


def test_a_text_with_grounds_of_its_own_alone_lets_no_other_refuse(dossier: Dossier) -> None:
    root = dossier.ask()
    with pytest.raises(UsageError, match="request-ground-unknown"):
        dossier.answer(root, decision="refused", grounds=["de-minimis"], **NOT_BEGUN)
    dossier.answer(root, decision="refused", grounds=["essential-interests"], **NOT_BEGUN)
    assert dossier.state("XC", root) == "refused"


def test_a_step_of_the_other_side_or_out_of_turn_is_refused_before_anything_is_sent(dossier: Dossier) -> None:
    root = dossier.ask()
    with pytest.raises(UsageError, match="request-not-yours"):
        dossier.say("XC", root, "request-answer", **DONE)
    with pytest.raises(UsageError, match="request-not-yours"):
        dossier.say("XD", root, "close", outcome="resolved")
    with pytest.raises(UsageError, match="request-no-such-step"):
        dossier.say("XC", root, "close", outcome="resolved")
    with pytest.raises(UsageError, match="request-nothing-asked"):
        dossier.say("XC", root, "request-supplement")
    with pytest.raises(UsageError, match="request-kept-too-short"):
        dossier.answer(root, **DONE, preserved_until="2026-12-01")
    assert both(dossier, root) == ("received", "received")
    dossier.say("XD", root, "request-answer", **DONE, preserved_until="2026-12-01", shorter=True)
    assert dossier.request("XC", root).marked


def test_an_extension_is_asked_for_before_the_date_or_refused_here(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    dossier.world.advance(days=61)
    with pytest.raises(UsageError, match="request-too-late"):
        dossier.ask("preservation-extension", EXTENSION, linked=root)
    assert both(dossier, root) == ("lapsed", "lapsed")


def test_a_step_of_an_extension_is_one_of_the_extension_and_not_of_what_it_extends(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    more = dossier.ask("preservation-extension", EXTENSION, linked=root)
    dossier.answer(more, **DONE)
    node, seat = dossier.node("XC"), dossier.seat("XC")
    answers = [word for word in find_request(node, seat, root).words if word.form == "request-answer"]
    told = [request_of(node, seat, word.case, word.message_id) for word in answers]
    assert told == [root, more]


def test_what_the_text_demands_and_is_missing_is_said_before_anything_leaves(dossier: Dossier) -> None:
    bare = {name: value for name, value in PRESERVATION.items() if name != "necessity"}
    with pytest.raises(UsageError, match="request-incomplete"):
        dossier.ask(fields=bare)
    assert dossier.list("XC") == []


def test_a_text_that_does_not_bind_both_sides_can_be_named_as_courtesy_only(dossier: Dossier) -> None:
    with pytest.raises(UsageError, match="request-basis"):
        dossier.ask(fields=PRESERVATION | {"basis": "binding"})
    with pytest.raises(UsageError, match="request-basis"):  # Nor by the door that every message has.
        fields = PRESERVATION | {"basis": "binding"}
        dossier.world.send("XC", "XD", form="preservation-request", stage=None, fields=fields)
    assert dossier.list("XC") == []


def test_a_request_asked_for_in_a_form_that_is_none_is_refused(dossier: Dossier) -> None:
    asked = Asked(form="incident-notice", fields={}, to=(dossier.world.desk("XD"),))
    with pytest.raises(UsageError, match="request-unknown-type"):
        ask(dossier.node("XC"), dossier.seat("XC"), asked, by=0)


def test_asking_how_it_stands_takes_one_action_on_either_side(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    with pytest.raises(UsageError, match="request-nothing-asked"):
        tell_status(dossier.node("XD"), dossier.seat("XD"), root, by=0)
    dossier.world.advance(minutes=1)
    query_status(dossier.node("XC"), dossier.seat("XC"), root, by=0)
    dossier.world.work()
    tell_status(dossier.node("XD"), dossier.seat("XD"), root, by=0)
    dossier.world.work()
    shown = show_request(dossier.node("XC"), dossier.seat("XC"), root)
    assert [step.event for step in shown.request.steps][-2:] == [Event.STATUS_ASKED, Event.STATUS_TOLD]
    assert Event.WITHDRAWN in shown.choices
    assert Event.ANSWERED not in shown.choices


def test_the_next_request_begins_with_what_the_earlier_one_and_its_answers_said(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE, preserved_until="2027-02-28", provider_reference="P-77")
    fields = carried_over(dossier.node("XC"), dossier.seat("XC"), root, "preservation-extension")
    assert fields["instrument"] == UN
    assert fields["preserved_until"] == "2027-02-28"
    assert (fields["provider_reference"], fields["previous_reference"]) == ("P-77", "XC-2026-17")
    assert (fields["linked"], "extension_reason" in fields) == (root, False)
    more = carried_over(dossier.node("XC"), dossier.seat("XC"), root, "assistance-request-mla")
    assert more["data"] == PRESERVATION["data"]


def test_steps_at_home_have_clocks_at_the_desk_that_takes_them_and_nowhere_else(dossier: Dossier) -> None:
    root = dossier.ask()
    now = dossier.world.clock.now()
    with pytest.raises(UsageError, match="request-no-steps-at-home"):
        note_step(dossier.node("XC"), dossier.seat("XC"), root, Taken(Moment.ORDERED, now), by=0)
    with pytest.raises(UsageError, match="request-step-ahead"):
        later = Taken(Moment.ORDERED, now + timedelta(minutes=1))
        note_step(dossier.node("XD"), dossier.seat("XD"), root, later, by=0)
    note_step(dossier.node("XD"), dossier.seat("XD"), root, Taken(Moment.ORDERED, now, "Asia/Kathmandu", "O-1"), by=0)
    (order,) = (each for each in dossier.request("XD", root).clocks if each.home)
    assert (order.clock.id, order.clock.due.day, order.clock.due.zone) == (
        "order", date(2027, 2, 20), "Asia/Kathmandu")  # fmt: skip
    assert not any(each.home for each in dossier.request("XC", root).clocks)
    agree(dossier)


def test_a_request_by_telephone_is_on_record_on_both_sides_and_confirmed_in_writing(dossier: Dossier) -> None:
    spoken = Spoken(
        to=(dossier.world.desk("XD"),),
        form="assistance-request-mla",
        instrument=UN,
        at=dossier.world.clock.now() - timedelta(hours=1),
        summary="Please hand over the preserved mail at once.",
    )
    gone = note_spoken(dossier.node("XC"), dossier.seat("XC"), spoken, by=0)
    dossier.world.work()
    case = gone.sent[0].case
    (clock,) = due_clocks(dossier.node("XC"), dossier.world.register, dossier.world.desk("XC"))
    assert (clock.case, clock.clock.id, clock.ours) == (case, "confirmation", True)
    assert clock.clock.due.at == spoken.at + timedelta(hours=24)
    with reading(dossier.node("XD")):
        assert Case.objects.get().form == "call-note"
    dossier.ask("assistance-request-mla", ASSISTANCE, case=case)
    with reading(dossier.node("XC")):
        assert RequestClock.objects.get(clock="confirmation").state == ClockState.MET.value


def test_the_calendar_of_a_desk_holds_its_dates_and_nothing_of_what_was_said(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    data = request_calendar(dossier.node("XC"), dossier.world.register, dossier.world.desk("XC"), name="Requests")
    assert b"DTSTART;VALUE=DATE:20270121" in data
    assert b"mail server" not in data


def test_figures_of_a_desk_hide_what_is_few_and_leave_exercises_out(dossier: Dossier) -> None:
    since = dossier.world.clock.now() - timedelta(days=1)
    for _ in range(5):
        dossier.answer(dossier.ask(), **DONE)
    (row,) = own_figures(dossier.node("XC"), dossier.world.register, dossier.world.desk("XC"), since=since, ours=True)
    assert (row.count, row.outcomes, row.median_days) == (5, {"answered": 5}, 0.0)
    dossier.ask("assistance-request-mla", ASSISTANCE)
    first, _ = own_figures(dossier.node("XC"), dossier.world.register, dossier.world.desk("XC"), since=since, ours=True)
    assert (first.form, first.count) == ("assistance-request-mla", None)
    assert (
        own_figures(dossier.node("XC"), dossier.world.register, dossier.world.desk("XC"), since=since, ours=False) == ()
    )


def test_no_request_rests_on_what_is_no_text_here_not_even_as_a_courtesy(dossier: Dossier) -> None:
    mistyped = PRESERVATION | {"instrument": "budapest-2011"}
    with pytest.raises(UsageError, match="request-text"):
        dossier.ask(fields=mistyped)
    letter = dossier.world.letter("XC", "XD", form="preservation-request", stage=None, fields=mistyped)
    with pytest.raises(UsageError, match="request-text"):
        send_letter(dossier.node("XC"), letter)
    assert dossier.list("XC") == []


def test_all_that_is_missing_is_named_at_once_with_the_article_that_demands_it(dossier: Dossier) -> None:
    bare = {"instrument": "budapest-2001", "basis": "courtesy"} | dict.fromkeys(("data_from",), "2026-05-01T00:00:00Z")
    with pytest.raises(UsageError) as refused:
        dossier.ask(fields=bare | {"data_to": "2026-04-01T00:00:00Z"})
    named = str(refused.value.params["lacks"]).split(", ")
    assert refused.value.params["count"] == len(named)
    assert {"authority", "offence", "facts", "necessity", "data_to (period-reversed)"} <= set(named)
