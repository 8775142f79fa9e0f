"""Is every inject due when somebody with a stop-watch a desk would have sent it, and judged as they would?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.duty.exercises.course import Course, Done, Outcome, Pause, Sent, due, judge
from liaison.duty.exercises.scenario import Act, decode_scenario

MINUTE = timedelta(minutes=1)
START = datetime(2026, 11, 26, 9, tzinfo=UTC)
SCENARIO = decode_scenario(b"""
id = "twin"
version = 1
en = "Twin"
purpose = "Compare."
[roles.a]
kind = "technical"
en = "A"
[roles.b]
kind = "technical"
en = "B"
[injects.one]
to = ["a", "b"]
en = "One"
text = "One."
minutes = 5
expected = [
    { action = "acknowledged", within = 10 },
    { action = "told", to = "b", form = "incident-notice", within = 20 },
]
[injects.two]
to = ["a"]
en = "Two"
text = "Two."
after = { inject = "one", action = "acknowledged" }
minutes = 3
expected = [{ action = "answered", within = 5 }]
[injects.three]
to = ["b"]
en = "Three"
text = "Three."
after = { inject = "two", action = "answered" }
at_latest = 40
""")
DESKS = ("x", "y", "z")
CAST = {"a": ("x", "y"), "b": ("z",)}
SPAN = 90


def at(minute: int) -> datetime:
    return START + minute * MINUTE


@st.composite
def courses(draw: st.DrawFn) -> Course:
    begins = {desk: at(draw(st.integers(0, 15))) for desk in DESKS}
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, 60))
        length = draw(st.integers(1, 30))
        pauses.append(Pause(at(start), at(start + length), draw(st.sampled_from(["", *DESKS]))))
    ended = draw(st.one_of(st.none(), st.integers(30, SPAN).map(at)))
    return Course(SCENARIO, CAST, begins, tuple(pauses), ended)


ACTS = st.lists(
    st.tuples(st.integers(0, SPAN), st.sampled_from(DESKS), st.sampled_from(["one", "two", "three"]),
              st.sampled_from([Act.ACKNOWLEDGED, Act.ANSWERED])),
    max_size=8,
)  # fmt: skip


class StopWatches:
    """Somebody with a stop-watch for each desk, who presses it every minute and knows no subtraction."""

    def __init__(self, course: Course) -> None:
        self.course, self.shows = course, dict.fromkeys(DESKS, 0)
        self.log: list[tuple[Done, dict[str, int]]] = []

    def stopped(self, desk: str, minute: int) -> bool:
        return any(
            each.desk in ("", desk) and each.begins <= at(minute) and (each.ends is None or at(minute) < each.ends)
            for each in self.course.pauses
        )

    def tick(self, minute: int) -> None:
        """One minute begins: every watch that runs goes on by one at its end."""
        for desk in DESKS:
            if self.course.begins[desk] <= at(minute) and not self.stopped(desk, minute):
                self.shows[desk] += 1

    def wants(self, minute: int, sent: dict[tuple[str, str], int], done: list[Done]) -> set[tuple[str, str]]:
        wanted = set()
        for desk in DESKS:
            if self.course.begins[desk] > at(minute) or self.stopped(desk, minute):
                continue
            shows = self.shows[desk]
            if shows >= 5:
                wanted.add(("one", desk))
            if desk in CAST["a"] and any(d >= 0 and shows >= d + 3 for d in self.heard(desk, "one", Act.ACKNOWLEDGED)):
                wanted.add(("two", desk))
            if desk == "z":
                heard = [each for who in CAST["a"] for each in self.seen_by(desk, who, "two", Act.ANSWERED)]
                if (heard and shows >= min(heard)) or (not heard and shows >= 40):
                    wanted.add(("three", desk))
        return {each for each in wanted if each not in sent}

    def note(self, minute: int, done: Done, sent: dict[tuple[str, str], int]) -> None:
        if (done.inject, done.desk) in sent and sent[(done.inject, done.desk)] <= minute:
            self.log.append((done, dict(self.shows)))

    def heard(self, desk: str, inject: str, act: Act) -> list[int]:
        return self.seen_by(desk, desk, inject, act)

    def seen_by(self, watch: str, who: str, inject: str, act: Act) -> list[int]:
        return [shows[watch] for done, shows in self.log if (done.desk, done.inject, done.act) == (who, inject, act)]


@settings(max_examples=100, deadline=None)
@given(courses(), ACTS)
def test_injects_are_sent_when_a_stop_watch_a_desk_says_so(
    course: Course, acts: list[tuple[int, str, str, Act]]
) -> None:
    watches, sent, done = StopWatches(course), dict[tuple[str, str], int](), list[Done]()
    for minute in range(SPAN):
        ended = course.ended is not None and course.ended <= at(minute)
        now = Course(course.scenario, course.cast, course.begins, course.pauses, course.ended if ended else None)
        found = due(now, [Sent(name, desk, at(when)) for (name, desk), when in sent.items()], done, at(minute))
        wanted = set() if ended else watches.wants(minute, sent, done)
        assert {(each.inject, each.desk) for each in found} == wanted
        sent |= dict.fromkeys(wanted, minute)
        for when, desk, inject, act in acts:
            if when == minute:
                done.append(Done(act, desk, at(minute), inject))
                watches.note(minute, done[-1], sent)
        watches.tick(minute)


def course(*pauses: Pause, ended: datetime | None = None) -> Course:
    return Course(SCENARIO, CAST, dict.fromkeys(DESKS, START), pauses, ended)


def outcomes(course: Course, done: list[Done], now: int) -> list[Outcome]:
    return [each.outcome for each in judge(course, [Sent("one", "x", at(5))], done, at(now))]


def test_what_is_done_within_its_minutes_is_in_time_and_after_them_late() -> None:
    told = Done(Act.TOLD, "x", at(26), form="incident-notice", to=("z",))
    assert outcomes(course(), [Done(Act.ACKNOWLEDGED, "x", at(15), "one"), told], 90) == ["in-time", "late"]


def test_what_nobody_does_is_open_first_and_missed_then() -> None:
    assert outcomes(course(), [], 15) == ["open", "open"]
    assert outcomes(course(), [], 16) == ["missed", "open"]


def test_what_was_not_due_yet_when_the_exercise_ended_stays_open() -> None:
    assert outcomes(course(ended=at(20)), [], 90) == ["missed", "open"]
    assert outcomes(course(ended=at(26)), [], 90) == ["missed", "missed"]


def test_what_is_done_after_the_end_is_not_done_in_the_exercise() -> None:
    late = [Done(Act.ACKNOWLEDGED, "x", at(300), "one")]
    assert outcomes(course(ended=at(8)), late, 400) == ["open", "open"]
    assert outcomes(course(ended=at(20)), late, 400)[0] is Outcome.MISSED


def test_telling_another_desk_or_in_another_form_is_not_what_was_expected() -> None:
    acts = [
        Done(Act.TOLD, "x", at(6), form="incident-notice", to=("y",)),
        Done(Act.TOLD, "x", at(6), form="reminder", to=("z",)),
        Done(Act.TOLD, "y", at(6), form="incident-notice", to=("z",)),
        Done(Act.TOLD, "x", at(4), form="incident-notice", to=("z",)),
        Done(Act.ACKNOWLEDGED, "x", at(6), "two"),
    ]
    assert outcomes(course(), acts, 90) == ["missed", "missed"]


def test_minutes_stand_still_while_the_exercise_is_paused() -> None:
    acts = [Done(Act.ACKNOWLEDGED, "x", at(35), "one")]
    assert outcomes(course(Pause(at(10), at(30))), acts, 36)[0] is Outcome.IN_TIME


def test_who_was_called_away_by_a_real_message_is_excused() -> None:
    assert outcomes(course(Pause(at(8), at(12), "x")), [], 90) == ["excused", "excused"]
    assert outcomes(course(Pause(at(8), at(12), "y")), [], 90) == ["missed", "missed"]


def test_pauses_that_overlap_stop_the_clock_once() -> None:
    both = course(Pause(at(10), at(30)), Pause(at(20), at(40), "x"))
    assert both.clock("x", at(50)) == 20 * MINUTE
    assert both.clock("y", at(50)) == 30 * MINUTE
    assert course(Pause(at(10), None)).clock("x", at(50)) == 10 * MINUTE
