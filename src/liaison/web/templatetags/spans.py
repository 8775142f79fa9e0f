"""How long ago, or how far ahead, in the reader's words?

{% load spans %}{{ at|since:now }}      2 hours
{{ 73.0|span }}                       73 seconds
"""

from __future__ import annotations

import functools
import math
from datetime import datetime, timedelta

from babel.dates import TIMEDELTA_UNITS, format_timedelta
from django import template

from liaison.web.words import babel_locale

register = template.Library()

ENOUGH = 1.5
"""So many of a unit are told in it, fewer in the next smaller one."""


@register.filter
def since(at: datetime | None, now: datetime) -> str:
    """The time between two instants, in its largest unit, whichever is the earlier."""
    return span(abs((now - at).total_seconds())) if at is not None else ""


@register.filter
def span(seconds: float | None) -> str:
    """So many seconds, in the largest unit that says enough."""
    if seconds is None:
        return ""
    seconds = max(int(seconds), 60)
    unit, length = next(each for each in TIMEDELTA_UNITS if seconds / each[1] >= ENOUGH)
    return _counted(max(1, round(seconds / length)), unit, length, babel_locale())


@functools.lru_cache(maxsize=4096)
def _counted(number: int, unit: str, length: int, locale: str) -> str:
    """So many of a unit; kept, because a page says the same few again and again."""
    delta = timedelta(seconds=number * length)
    shown: str = format_timedelta(delta, granularity=unit, threshold=math.inf, locale=locale)  # type: ignore[arg-type]
    return shown
