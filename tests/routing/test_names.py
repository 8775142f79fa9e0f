"""Does a name lead to the country code it ends in, in every script?"""

from __future__ import annotations

import pytest

from liaison.routing.names import closest, code_of, enclosing, native_suffixes


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
    assert code_of(name) == code


def test_every_native_suffix_stands_in_both_forms() -> None:
    for suffix, code in native_suffixes().items():
        other = suffix[4:].encode().decode("punycode") if suffix.startswith("xn--") else _punycode(suffix)
        assert native_suffixes()[other] == code


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode()


def test_the_longest_rule_that_encloses_a_name_is_followed() -> None:
    rules = {"example.xc": 1, "www.example.xc": 2, "xc": 3}
    assert closest(rules, "a.www.example.xc") == ("www.example.xc", 2)
    assert closest(rules, "notexample.xc") == ("xc", 3)
    assert closest(rules, "example.xd") is None


def test_a_name_is_enclosed_by_itself_first() -> None:
    assert list(enclosing("a.b.xc")) == ["a.b.xc", "b.xc", "xc"]
