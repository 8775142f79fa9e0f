"""How do instants, codes, names and hashes stand on a page? In the officer's zone and language, each in its direction.

{{ at|when }}                 <time datetime="2026-11-22T03:02:00Z">22 Nov 2026, 04:02 <span>CET</span></time>
{{ code|word:"tlp" }}         the label of a code
{{ text|own }}                <bdi> around what others wrote: its direction never turns the page's
{% asset "liaison.css" %}     the path of a file of ours, with its hash, so that a new version is a new address
"""

from __future__ import annotations

import functools
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from babel.dates import format_datetime, format_skeleton, get_datetime_format
from django import template
from django.conf import settings
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from liaison.messages.forms import Form, latest_form
from liaison.web import words
from liaison.web.languages import find_language
from liaison.wire.identifiers import format_instant, parse_instant

register = template.Library()


def babel_locale() -> str:
    """The present language as Babel spells it."""
    return find_language(translation.get_language()).locale


@register.filter
def when(at: datetime | None) -> SafeString | str:
    """An instant in the officer's zone, with the zone."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}"><bdi>{}</bdi> <bdi class="zone">{}</bdi></time>', format_instant(at), *_day_and_zone(at)
    )


@register.filter
def moment(at: datetime) -> str:
    """The same as plain text, for places that take no elements."""
    return " ".join(_day_and_zone(at))


def _day_and_zone(at: datetime) -> tuple[str, str]:
    zone: Any = timezone.get_current_timezone()
    # English as it is written where no country is named: the day before the month.
    locale = {"en": "en_001"}.get(babel_locale(), babel_locale())
    day = format_skeleton("yMMMd", at, tzinfo=zone, locale=locale)
    hour = format_datetime(at, "HH:mm", tzinfo=zone, locale=locale)
    # The order of the day and what stands before the hour are the language's own.
    return str(get_datetime_format("medium", locale=locale)).format(hour, day), at.astimezone(zone).strftime("%Z")


@register.filter
def word(code: str, list_name: str) -> str:
    """The label of a code of a list."""
    return words.code_word(list_name, code)


@register.filter
def meaning(code: str, list_name: str) -> str:
    """The sentence that explains a code, where it needs one."""
    return words.code_meaning(list_name, code)


@register.filter
def form_word(form: str) -> str:
    """The name of a form."""
    return words.form_word(latest_form(form))


@register.filter
def own(text: object) -> SafeString:
    """Text of others, isolated so that its direction stays its own."""
    return format_html('<bdi dir="auto">{}</bdi>', text)


@register.filter
def code(text: object) -> SafeString:
    """A hash, an address or an identifier: always left to right."""
    return format_html('<code dir="ltr">{}</code>', text)


@register.simple_tag
def asset(name: str) -> str:
    """The address of a static file."""
    return f"/static/web/{name}?v={_hash(name)}"


@functools.cache
def _hash(name: str) -> str:
    path: Path = settings.STATIC_FOLDER.joinpath("web", str.__str__(name))
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@register.filter
def purpose(form: Form) -> str:
    """What a form is for, in a sentence."""
    return pgettext(form.id, form.purpose)


@register.filter
def instant(text: str) -> datetime:
    """The time that an instant of the wire names."""
    return parse_instant(text)


@register.filter
def clock(at: datetime) -> str:
    """The time of day where it is, as `11:02`, whatever the reader's zone."""
    return at.strftime("%H:%M")


@register.filter
def tel(number: str) -> str:
    """A telephone number as the address of a link: digits and a leading plus sign."""
    return ("+" if number.strip().startswith("+") else "") + "".join(sign for sign in number if sign.isdigit())
