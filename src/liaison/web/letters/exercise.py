"""How does the report of an exercise look on paper? The words and figures of its page, as PDF/UA-1.

Invariant: EXERCISE stands on every sheet, and no desk is put before another by how it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext, ngettext

from liaison.duty.exercises.report import IN_ORDER, Tally
from liaison.web.figures.charts import Chart
from liaison.web.languages import Language
from liaison.web.letters.fonts import fonts_for, found_fonts, spare_fonts
from liaison.web.letters.typesetting import own, typeset
from liaison.web.words import apart, code_word, listed, moment


def make_report(given: Mapping[str, Any], language: Language, *, at: datetime) -> bytes:
    """The report of the values that its page is made of. Raises UsageError where a font is missing."""
    found = found_fonts()
    told = _told(given) | {
        "lang": language.tag.partition("-")[0],
        "rtl": language.direction == "rtl",
        "fonts": list(dict.fromkeys((*fonts_for(language.locale, found), *spare_fonts(found)))),
    }
    return typeset("exercise.typ", told, found, at=at)


def _told(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every word of the page in the present language; what the scenario and the register say in its own direction."""
    scenario, tables = given["scenario"], given["tables"]
    return {
        "mark": gettext("EXERCISE. Nothing in this was real."),
        "title": own(scenario.en),
        "subtitle": listed([gettext("Report after the exercise"), apart(moment(given["control"].starts_at))]),
        "purpose": own(scenario.purpose),
        "players_title": gettext("Who played"),
        "players": [own(str(name)) for name, _ in given["desks"]],
        "charts": [_chart(tables["outcomes"]), _chart(tables["half"])],
        "heads": [
            gettext("Event"),
            gettext("Expected"),
            *(code_word("exercise-outcome", each) for each in IN_ORDER),
            gettext("Half within"),
        ],
        "rows": [[own(name), *_figures(tally)] for name, tally in tables["injects"]],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    """A drawing: its words whole, since paper breaks lines, and bars in hundredths of the longest."""
    longest = max((bar.length for bar in chart.bars), default=0) or 1
    return {
        "title": chart.title,
        "bars": [[own(bar.whole), bar.number, round(100 * bar.length / longest)] for bar in chart.bars],
    }


def _figures(tally: Tally) -> list[str]:
    counts = (str(tally.counts[each]) for each in IN_ORDER)
    return [str(tally.expected), *counts, _minutes(tally.half)]


def _minutes(time: timedelta | None) -> str:
    if time is None:
        return "—"
    minutes = round(time / timedelta(minutes=1))
    return ngettext("{minutes} min", "{minutes} min", minutes).format(minutes=minutes)
