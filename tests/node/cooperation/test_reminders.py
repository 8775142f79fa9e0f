"""Does a date of a request ever pass without somebody having been told?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.duty.rota import Layer
from liaison.errors import UnreachableError
from liaison.node.models import RequestReminder
from liaison.node.reads.cooperation.listing import due_clocks, unseen_reminders
from liaison.node.services.cooperation.reminding import keep_request_clocks, see_reminders
from liaison.node.services.duty.rotas import keep_layer
from liaison.node.services.escalation.sending import send_due
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import Role
from tests.node.cooperation.dossier import ASSISTANCE, DONE, EXTENSION, Dossier


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    made = Dossier(tmp_path)
    for code in ("XC", "XD"):
        made.hire(code, f"ada-{code.lower()}")
    return made


def answered(dossier: Dossier) -> str:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    return root


def waiting(dossier: Dossier, code: str) -> int:
    return len(unseen_reminders(dossier.node(code), dossier.world.register, dossier.world.desk(code)))


def test_whoever_has_to_act_is_told_ahead_and_at_the_date_and_the_other_side_at_the_date(dossier: Dossier) -> None:
    answered(dossier)
    ours, theirs = list[int](), list[int]()
    looked = 0
    for days in (46, 47, 48, 54, 58, 59, 60, 61, 62):
        dossier.world.advance(days=days - looked)
        looked = days
        before = len(dossier.told("XC", "ada-xc")), len(dossier.told("XD", "ada-xd"))
        for code in ("XC", "XD"):
            dossier.tick(code)
        ours += [days] * (len(dossier.told("XC", "ada-xc")) - before[0])
        theirs += [days] * (len(dossier.told("XD", "ada-xd")) - before[1])
    # The preservation ends with the sixtieth day: asked at 03:02, so on day 61 at 00:00 and seen at 03:02.
    assert ours == [47, 54, 58, 60, 61, 62]
    assert theirs == [61]
    words = dossier.world.phones["XC"].words("ada-xc")
    assert words and all("XD" not in text and "preserv" not in text for text in words)


def test_of_a_date_that_has_come_the_desk_is_told_every_day_until_somebody_has_seen_it(dossier: Dossier) -> None:
    root = answered(dossier)
    dossier.tick("XC", days=61)
    dossier.tick("XC", days=1)
    dossier.tick("XC", hours=1)
    assert len(dossier.told("XC", "ada-xc")) == 2
    assert waiting(dossier, "XC") == 1
    case = dossier.request("XC", root).case
    assert see_reminders(dossier.node("XC"), dossier.seat("XC"), case, root, by=0) == 2
    dossier.tick("XC", days=3)
    assert len(dossier.told("XC", "ada-xc")) == 2
    assert waiting(dossier, "XC") == 0


def test_a_node_that_was_off_across_the_date_tells_once_when_it_is_back_and_the_request_has_lapsed(
    dossier: Dossier,
) -> None:
    root = answered(dossier)
    with dossier.off("XC"):
        dossier.world.advance(days=75)
        assert dossier.state("XC", root) == "lapsed"  # Whoever looks sees it before the worker came to it.
    for _ in range(3):
        dossier.tick("XC", minutes=1)
    assert len(dossier.told("XC", "ada-xc")) == 1
    with reading(dossier.node("XC")):
        assert RequestReminder.objects.count() == 1
    assert dossier.state("XC", root) == dossier.state("XD", root) == "lapsed"


def test_an_extension_sent_before_the_date_to_a_node_that_is_off_across_it_counts(dossier: Dossier) -> None:
    root = answered(dossier)
    dossier.world.advance(days=58)
    with dossier.off("XD"):
        more = dossier.ask("preservation-extension", EXTENSION, linked=root)
        dossier.world.advance(days=10)
        dossier.tick("XC")
        assert dossier.state("XC", root) == "answered"
    dossier.world.work()
    keep_request_clocks(dossier.node("XD"))
    assert dossier.state("XD", root) == "answered"
    dossier.answer(more, **DONE)
    assert dossier.state("XC", root) == dossier.state("XD", root) == "extended"


def test_nothing_is_told_of_what_is_kept_while_assistance_is_undecided(dossier: Dossier) -> None:
    root = answered(dossier)
    dossier.ask("assistance-request-mla", ASSISTANCE, linked=root, to=(dossier.world.desk("XD"),))
    dossier.tick("XC", days=50)
    assert dossier.told("XC", "ada-xc") == []
    dossier.tick("XC", days=30)
    told = [each.clock.id for each in due_clocks(dossier.node("XC"), dossier.world.register, dossier.world.desk("XC"))]
    assert "preservation" not in told


def test_a_notification_that_does_not_leave_is_tried_again_until_it_does(dossier: Dossier) -> None:
    answered(dossier)
    phones = dossier.world.phones["XC"]
    phones.down = {name: UnreachableError("notice-not-taken") for name in ("sms-one", "sms-two")}
    dossier.tick("XC", days=47)
    assert dossier.told("XC", "ada-xc") == []
    phones.down = {}
    dossier.world.advance(minutes=1)
    send_due(dossier.node("XC"))
    assert len(dossier.told("XC", "ada-xc")) == 1


def test_two_workers_that_look_at_once_tell_of_a_date_once(dossier: Dossier) -> None:
    answered(dossier)
    dossier.world.advance(days=47)
    assert keep_request_clocks(dossier.node("XC")) == 1
    assert keep_request_clocks(dossier.node("XC")) == 0


def test_where_nobody_can_reach_who_is_on_duty_the_others_at_the_desk_are_told(dossier: Dossier) -> None:
    answered(dossier)
    alone = dossier.hire("XC", "bo-xc", reached=False)
    first = dossier.world.clock.now().replace(minute=0, second=0, microsecond=0)
    layer = Layer("always", "UTC", first.replace(tzinfo=None), 24, (str(alone),))
    keep_layer(dossier.node("XC"), dossier.seat("XC", Role.DIRECTORY), layer, by=0)
    dossier.tick("XC", days=61)
    assert len(dossier.told("XC", "ada-xc")) == 1
    with reading(dossier.node("XC")):
        assert RequestReminder.objects.get().reached == 1
