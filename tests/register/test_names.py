"""Which names are flagged when they are shown?"""

# Letters that look like others are what this file is about.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.register.checking.names import NameWarning, name_warnings, skeleton

CONTROL, MIXED, LOOKALIKE = NameWarning.CONTROL, NameWarning.MIXED_SCRIPT, NameWarning.LOOKALIKE


@pytest.mark.parametrize(
    "name",
    ["State XC", "Министерство XC", "وزارة الخارجية", "外務省サイバー", "Équatie", "Υπουργείο", "République d'XC 2"],
)
def test_a_name_in_the_script_of_its_language_is_not_flagged(name: str) -> None:
    assert name_warnings(name, ["State XD"]) == frozenset()


@pytest.mark.parametrize("name", ["M\u0456nistry of XC", "St\u03b1te XC"])
def test_a_word_of_two_scripts_is_flagged(name: str) -> None:
    assert MIXED in name_warnings(name)


@pytest.mark.parametrize("control", ["\u202e", "\u200b", "\u2066", "\u0007"])
def test_a_character_that_reorders_or_hides_text_is_flagged(control: str) -> None:
    assert CONTROL in name_warnings(f"State{control} XC")


@pytest.mark.parametrize(
    "name", ["STATE XC", "State  XC", "St\u0430te XC", "5tate XC", "Ｓｔａｔｅ XC", "State\u200b XC"]
)
def test_a_name_drawn_like_another_is_flagged(name: str) -> None:
    assert LOOKALIKE in name_warnings(name, ["State XD", "State XC"])


@given(name=st.text(max_size=40))
def test_any_text_has_a_skeleton_and_is_like_itself(name: str) -> None:
    assert LOOKALIKE in name_warnings(name, [name]) and skeleton(skeleton(name)) == skeleton(name)
