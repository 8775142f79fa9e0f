"""Does the log stay one log when many hand in at once?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from liaison.node.log.drafts import sign_draft
from liaison.node.log.verification import verify_copy
from liaison.node.services import ceremony, mirror, secretariat
from liaison.register.bodies import Labels
from liaison.register.vocabulary import ParticipantType
from tests.node.stories import LETTER, Story, root, roots_of


def at_once(actions: list[Callable[[], object]]) -> list[object]:
    """What the actions gave, each run in a thread of its own with connections of its own."""

    def run(action: Callable[[], object]) -> object:
        try:
            return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def admission(story: Story, number: int) -> bytes:
    key = root(f"many {number}")
    draft = ceremony.draft_admission(
        story.reg,
        register=story.register,
        type_=ParticipantType.STATE,
        labels=Labels(f"State {number}", ()),
        roots=roots_of(key),
        letter=LETTER,
    )
    signed = sign_draft(draft, key, *story.roots[:2])
    return ceremony.finish(story.reg, register=story.register, drafted=signed)


def test_entries_handed_in_at_once_stand_one_after_the_other(story: Story) -> None:
    leaves = [admission(story, number) for number in range(6)]
    indexes = at_once(
        [
            lambda leaf=leaf: secretariat.submit_entry(story.reg, register=story.register, envelope=leaf)  # type: ignore[misc]
            for leaf in leaves
        ],
    )
    assert sorted(indexes) == list(range(3, 9))  # type: ignore[type-var]
    assert verify_copy(story.reg, register=story.register, progress=lambda _: None).size == 9


def test_synchronising_twice_at_once_folds_each_entry_once(story: Story) -> None:
    xc = story.join("xc", "XC")
    for number in range(3):
        secretariat.submit_entry(story.reg, register=story.register, envelope=admission(story, number))
    at_once([lambda: mirror.sync_register(xc.node, register=story.register)] * 3)
    verified = verify_copy(xc.node, register=story.register, progress=lambda _: None)
    assert (verified.size, verified.trusted_size) == (10, 10)
