"""Does a name lead to the country code it ends in, in every script?"""

from __future__ import annotations

import pytest

from liaison.routing.addresses import parse_name
from liaison.routing.names import closest, code_of, enclosing, native_suffixes
from tests.house import SOURCES


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("www.example.xc", "XC"),
        ("example.co.uk", "GB"),
        ("example.gb", "GB"),
        ("пример.рф", "RU"),
        ("xn--e1afmkfd.xn--p1ai", "RU"),
        ("例子.中国", "CN"),
        ("example.com", None),
        ("example.x1", None),
        ("example.ёё", None),
    ],
)
def test_a_name_has_the_code_of_its_suffix(name: str, code: str | None) -> None:
    assert code_of(parse_name(name).text) == code


def test_every_native_suffix_is_read_as_its_ascii_form() -> None:
    page = SOURCES / "routing" / "data" / "idn-country-suffixes.csv"
    rows = [row.split(",") for row in page.read_text(encoding="utf-8").splitlines()[1:]]
    read = {parse_name(f"example.{native}").text.removeprefix("example."): code for _, native, code in rows}
    assert read == native_suffixes()
    assert len(read) == len(rows)


def test_the_longest_rule_that_encloses_a_name_is_followed() -> None:
    rules = {"example.xc": 1, "www.example.xc": 2, "xc": 3}
    assert closest(rules, "a.www.example.xc") == ("www.example.xc", 2)
    assert closest(rules, "notexample.xc") == ("xc", 3)
    assert closest(rules, "example.xd") is None


def test_a_name_is_enclosed_by_itself_first() -> None:
    assert list(enclosing("a.b.xc")) == ["a.b.xc", "b.xc", "xc"]
