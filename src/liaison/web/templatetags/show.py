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

from babel.dates import format_datetime
from django import template
from django.conf import settings
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from liaison.messages.forms import latest_form
from liaison.web import words
from liaison.web.languages import find_language
from liaison.wire.identifiers import format_instant

register = template.Library()


def babel_locale() -> str:
    """The present language as Babel spells it."""
    return find_language(translation.get_language()).locale


@register.filter
def when(at: datetime | None) -> SafeString | str:
    """An instant in the officer's zone, with the zone."""
    if at is None:
        return ""
    zone: Any = timezone.get_current_timezone()
    shown = format_datetime(at, "d MMM y, HH:mm", tzinfo=zone, locale=babel_locale())
    name = at.astimezone(zone).strftime("%Z")
    return format_html(
        '<time datetime="{}"><bdi>{}</bdi> <bdi class="zone">{}</bdi></time>', format_instant(at), shown, name
    )


@register.filter
def word(code: str, list_name: str) -> str:
    """The label of a code of a list."""
    return words.code_word(list_name, code)


@register.filter
def meaning(code: str, list_name: str) -> str:
    """The sentence that explains a code, empty where its label says enough."""
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
