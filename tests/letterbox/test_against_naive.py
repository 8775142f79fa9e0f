"""Does the letter box in the tables do what a list in memory does, whatever is left, fetched and expires?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaison.errors import LiaisonError
from liaison.messages.letter_box import Kind
from liaison.node import models
from liaison.node.config import LetterBox as KeepingTerms
from liaison.node.services.letterbox.keeper import LetterBox, Noted, own_box
from liaison.node.services.letterbox.keeping import expire_letters
from liaison.node.unit_of_work import unit_of_work
from liaison.wire.identifiers import digest
from tests.letterbox.boxes import KEEPER, at, behind_nat
from tests.letterbox.naive import DAY, DAYS, MOST, NaiveBox
from tests.world import World

pytestmark = pytest.mark.engine

CODES = st.sampled_from(["XC", "XD", "XE"])
DATA = st.sampled_from([b"one", b"two", b"three"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("leave"), CODES, CODES, DATA),
        st.tuples(st.just("fetch"), CODES, CODES, DATA),
        st.tuples(st.just("wait"), st.integers(1, DAYS * DAY)),
        st.tuples(st.just("expire")),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    keeps = KeepingTerms(days=DAYS, letters=MOST)
    with behind_nat(tmp_path_factory.mktemp("naive"), "XC", "XD", keeps=keeps, own_box=False) as world:
        yield world


def box(world: World, who: str) -> LetterBox:
    return own_box(world.nodes[who], world.register, at(world, who), at(world, KEEPER))


def leave(world: World, sender: str, owner: str, data: bytes) -> str:
    there = box(world, sender)
    try:
        return there.leave(there.left(at(world, owner), Kind.MESSAGE, digest(data)), data).note.state.value
    except LiaisonError as error:
        return error.code


def fetch(world: World, owner: str, sender: str, data: bytes) -> None:
    there = box(world, owner)
    for letter in there.page(0).letters:
        if (letter.sender, letter.sealed) == (at(world, sender), digest(data)):
            assert there.fetch(letter) == data
            there.end(letter.number)
            there.end(letter.number)


def listed(world: World, owner: str) -> list[tuple[str, str]]:
    return [(letter.sender.participant, letter.sealed) for letter in box(world, owner).page(0).letters]


def state(world: World, sender: str, owner: str, data: bytes) -> str | None:
    there = box(world, sender)
    said = there.state(there.left(at(world, owner), Kind.MESSAGE, digest(data)))
    return said.note.state.value if isinstance(said, Noted) else None


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_a_letter_box_is_the_list_it_stands_for(world: World, steps: list[tuple[object, ...]]) -> None:
    with unit_of_work(world.nodes[KEEPER]):
        models.KeptLetter.objects.all().delete()
    naive, forgotten = NaiveBox({"XC", "XD"}), False
    for step in steps:
        match step:
            case ("leave", str(sender), str(owner), bytes(data)):
                assert leave(world, sender, owner, data) == naive.leave(sender, owner, data)
            case ("fetch", str(owner), str(sender), bytes(data)):
                fetch(world, owner, sender, data)
                naive.end(owner, sender, data)
            case ("wait", int(seconds)):
                world.advance(seconds=seconds)
                naive.at += seconds
            case _:
                expire_letters(world.nodes[KEEPER])
                forgotten = True
        for owner in ("XC", "XD"):
            told = [(at(world, sender).participant, digest(data)) for sender, data in naive.listed(owner)]
            assert listed(world, owner) == told
    for sender, owner, data in {step[1:] for step in steps if step[0] == "leave"}:  # type: ignore[misc]
        said = state(world, sender, owner, data)  # type: ignore[arg-type]
        assert said == naive.state(sender, owner, data) or (forgotten and said is None)  # type: ignore[arg-type]
