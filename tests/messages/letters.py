"""A note and a page of a letter box, the same in every run; the spec page prints them."""

from __future__ import annotations

from liaison.messages.letter_box import KeptNote, Kind, Left, Letter, Page, State, Terms, sign_note
from liaison.messages.parties import NodeRef
from liaison.wire.canonical import encode_struct
from tests.register.registry import signer

REGISTER, SEALED = "47" * 32, "f3" * 32
KEEPER, OWNER, SENDER = NodeRef("aa" * 32, "main"), NodeRef("bb" * 32, "cert"), NodeRef("cc" * 32, "main")
KEY = signer("letter box")
NOTE = KeptNote(
    register=REGISTER,
    by=KEEPER,
    owner=OWNER,
    sender=SENDER,
    kind=Kind.MESSAGE,
    sealed=SEALED,
    state=State.KEPT,
    at="2026-11-22T03:02:11Z",
    until="2026-12-06T03:02:11Z",
)
LEFT = Left(REGISTER, KEEPER, OWNER, SENDER, Kind.MESSAGE, SEALED)
SIGNED = sign_note(NOTE, KEY)
PAGE = Page((Letter(12, Kind.MESSAGE, SENDER, SEALED, 3412, NOTE.until),), None, Terms(1000, 268435456, 14))
PAGE_BYTES = encode_struct(PAGE)
