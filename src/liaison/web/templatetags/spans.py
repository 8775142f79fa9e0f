"""How long ago, how far ahead, and on which days, in the reader's words?

{% load spans %}{{ at|since:now }}      2 hours
{{ 73.0|span }}                       73 seconds
{{ begins|first_day }}                22 Nov 2026; with its hour where it is no midnight of the reader's
{{ until|last_day }}                  24 Nov 2026, of what ends as the 25th begins
{{ until|ends_a_day }}                whether it does
"""

from __future__ import annotations

import functools
import math
from datetime import datetime, timedelta

from babel.dates import TIMEDELTA_UNITS, format_timedelta
from django import template
from django.utils.safestring import SafeString

from liaison.web.templatetags.show import day, when
from liaison.web.words import babel_locale, day_begun

register = template.Library()

ENOUGH = 1.5
"""So many of a unit are told in it, fewer in the next smaller one."""


@register.filter
def since(at: datetime | None, now: datetime) -> str:
    """The time between two instants, in its largest unit, whichever is the earlier."""
    return span(abs((now - at).total_seconds())) if at is not None else ""


@register.filter
def first_day(begins: datetime) -> SafeString | str:
    """The day on which something begins that lasts whole days; the instant, where the reader's day began at another."""
    found = day_begun(begins)
    return day(found) if found is not None else when(begins)


@register.filter
def ends_a_day(until: datetime) -> bool:
    """Whether what lasts until then lasts to the end of a day of the reader's."""
    return day_begun(until) is not None


@register.filter
def last_day(until: datetime) -> SafeString | str:
    """The last day of what lasts until then, itself included; the instant, where it ends inside of a day."""
    found = day_begun(until)
    return day(found - timedelta(days=1)) if found is not None else when(until)


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
