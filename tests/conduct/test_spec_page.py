"""Is the report on the page one, and does the page name every word that the code knows?"""

from __future__ import annotations

import re

from liaison.conduct.profiles import load_profiles
from liaison.conduct.proof import Standing
from liaison.conduct.reports import MeasureKind, decode_report, encode_report
from liaison.register.vocabulary import ShownTo
from tests import house

PAGE = (house.ROOT / "docs" / "spec" / "conduct.md").read_text(encoding="utf-8")
JSON = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_report_on_the_page_is_one() -> None:
    data = JSON[0].strip().encode()
    assert encode_report(decode_report(data)) == data


def test_the_page_names_every_kind_standing_audience_and_profile() -> None:
    words = set(re.findall(r"`([a-z-]+)`", PAGE))
    known = {each.value for each in (*MeasureKind, *Standing, *ShownTo)} | set(load_profiles())
    assert known - words == set()
