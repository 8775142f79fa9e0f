"""Does an instant stand on a page as readers of its language write it?"""

from __future__ import annotations

from datetime import UTC, datetime
from unicodedata import normalize
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

import tests.with_django  # noqa: F401
from liaison.errors import At, UsageError
from liaison.node.services.care.findings import Finding, State
from liaison.web.templatetags.show import when
from liaison.web.words import explained, found_words, moment

AT = datetime(2026, 11, 2, 3, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "2 Nov 2026, 03:16 UTC"),
        ("fr", "2 nov. 2026, 03:16 UTC"),
        ("es", "2 nov 2026, 03:16 UTC"),
        ("ru", "2 нояб. 2026 г., 03:16 UTC"),  # noqa: RUF001
        ("zh-hans", "2026年11月2日 03:16 UTC"),
        ("pt", "2 de nov. de 2026 03:16 UTC"),
        ("ar", "2 نوفمبر 2026، 03:16 UTC"),
    ],
)
def test_day_and_hour_stand_in_the_order_of_the_language(language: str, shown: str) -> None:
    with translation.override(language):
        text = moment(AT)
        element = when(AT)
    assert normalize("NFKC", text).replace("\u200f", "") == shown
    assert f"<bdi>{text.removesuffix(' UTC')}</bdi>" in element
    assert 'datetime="2026-11-02T03:16:00Z"' in element


@pytest.mark.parametrize("code", ["case-archived", "case-destroyed"])
def test_an_instant_in_a_refusal_is_said_by_the_readers_clock_and_in_their_language(code: str) -> None:
    error = UsageError(code, at=At("2026-11-02T22:16:00Z"))
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert "3 Nov 2026, 07:16 JST" in explained(error).what
        with translation.override("ar"):
            assert normalize("NFKC", explained(error).what).replace("\u200f", "").count("3 نوفمبر 2026، 07:16 JST") == 1


def test_an_instant_in_what_a_check_of_the_node_found_is_said_by_the_readers_clock() -> None:
    found = Finding("writing", State.WARN, "writing-closed", {"since": At("2026-11-02T22:16:00Z")})
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert "Since 3 Nov 2026, 07:16 JST the node" in found_words(found)[0]


def test_what_was_typed_stands_in_a_refusal_as_it_was_typed() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert "2026-11-02T22:16:00Z" in explained(UsageError("time-past", text="2026-11-02T22:16:00Z")).what
