"""Is a practice found by its words, and only one that was shared with all?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from liaison.conduct.practices import find_practices, in_order, practices_in
from liaison.conduct.reports import Report, make_report
from liaison.messages.forms.checking import Norm

XC = "a" * 64


def report(audience: str, kind: str = "practice") -> Report:
    evidence = [{"address": "https://cert.example/policy", "document": None, "title": "Policy"}]
    text = [{"lang": "en", "text": "Finders get an answer in five days"}, {"lang": "ar", "text": "رد"}]
    measure: dict[str, Any] = {"kind": kind, "text": text, "evidence": evidence}
    answer = {"audience": audience, "clause": "norm-j", "measures": [measure]}
    return make_report({"instrument": "un-norms-2015", "participant": XC, "period": 2026, "answers": [answer]})


@pytest.mark.parametrize("audience", ["public", "participants"])
def test_a_practice_is_found_by_any_of_its_words(audience: str) -> None:
    found = list(practices_in(report(audience), "State XC"))
    for words in ("", "FINDERS answer", "رد", "cert.example", "state xc norm-j 2026", "un-norms-2015"):
        assert find_practices(found, words) == tuple(found)
    assert find_practices(found, "finders elsewhere") == ()
    assert [each.public for each in found] == [audience == "public"]


@pytest.mark.parametrize("audience", ["own", f"named:{'b' * 64}"])
def test_what_was_told_to_few_is_in_no_catalogue(audience: str) -> None:
    assert list(practices_in(report(audience), "State XC")) == []


def test_a_law_is_no_practice() -> None:
    assert list(practices_in(report("public", "law"), "State XC")) == []


def test_practices_stand_in_the_order_of_norms_and_names() -> None:
    (one,) = practices_in(report("public"), "State XC")
    other = replace(one, name="State XB")
    earlier, later = replace(one, year=2025), replace(one, norm=Norm("un-norms-2015", "norm-k"))
    assert in_order([later, earlier, one, other]) == (other, one, earlier, later)
