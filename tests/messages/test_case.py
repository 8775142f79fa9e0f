"""Does the view of a case depend on what was said, not on when it arrived?"""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from liaison.messages.case import CaseItem, Trouble, view_case
from liaison.messages.message import SignedCopy
from liaison.messages.parties import DeskRef
from tests.messages import cast


def item(copy: SignedCopy, at: str = cast.RECEIVED) -> CaseItem:
    return CaseItem(copy.payload.core, copy.payload.copy, copy.core_hash, copy.message_hash, at)


def stream(*numbers: int, to: DeskRef = cast.XD, epoch: str = cast.EPOCH, **changes: Any) -> list[CaseItem]:
    """Copies from XC to one desk with these numbers out of an unbroken sequence."""
    items, prev = [], None
    for number in range(max(numbers) + 1):
        message = cast.composed(100 + number, to=(cast.XD, cast.XE), **changes)
        made = cast.signed(message, cast.copy_for(to, number, prev, epoch))
        prev = made.message_hash
        if number in numbers:
            items.append(item(made))
    return items


def answer(about: CaseItem, form: str = "acknowledgement", number: int = 500, **changes: Any) -> CaseItem:
    """What XD says to XC and XE about an item."""
    fields = {
        "acknowledgement": {"at": cast.RECEIVED, "by_duty_desk": True},
        "withdrawal": {"cause": "sent-in-error", "deletion_asked": True},
        "close": {"outcome": "resolved"},
    }[form]
    given: dict[str, Any] = {"sender": cast.XD, "to": (cast.XC, cast.XE), "re": about.core_hash}
    message = cast.composed(number, form=form, fields=fields, **(given | changes))
    return item(cast.signed(message, cast.copy_for(message.core.to[0])))


def test_an_unbroken_sequence_has_no_gap() -> None:
    assert view_case(stream(0, 1, 2)).gaps == ()


def test_a_missing_message_is_shown_until_it_arrives() -> None:
    gaps = view_case(stream(0, 2)).gaps
    assert [(gap.seq, gap.last, gap.trouble) for gap in gaps] == [(1, 1, Trouble.MISSING)]
    assert view_case([*stream(0, 2), *stream(1)]).gaps == ()


def test_missing_first_messages_are_shown() -> None:
    assert [(gap.seq, gap.count) for gap in view_case(stream(3)).gaps] == [(0, 3)]


def test_a_number_beyond_all_measure_costs_nothing() -> None:
    far = item(cast.signed(cast.composed(), cast.copy_for(cast.XD, 2**53 - 1, cast.made_hash("x"))))
    assert view_case([far]).gaps[0].count == 2**53 - 1


def test_a_number_used_twice_is_shown() -> None:
    other = item(cast.signed(cast.composed(7), cast.copy_for(cast.XD, 0)))
    troubles = [gap.trouble for gap in view_case([*stream(0), other]).gaps]
    assert troubles == [Trouble.NUMBER_USED_TWICE]


def test_a_chain_that_names_another_predecessor_is_shown() -> None:
    second = item(cast.signed(cast.composed(8), cast.copy_for(cast.XD, 1, cast.made_hash("other"))))
    assert [gap.trouble for gap in view_case([*stream(0), second]).gaps] == [Trouble.CHAIN_BROKEN]


def test_a_new_epoch_begins_anew_without_a_gap() -> None:
    assert view_case([*stream(0, 1), *stream(0, epoch="e1" * 16)]).gaps == ()


def test_a_message_told_differently_is_shown() -> None:
    told = item(cast.signed(cast.composed(7), cast.copy_for(cast.XD)))
    words = cast.NOTICE_FIELDS | {"expectation": "for-information"}
    otherwise = item(cast.signed(cast.composed(7, fields=words), cast.copy_for(cast.XE)))
    assert view_case([told, otherwise]).told_differently == ((cast.XC.at, cast.made_id(7)),)
    assert view_case([told]).told_differently == ()


def test_numbers_order_what_a_wrong_clock_confuses() -> None:
    items = stream(0, 1, 2)
    late = [
        CaseItem(i.core, i.copy, i.core_hash, i.message_hash, f"2026-11-22T0{9 - n}:00:00Z")
        for n, i in enumerate(items)
    ]
    assert [said.core.id for said in view_case(late).said] == [cast.made_id(100 + number) for number in range(3)]


def test_an_answer_comes_after_what_it_answers() -> None:
    (notice,) = stream(0)
    early = answer(notice)
    early = CaseItem(early.core, early.copy, early.core_hash, early.message_hash, "2020-01-01T00:00:00Z")
    assert [said.core.form for said in view_case([early, notice]).said] == ["incident-notice", "acknowledgement"]


def test_copies_of_one_message_are_said_once() -> None:
    view = view_case([*stream(0), *stream(0, to=cast.XE)])
    assert [len(said.copies) for said in view.said] == [2]


def test_an_acknowledgement_names_the_desk() -> None:
    (notice,) = stream(0)
    assert view_case([notice, answer(notice)]).acknowledged == {notice.core_hash: frozenset({cast.XD})}


def test_only_the_speaker_withdraws() -> None:
    (notice,) = stream(0)
    stranger = answer(notice, "withdrawal")
    assert view_case([notice, stranger]).withdrawn == frozenset()
    speaker = answer(notice, "withdrawal", sender=cast.XC, to=(cast.XD, cast.XE))
    assert view_case([notice, speaker]).withdrawn == {notice.core_hash}


def test_a_case_is_closed_when_every_party_closed_it() -> None:
    (notice,) = stream(0)
    desks = (cast.XC, cast.XD, cast.XE)
    closes = [
        answer(notice, "close", 600 + n, sender=desk, to=tuple(other for other in desks if other != desk))
        for n, desk in enumerate(desks)
    ]
    assert not view_case([notice, *closes[:2]]).closed
    assert view_case([notice, *closes]).closed


def test_a_word_after_closing_opens_the_case_again() -> None:
    first, second = stream(0, 1)
    close = answer(first, "close", sender=cast.XC, to=(cast.XD, cast.XE), at="2026-11-22T02:00:00Z")
    later = CaseItem(second.core, second.copy, second.core_hash, second.message_hash, "2026-11-23T00:00:00Z")
    assert view_case([first, close, later]).closed_by == frozenset()


def test_a_reference_to_what_is_not_here_is_shown() -> None:
    (notice,) = stream(0)
    assert view_case([answer(notice)]).unknown_references == {notice.core_hash}


def test_an_exercise_shows_even_if_one_message_says_so() -> None:
    assert view_case(stream(0)).exercise


def test_numbers_that_wait_for_one_another_in_a_circle_end() -> None:
    one, two = cast.composed(1), cast.composed(2)
    circle = [
        item(cast.signed(one, cast.copy_for(cast.XD, 0))),
        item(cast.signed(two, cast.copy_for(cast.XD, 1, cast.made_hash("x")))),
        item(cast.signed(two, cast.copy_for(cast.XE, 0))),
        item(cast.signed(one, cast.copy_for(cast.XE, 1, cast.made_hash("x")))),
    ]
    assert len(view_case(circle).said) == 2


@given(st.randoms(use_true_random=False))
def test_the_view_does_not_depend_on_the_order_of_arrival(order: random.Random) -> None:
    items = [*stream(0, 1, 3), *stream(0, 2, to=cast.XE)]
    items += [answer(items[0]), answer(items[1], number=501)]
    shuffled = items[:]
    order.shuffle(shuffled)
    assert view_case(shuffled) == view_case(items)
