"""Does an instant stand on a page as readers of its language write it?"""

from __future__ import annotations

from datetime import UTC, datetime
from unicodedata import normalize

import pytest
from django.utils import translation

import tests.with_django  # noqa: F401
from liaison.web.templatetags.show import moment, when

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
