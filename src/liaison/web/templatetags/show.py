"""How do instants, codes, names and hashes stand on a page? In the officer's zone and language, each in its direction.

{{ at|when }}                 <time datetime="2026-11-22T03:02:00Z">22 Nov 2026, 04:02 <span>CET</span></time>
{{ code|word:"tlp" }}         the label of a code
{{ text|own }}                <bdi> around what others wrote: its direction never turns the page's
{{ clause.text|paraphrase:"gcsc-2019" }}   our words for an agreed text, in the reader's language
{{ norm|norm_link:seat_path }}   a norm by name, which leads to its page
{{ name|desk_name }}          a desk in words, with its host
written("<b>{}</b>", text)    what such a filter gives: everything in it that is not marked as safe is escaped
{% comma %}                   what stands between two of a list
{% asset "liaison.css" %}     the path of a file of ours, with its hash, so that a new version is a new address
"""

from __future__ import annotations

import functools
import hashlib
import html
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django import template
from django.conf import settings
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from liaison.errors import LiaisonError
from liaison.messages.forms import Form, latest_form
from liaison.web import words
from liaison.web.forms.instants import find_zone
from liaison.web.names import DeskName
from liaison.wire.identifiers import format_instant, parse_instant

if TYPE_CHECKING:
    from liaison.web.pages.conduct.help.naming import NormName

register = template.Library()

TAGS = {"emergency": ("strong", "tag alarm"), "urgent": ("strong", "tag warn")}


def written(shape: str, *parts: object) -> SafeString:
    """HTML of this shape with what belongs into it, as `format_html` makes it, at a fifth of the cost."""
    return SafeString(shape.format(*(part if hasattr(part, "__html__") else html.escape(str(part)) for part in parts)))


@register.simple_tag
def comma() -> str:
    """What stands between two of a list in the reader's language."""
    return words.comma()


@register.filter
def refused(error: LiaisonError) -> str:
    """What a refusal says happened, and what to do next."""
    told = words.explained(error)
    return f"{told.what} {told.next}"


@register.filter
def when(at: datetime | None) -> SafeString | str:
    """An instant in the officer's zone, with the zone."""
    if at is None:
        return ""
    there = words.day_and_zone(at.astimezone(timezone.get_current_timezone()))
    return written('<time datetime="{}"><bdi>{}</bdi> <bdi class="zone">{}</bdi></time>', format_instant(at), *there)


@register.filter
def when_in(at: datetime, zone: str) -> SafeString:
    """An instant in another zone than the officer's, with the zone."""
    there = at.astimezone(find_zone(zone))
    return written('<bdi>{}</bdi> <bdi class="zone">{}</bdi>', *words.day_and_zone(there))


@register.filter
def day(on: date) -> SafeString:
    """A day that the calendar names, whatever the reader's zone."""
    return written(
        '<time datetime="{}"><bdi>{}</bdi></time>', on.isoformat(), words.day_words(on, words.babel_locale())[0]
    )


@register.filter
def on_day(text: str) -> SafeString:
    """The same for a day as entries write it."""
    return day(date.fromisoformat(text))


@register.filter
def moment(at: datetime) -> str:
    """The same as plain text, for places that take no elements."""
    return words.moment(at)


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
    return written('<bdi dir="auto">{}</bdi>', text)


@register.filter
def article(text: str) -> SafeString | str:
    """An article of a text, isolated; nothing of what has none."""
    return own(found) if (found := words.article_word(text)) else ""


@register.filter
def code(text: object) -> SafeString:
    """A hash, an address or an identifier: always left to right."""
    return written('<code dir="ltr">{}</code>', text)


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
def paraphrase_text(source: str, instrument: str) -> str:
    """The same as plain text, for places that take no elements."""
    return pgettext(instrument, source) if source else ""


@register.filter
def paraphrase(source: str, instrument: str) -> SafeString:
    """Our words for an agreed text in the reader's language; in English, marked so, where they are untranslated."""
    told = paraphrase_text(source, instrument)
    foreign = told == source and (translation.get_language() or "en") != "en"
    return written('<bdi dir="ltr" lang="en">{}</bdi>' if foreign else "<bdi>{}</bdi>", told)


@register.filter
def norm_link(norm: NormName, seat_path: str) -> SafeString:
    """A norm by its text, its number there and what it asks, which leads to its page: lists have dozens of them."""
    inside = "conduct/texts/{}/norms/{}/" if norm.conduct else "instruments/{}/#{}"
    title = written(' <span class="small">{}</span>', paraphrase(norm.title, norm.instrument)) if norm.title else ""
    name = written("{} {}", paraphrase(norm.short, norm.instrument), own(norm.article))
    return written('<a href="{}{}">{}</a>{}', seat_path, inside.format(norm.instrument, norm.clause), name, title)


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


@register.filter
def desk_name(name: DeskName) -> SafeString:
    """A desk in words, and who hosts it."""
    return _desk_words(name, translation.get_language() or "en")


@functools.lru_cache(maxsize=4096)
def _desk_words(name: DeskName, language: str) -> SafeString:
    """The same in a language, which is the one that is active; kept by all that it is made of."""
    code = written('<bdi class="code">{}</bdi> ', name.code) if name.code else ""
    kind = '<span class="tag warn">{}</span>' if name.by_mail else '<bdi class="small">{}</bdi>'
    desk = gettext("by mail, not in the register") if name.by_mail else name.desk
    told = written("{}{} " + kind, code, own(name.name), desk)
    if name.host:
        hosted = written(gettext("hosted by %(host)s").replace("%(host)s", "{}"), own(name.host))
        told = written('{} <span class="tag warn">{}</span>', told, hosted)
    return written('<span class="desk-name">{}</span>', told)


@register.simple_tag
def case_tags(urgency: str, exercise: bool) -> SafeString:
    """How urgent it is, and whether it is an exercise; one of them stands out by more than its colour."""
    element, kind = TAGS.get(urgency, ("span", "tag"))
    told = written('<{} class="{}">{}</{}>', element, kind, words.code_word("urgency", urgency), element)
    flag = written('<strong class="tag warn">{}</strong> ', gettext("EXERCISE")) if exercise else ""
    return written("{}{}", flag, told)
