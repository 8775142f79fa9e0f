"""How does a row reach a spreadsheet without becoming a formula, and how is it turned back?

    =HYPERLINK("http://…")   →   '=HYPERLINK("http://…")
    "+1","-5",'quoted'       →   "'+1","'-5",''quoted'

A field that begins with one of = + - @ TAB CR LF, with a full-width = + - @, or with an apostrophe gets one
apostrophe in front (inside the quotes, where the field is quoted). Turning back: every field that begins with an
apostrophe loses that one. So the way back needs to know nothing of the way there (docs/spec/reports.md).
"""

from __future__ import annotations

import numpy as np

from liaison.routing.columns import U8
from liaison.routing.ranges import Index

APOSTROPHE = b"'"
_LEADS = "=+-@\t\r\n'"
_WIDE_LEADS = ("\uff1d", "\uff0b", "\uff0d", "\uff20")  # the full-width = + - @
_ALL_LEADS = (*_LEADS, *_WIDE_LEADS)
_LEAD_BYTES = tuple(lead.encode() for lead in _ALL_LEADS)
_IS_LEAD = np.zeros(256, dtype=np.bool_)
_IS_LEAD[list(_LEADS.encode())] = True
LOOKED_AT = _IS_LEAD.copy()
"""By its first byte, whether a field of CSV needs a look: a lead, a quote, or what may begin a wide lead."""
LOOKED_AT[[ord('"'), 0xEF]] = True
_WIDE_THIRD = [lead.encode()[2] for lead in _WIDE_LEADS]


def neutral(text: str) -> str:
    """One field's text, safe."""
    return "'" + text if text.startswith(_ALL_LEADS) else text


def restored(text: str) -> str:
    """The text that `neutral` was given."""
    return text.removeprefix("'")


def dangerous(data: U8, fields: Index) -> Index:
    """Those of the field positions at which a spreadsheet could see a formula begin (or an apostrophe stands)."""
    first = data[fields]
    found = _IS_LEAD[first]
    wide = np.flatnonzero(first == 0xEF)
    if len(wide):
        places = fields[wide]
        found[wide] = (data[places + 1] == 0xBC) & np.isin(data[places + 2], _WIDE_THIRD)
    return fields[found]


def cell_bytes(text: bytes) -> bytes:
    """`cell` of bytes that need not be UTF-8, with a comma as the delimiter."""
    if text.startswith(_LEAD_BYTES):
        text = APOSTROPHE + text
    if b'"' in text:
        return b'"' + text.replace(b'"', b'""') + b'"'
    return b'"' + text + b'"' if b"," in text or b"\n" in text or b"\r" in text else text


def cell(text: str, delimiter: str = ",") -> str:
    """One field as CSV writes it: safe, quoted where needed."""
    text = neutral(text)
    if delimiter in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
