"""Do the requested side's own orders hold as long as its law lets them, and end with what they were made for?"""

from __future__ import annotations

from datetime import date

from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.clocks import ClockState
from liaison.cooperation.domestic import HomeStep, ended_at_home, home_clocks
from tests.cooperation.telling import Matter, day

ORDERED, SERVED, RETURNED = Moment.ORDERED, Moment.SERVED, Moment.RETURNED


def test_an_order_holds_ninety_days_of_the_calendar_of_its_own_country() -> None:
    matter = Matter()
    matter.ask("preservation-request", day=0, received=0)
    (request,) = matter.requests(day=1)
    late = HomeStep(ORDERED, day(0.55))  # 22:12 UTC, after midnight in Nairobi
    (there,) = home_clocks(request, [late], zone="Africa/Nairobi")
    (here,) = home_clocks(request, [late])
    assert (there.due.day, here.due.day) == (date(2027, 2, 25), date(2027, 2, 24))


def test_a_renewal_while_it_holds_moves_its_date_and_one_after_it_ran_out_begins_anew() -> None:
    matter = Matter()
    matter.ask("preservation-request", day=0, received=0)
    (request,) = matter.requests(day=1)
    (renewed,) = home_clocks(request, [HomeStep(ORDERED, day(1)), HomeStep(ORDERED, day(80))])
    (again,) = home_clocks(request, [HomeStep(ORDERED, day(1)), HomeStep(ORDERED, day(120))])
    assert (renewed.began, again.began) == (day(80), day(120))
    assert again.at(day(121)).state is ClockState.RUNNING


def test_an_order_ends_when_the_provider_gave_the_data_or_the_request_is_taken_back() -> None:
    matter = Matter()
    asked = matter.ask("preservation-request", day=0, received=0)
    (request,) = matter.requests(day=1)
    (given,) = home_clocks(request, [HomeStep(ORDERED, day(1)), HomeStep(RETURNED, day(5))])
    matter.say("XC", "request-withdrawal", about=asked, day=7, cause="no-longer-needed")
    (taken,) = home_clocks(matter.requests(day=8)[0], [HomeStep(ORDERED, day(1))])
    assert (given.state, given.ended, taken.state) == (ClockState.MET, day(5), ClockState.MET)


def test_forty_five_days_to_serve_and_twenty_to_return_run_one_after_the_other() -> None:
    matter = Matter()
    matter.ask("subscriber-request", day=0, received=0.5, fields={"instrument": "budapest-2022-p2"})
    (request,) = matter.requests(day=1)
    steps = [HomeStep(SERVED, day(10))]
    (back,) = home_clocks(request, steps)
    service = request.clock("service")
    assert service is not None
    assert back.due.day == date(2026, 12, 26)
    assert service.due.day == date(2027, 1, 10)
    assert ended_at_home(request, service, steps).state is ClockState.MET
    assert ended_at_home(request, service, [HomeStep(SERVED, day(50))]).state is ClockState.MISSED


def test_a_step_at_home_begins_no_clock_that_the_text_of_the_request_does_not_have() -> None:
    matter = Matter()
    matter.ask("location-query", day=0, received=0)
    assert home_clocks(matter.requests(day=1)[0], [HomeStep(ORDERED, day(1))]) == ()
