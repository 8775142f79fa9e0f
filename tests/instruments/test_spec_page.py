"""Are the examples of the page on instruments read by the code?"""

from __future__ import annotations

import re

from liaison.conduct.stands import StandState
from liaison.instruments.catalogue import decode_instrument, load_instruments, merge_instruments, text_hash
from liaison.instruments.legal_basis import Reason
from liaison.instruments.positions import Status
from liaison.instruments.positions_file import decode_positions
from liaison.instruments.texts import ADOPTING, Kin, Role
from liaison.register.vocabulary import ParticipantType
from tests import house

PAGE = (house.ROOT / "docs" / "spec" / "instruments.md").read_text(encoding="utf-8")
TOML = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_instrument_on_the_page_is_one() -> None:
    text = decode_instrument(TOML[0].encode())
    assert (text.id, len(text_hash(text))) == ("budapest-2001", 64)


def test_the_code_on_the_page_is_one_that_could_be_imported() -> None:
    text = decode_instrument(TOML[1].encode())
    assert merge_instruments(load_instruments(), [text])["xp-pledge"].addressees() == (ParticipantType.PROVIDER,)


def test_the_list_on_the_page_is_one() -> None:
    page = decode_positions(TOML[2].encode(), load_instruments())
    assert [each.party for each in page.positions] == ["XC"]


def test_the_page_names_every_role_status_and_reason() -> None:
    words = set(re.findall(r"`([a-z-]+)`", PAGE))
    assert {each.value for each in (*Role, *Status, *Reason, *Kin, *StandState, *ADOPTING)} <= words
