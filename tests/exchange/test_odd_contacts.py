"""Are lists of contacts read as other programs legally write them, and is what had no place named?"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest

from liaison.exchange.contacts.cards import MOST
from liaison.exchange.contacts.files import KINDS, Told, decode_contacts, encode_contacts
from tests.exchange.test_contacts import DESK, JSCONTACT, VCARD


@pytest.mark.parametrize(
    "table",
    [
        "sep=;\r\nname;country\r\nCERT Example;XJ\r\n",
        '"sep=;"\r\nname;country\r\nCERT Example;XJ\r\n',
        "\ufeff\r\n\r\nname,country\r\nCERT Example,XJ\r\n",
        '"name";"a, b, c, d";"country"\nCERT Example;x;XJ\n',
        "name|country\rCERT Example|XJ\r",
        "name\tcountry\nCERT Example\tXJ\n",
    ],
)
def test_a_table_as_spreadsheets_save_it_is_read_whatever_stands_above_or_between_its_cells(table: str) -> None:
    (found,) = decode_contacts(table.encode()).cards
    assert (found.name, found.country) == ("CERT Example", "XJ")


def test_a_row_that_is_refused_has_the_number_of_its_line_whatever_stood_above_the_heading() -> None:
    assert decode_contacts(b"sep=;\n\nname;country\nA;XJ\n;XJ\n").refused == (5,)


def test_domains_in_a_script_of_their_own_are_kept_in_the_spelling_of_the_network() -> None:
    (found,) = decode_contacts("name,domains\nA,b\u00fcro.example net.example\n".encode()).cards
    assert found.domains == ("xn--bro-hoa.example", "net.example")


def test_a_card_whose_name_stands_in_components_is_named() -> None:
    parts = [{"kind": "given", "value": "Ada"}, {"kind": "separator", "value": " "}, {"kind": "surname", "value": "Po"}]
    (found,) = decode_contacts(json.dumps({"@type": "Card", "name": {"components": parts}}).encode()).cards
    assert found.name == "Ada Po"


LONG_NOTE = "x" * 501
LEFT_OUT = {
    "a column without a place": ("name,Fax,Fax 2\nA,+000 555 0999,\n", ("Fax",)),
    "a second telephone": ("name,phone,Emergency phone\nA,+000 555 0100,+000 555 0199\n", ("Emergency phone",)),
    "the same telephone again": ("name,phone,Emergency phone\nA,+000 555 0100,+000 555 0100\n", ()),
    "a country in words": ("name,country\nA,State XJ\nB,XJ\n", ("country",)),
    "a note that is too long": (f"name,note\nA,{LONG_NOTE}\n", ("note",)),
    "a cell without a heading": ("name,country\nA,XJ,and more\n", ("?",)),
    "more domains than fit": ("name,domains\nA," + " ".join(f"n{n}.example" for n in range(60)) + "\n", ("domains",)),
    "members of a team": (json.dumps({"data": [{"team": "A", "id": 7, "joined": "", "web": None}]}), ("id",)),
    "properties of a card": (VCARD, ("ORG", "ADR")),
    "a second mailbox of a card": (VCARD.replace("NOTE:", "EMAIL:b@net.example\r\nNOTE:"), ("ORG", "ADR", "EMAIL")),
    "members of a JSContact card": (JSCONTACT[:-1] + ', "photos": {"p": {"uri": "data:,"}}}', ("photos",)),
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_an_address_book_has_no_place_for_is_named_and_nothing_else(what: str) -> None:
    data, left = LEFT_OUT[what]
    found = decode_contacts(data.encode())
    assert found.cards and found.left == left


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_this_program_wrote_nothing_is_left_out(kind: str) -> None:
    told = [Told(DESK, (("FIRST", "2026-11-20"),))]
    assert decode_contacts(encode_contacts(kind, told)).left == ()


def test_an_address_of_a_key_hides_no_key_that_stands_in_the_card() -> None:
    key = b64encode(b"certificate").decode()
    lines = f"KEY:https://net.example/key\r\nKEY:data:application/pgp-keys;base64,{key}\r\nNOTE:"
    found = decode_contacts(VCARD.replace("NOTE:", lines).encode())
    assert found.cards[0].key == key and "KEY" in found.left


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_contacts_as_a_book_takes_are_read_back_from_what_was_written_of_them(kind: str) -> None:
    cards = [
        replace(DESK, name=f"Desk {number} of the Example", mailbox=f"d{number}@net.example") for number in range(MOST)
    ]
    found = decode_contacts(encode_contacts(kind, [Told(each, (("FIRST", "2026-11-20"),)) for each in cards]))
    assert found.cards == tuple(cards)
