"""How long ago, or how far ahead, in the reader's words?

{% load spans %}{{ at|since:now }}      2 hours
{{ 73.0|span }}                        1 minute
"""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_timedelta
from django import template

from liaison.web.templatetags.show import babel_locale

register = template.Library()


@register.filter
def since(at: datetime | None, now: datetime) -> str:
    """The time between two instants, in its largest unit, whichever is the earlier."""
    return span(abs((now - at).total_seconds())) if at is not None else ""


@register.filter
def span(seconds: float | None) -> str:
    """So many seconds, in the largest unit that says enough."""
    if seconds is None:
        return ""
    shown: str = format_timedelta(timedelta(seconds=max(seconds, 60)), threshold=1.5, locale=babel_locale())
    return shown
