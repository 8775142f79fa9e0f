"""In which form is something said, and does what was written fit it?"""

from __future__ import annotations

from liaison.messages.forms.catalogue import Field, Form, find_form, form_hash, forms, latest_form
from liaison.messages.forms.checking import check_fields, check_message_form
from liaison.messages.forms.codes import Code, code_list, english, meaning
from liaison.messages.forms.observables import Observable, read_observables
from liaison.messages.forms.sharing import check_passing_on, check_sharing

__all__ = [
    "Code",
    "Field",
    "Form",
    "Observable",
    "check_fields",
    "check_message_form",
    "check_passing_on",
    "check_sharing",
    "code_list",
    "english",
    "find_form",
    "form_hash",
    "forms",
    "latest_form",
    "meaning",
    "read_observables",
]
