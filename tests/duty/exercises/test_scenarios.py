"""Is a scenario that holds together read, and any other refused with the place of what is wrong?"""

from __future__ import annotations

import pytest

from liaison.duty.exercises.scenario import MOST_BYTES, Act, decode_scenario, say_in, shipped_scenarios
from liaison.errors import MalformedError

GOOD = """
id = "small"
version = 1
en = "A small exercise"
purpose = "Practise little."
[roles.one]
kind = "technical"
en = "One"
[injects.first]
to = ["one"]
en = "Something"
text = "Something happened."
expected = [{ action = "acknowledged", within = 15 }]
[injects.second]
after = { inject = "first", action = "acknowledged" }
at_latest = 30
to = ["one"]
en = "More"
text = "More happened."
"""


def changed(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new).encode()


def test_each_scenario_that_is_shipped_is_read_and_asks_something_of_every_role() -> None:
    for name, data in shipped_scenarios().items():
        scenario = decode_scenario(data)
        assert scenario.id == name
        assert scenario.roles.keys() == {role for inject in scenario.injects.values() for role in inject.to}
        assert all(inject.expected for inject in scenario.injects.values())
    assert {"hospitals", "provider", "clarification"} <= shipped_scenarios().keys()


def test_a_scenario_is_composed_as_signed_texts_must_be_whatever_editor_wrote_it() -> None:
    decomposed = changed('text = "Something happened."', 'text = "Cafe\u0301 closed."').replace(b"\n", b"\r\n")
    assert decode_scenario(decomposed).injects["first"].text == "Caf\u00e9 closed."


def test_what_is_left_out_has_its_default() -> None:
    first, second = decode_scenario(GOOD.encode()).injects.values()
    assert (first.minutes, first.urgency, first.after) == (0, "urgent", None)
    assert second.after is not None and second.after.action is Act.ACKNOWLEDGED and second.at_latest == 30


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('id = "small"', 'id = "Small!"', "id"),
        ("version = 1", "version = 0", "id"),
        ('to = ["one"]\nen = "Something"', 'to = ["two"]\nen = "Something"', "injects.first.to"),
        ('to = ["one"]\nen = "Something"', 'to = []\nen = "Something"', "injects.first.to"),
        ('to = ["one"]\nen = "Something"', 'to = ["one", "one"]\nen = "Something"', "injects.first.to"),
        ('inject = "first"', 'inject = "second"', "injects.second.after"),
        ('inject = "first"', 'inject = "none"', "injects.second.after"),
        ("within = 15", "within = 0", "injects.first.expected"),
        ("within = 15", "within = 99999", "injects.first.expected"),
        ('"acknowledged", within', '"told", to = "two", within', "injects.first.expected"),
        ('"acknowledged", within', '"acknowledged", to = "one", within', "injects.first.expected"),
        ('"acknowledged", within', '"answered", form = "no-such-form", within', "injects.first.expected"),
        ('en = "Something"', "en = \"Some\\nthing\"", "injects.first.text"),
        ('text = "Something happened."', 'text = ""', "injects.first.text"),
        ('after = { inject = "first", action = "acknowledged" }\n', "", "injects.second.at_latest"),
        ("at_latest = 30", "minutes = -1", "injects.second.minutes"),
        ('text = "Something happened."', 'text = "  "', "injects.first.text"),
        ('text = "Something happened."', 'text = "Something\\u0007happened."', "injects.first.text"),
        ('en = "Something"', 'en = " "', "injects.first.text"),
        ("version = 1", 'version = 1\nlang = "english!"', "lang"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_scenario(changed(old, new))
    assert (caught.value.code, caught.value.params["place"]) == ("scenario-inconsistent", place)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"id = ",
        b"id = 1",
        changed("version = 1", "version = 1\nwish = 2"),
        changed('kind = "technical"', 'kind = "ministry"'),
        changed("within = 15", "within = 15, mistyped = 1"),
        changed("within = 15", "within = 1.5"),
    ],
)
def test_what_is_no_scenario_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match="scenario-unreadable"):
        decode_scenario(data)


def test_what_is_too_large_is_refused_unread() -> None:
    with pytest.raises(MalformedError, match="scenario-too-large"):
        decode_scenario(b"#" * (MOST_BYTES + 1))


def test_a_scenario_said_in_another_language_asks_the_same_of_the_same_roles() -> None:
    scenario = decode_scenario(GOOD.encode())
    said = say_in(scenario, "fr", lambda text: f"[{text}]")
    assert (said.lang, said.en, said.injects["first"].text) == ("fr", "[A small exercise]", "[Something happened.]")
    assert say_in(said, "en", lambda text: text[1:-1]) == scenario
