"""How does a form of the line become fields on a page, and a page that comes back the values of a form?

    around = Surroundings(zone="Europe/Paris", language="fr")
    read = read_form(form, typed_of(request.POST), around)      what was typed → read.values, read.problems
    fields = show_form(form, read, around)                      {% include "web/forms/fields.html" %}

Invariants:
- What was typed is kept as it was typed, whether or not it could be read: showing it again loses nothing.
- Every problem names the input it is about, so that the summary above the form leads there.
- Times are typed in the zone that is shown beside them and are UTC from then on; a text carries its language.
"""

from __future__ import annotations

from liaison.web.forms.reading import Inputs, Problem, Reading, Surroundings, read_form
from liaison.web.forms.showing import show_form
from liaison.web.forms.typed import Typed, typed_of

__all__ = ["Inputs", "Problem", "Reading", "Surroundings", "Typed", "read_form", "show_form", "typed_of"]
