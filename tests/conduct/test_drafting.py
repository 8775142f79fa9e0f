"""Is nothing lost of what several people save to one answer, in whatever order they do?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from liaison.conduct.drafting import Mark, Placing, Saved, placing

STOOD = Saved({"measure.1.text.1": "theirs"}, Mark.WORK, 3, "page-1", 7)


def saved(text: str = "mine", *, version: int = 3, page: str = "page-2", by: int = 8) -> Saved:
    return Saved({"measure.1.text.1": text}, Mark.WORK, version, page, by)


def test_the_first_text_stands() -> None:
    assert placing(None, saved(version=0)) is Placing.FOLLOWS


def test_a_text_made_from_what_stands_follows_it_and_one_made_from_less_is_put_beside() -> None:
    assert placing(STOOD, saved()) is Placing.FOLLOWS
    assert placing(STOOD, saved(version=2)) is Placing.BESIDE
    assert placing(STOOD, saved(version=4)) is Placing.BESIDE


def test_a_page_replaces_its_own_text_and_nobody_else_s_by_guessing_its_name() -> None:
    assert placing(STOOD, saved(version=1, page="page-1", by=7)) is Placing.REPLACES
    assert placing(STOOD, saved(version=1, page="page-1", by=8)) is Placing.BESIDE
    unnamed = replace(STOOD, page="")
    assert placing(unnamed, saved(version=1, page="", by=7)) is Placing.BESIDE


def test_what_stands_already_changes_no_text_whatever_it_was_made_from() -> None:
    assert placing(STOOD, replace(STOOD, version=1)) is Placing.NOTHING
    assert placing(STOOD, replace(STOOD, version=1, page="page-9", by=9)) is Placing.AGREES
    assert placing(STOOD, replace(STOOD, mark=Mark.DONE)) is Placing.REPLACES


@dataclass
class Kept:
    """What a store keeps that does as `placing` says."""

    stands: Saved | None = None
    others: list[Saved] = field(default_factory=list)

    def save(self, text: Saved) -> int:
        place = placing(self.stands, text)
        if place is Placing.BESIDE:
            self.others = [each for each in self.others if not each.same_page(text)] + [text]
            return text.version
        if place is Placing.FOLLOWS and self.stands is not None:
            self.others.append(self.stands)
        if place is Placing.AGREES:
            assert self.stands is not None
            self.stands = replace(self.stands, page="")
        elif place is not Placing.NOTHING:
            self.stands = replace(text, version=(self.stands.version if self.stands else 0) + 1)
        assert self.stands is not None
        return self.stands.version


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 5)), max_size=40))
def test_the_last_text_of_every_page_is_kept_whatever_others_save(steps: list[tuple[int, bool, int]]) -> None:
    kept, seen = Kept(), dict.fromkeys(range(4), 0)
    last: dict[int, str] = {}
    for page, looks, words in steps:
        if looks:
            seen[page] = kept.stands.version if kept.stands is not None else 0
        last[page] = f"words {words}"
        seen[page] = kept.save(saved(last[page], version=seen[page], page=f"page-{page}", by=page % 2))
    there = [kept.stands, *kept.others] if kept.stands is not None else []
    texts = {each.typed["measure.1.text.1"] for each in there}
    assert set(last.values()) <= texts
