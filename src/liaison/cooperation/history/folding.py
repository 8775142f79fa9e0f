"""What became of the requests in some cases, from what both sides said?

    for request in histories(words):        every request, the earliest first
        stand(request, now)                 as it stands now

Invariants (docs/spec/requests.md, "History"):
- it is a function of the set of words, in whatever order the cases are given, once or twice: their times are those that
  were signed, so both sides come to the same once both have everything;
- a message that is missing hides nothing that came later; what the table of steps does not allow is kept as a step that
  did not count, with the reason;
- a request that extends another or carries it on moves the dates of that one: more time and assistance are asked for
  before the date, or not at all.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from liaison.cooperation.history.course import Course, begin, take
from liaison.cooperation.lifecycle import OVER, Event, State
from liaison.cooperation.requests import Request, Word

GRANTS = frozenset({Event.ACCEPTED, Event.PARTLY, Event.EXECUTED, Event.SECURED, Event.ANSWERED})


def histories(words: Iterable[Word]) -> tuple[Request, ...]:
    """Every request among these words, the earliest first. The words of one case come in the order of that case."""
    courses: dict[str, Course] = {}
    belongs: dict[str, str] = {}
    named: dict[str, str] = {}
    for word in _merged(words):
        earlier = belongs.get(word.about, "")
        if word.events[:1] == (Event.SENT,):
            belongs[word.hash] = named[word.hash] = named[word.message_id] = word.hash
            course = courses[word.hash] = begin(word, _origin(courses, named.get(word.linked) or earlier, word.form))
            _ask_parent(courses, course, word)
        elif earlier:
            belongs[word.hash] = earlier
            for event in word.events:
                if take(courses[earlier], event, word):
                    _tell_parent(courses, courses[earlier], event, word)
    return tuple(course.done() for course in courses.values())


def roots_of(words: Iterable[Word]) -> Mapping[str, str]:
    """The root of the request that each word makes or is a step of, by its hash; a step of a request that carries on
    another is one of that request alone."""
    belongs: dict[str, str] = {}
    for word in _merged(words):
        root = word.hash if word.events[:1] == (Event.SENT,) else belongs.get(word.about)
        if root is not None:
            belongs[word.hash] = root
    return belongs


def unknown(words: Iterable[Word]) -> frozenset[str]:
    """What is referred to and is not here: a message still on its way, or one of another matter."""
    here = list(words)
    return frozenset(word.about for word in here if word.about) - {word.hash for word in here}


def _merged(words: Iterable[Word]) -> Iterator[Word]:
    """The words of all cases in one order that depends on nothing but them; each is there once."""
    by_case: defaultdict[str, dict[str, Word]] = defaultdict(dict)
    for word in words:
        by_case[word.case].setdefault(word.hash, word)
    return heapq.merge(*(said.values() for said in by_case.values()), key=lambda word: (word.at, word.hash))


def _origin(courses: Mapping[str, Course], parent: str, form: str) -> str:
    """A second extension is one of what the first extended."""
    while parent in courses and courses[parent].request.form == form and courses[parent].request.parent:
        parent = courses[parent].request.parent
    return parent


def _extends(parent: Course, course: Course) -> bool:
    extension = parent.request.demands.extension
    return extension is not None and extension.form == course.request.form


def _ask_parent(courses: Mapping[str, Course], course: Course, word: Word) -> None:
    """A request that refers to an earlier one asks for more time for that, or for the assistance it was made for."""
    parent = courses.get(course.request.parent)
    if parent is None:
        return
    if _extends(parent, course):
        take(parent, Event.EXTENSION_ASKED, word)
    elif word.assists:
        take(parent, Event.ASSISTANCE_ASKED, word)


def _tell_parent(courses: Mapping[str, Course], course: Course, event: Event, word: Word) -> None:
    """What a step of a request means for the one that it extends or carries on."""
    parent = courses.get(course.request.parent)
    if parent is None:
        return
    if _extends(parent, course):
        _tell_of_time(parent, course, event, word)
    elif course.assists and course.request.state in OVER:
        rest = (each for each in courses.values() if each.request.parent == parent.request.root and each.assists)
        if all(each.request.state in OVER for each in rest):
            # Once what it was kept for is done, nothing is kept any more; if that failed, to its date.
            done = course.request.state is State.CLOSED
            take(parent, Event.CLOSED if done else Event.ASSISTANCE_ENDED, word)


def _tell_of_time(parent: Course, course: Course, event: Event, word: Word) -> None:
    """Accepted and then confirmed is once more time, not twice; only another date moves it again."""
    if event in GRANTS and (word.kept_until is not None or not course.granted):
        course.granted = True
        take(parent, Event.EXTENDED, replace(word, time_until=word.kept_until))
    elif course.request.state in OVER and not course.granted:
        take(parent, Event.EXTENSION_ENDED, word)
