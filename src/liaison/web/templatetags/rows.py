"""How does a case stand in a list, and its clock? One line of HTML made at once: a page has fifty of them.

{% case_row view %}           a case with its title, who is at the other end, when the last message came
{% case_row view now %}       the same with the clock that runs, or since when it waits
{{ row|case_title }}          its title alone
{% case_clock at now %}       due in 3 hours, or overdue by 2, with the instant

A list of fifty cases drawn node by node by the template engine costs more than all statements of its page. Invariants:
every text goes through `written`, which escapes what is not marked as safe; sentences are whole and translated.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from liaison.web.templatetags.show import case_tags, desk_name, form_word, when, written
from liaison.web.templatetags.spans import since
from liaison.web.words import listed

if TYPE_CHECKING:
    from liaison.node.reads.desk.listing import CaseRow
    from liaison.web.pages.cases.naming import RowView

register = template.Library()

NOTHING = SafeString("")


@register.simple_tag
def case_clock(at: datetime | None, now: datetime) -> SafeString:
    """How far ahead a clock is, or how long over."""
    if at is None:
        return NOTHING
    span = since(at, now)
    if at < now:
        told = gettext("overdue by %(span)s") % {"span": span}
        return written('<strong class="tag alarm">{}</strong> {}', told, when(at))
    return written('<span class="tag warn">{}</span> {}', gettext("due in %(span)s") % {"span": span}, when(at))


@register.simple_tag
def case_row(view: RowView, now: datetime | None = None) -> SafeString:
    """One case of a list; with `now`, its clock."""
    row = view.row
    closed = pgettext("case", "Closed") if row.closed_at else ""
    others = [desk_name(name) for name in view.others]
    return written(
        '<li class="case-row"><p class="head">{} <a href="{}">{}</a>{}</p><p class="small">{}{} · {} {}{}</p></li>',
        case_tags(row.urgency, row.exercise),
        view.path,
        case_title(row),
        written(' <span class="tag good">{}</span>', closed) if closed else NOTHING,
        written("{} · ", form_word(row.form)) if row.title else NOTHING,
        written(listed(["{}"] * len(others)), *others),
        gettext("last message"),
        when(row.last_at),
        _waiting(row, now) if now is not None else NOTHING,
    )


@register.filter
def case_title(row: CaseRow) -> SafeString | str:
    """What a case goes by: the words of its first message in their own direction, or the name of its form."""
    if row.title is None:
        return form_word(row.form)
    lang = written(' lang="{}"', row.title.lang) if row.title.lang else NOTHING
    return written('<bdi dir="auto"{}>{}</bdi>', lang, row.title.text)


def _waiting(row: CaseRow, now: datetime) -> SafeString:
    if row.due is not None:
        return written(" · {}", case_clock(row.due, now))
    if row.turn_since is not None:
        return written(" · {}", gettext("for %(span)s") % {"span": since(row.turn_since, now)})
    return NOTHING
