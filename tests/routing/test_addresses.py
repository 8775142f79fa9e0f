"""Is the grammar of addresses strict, and does it agree with the standard library where both speak?"""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.routing.addresses import Family, Name, Stretch, format_stretch, parse_resource, spell_plainly

GOOD = [
    ("192.0.2.7", Stretch(Family.IPV4, 0xC0000207, 0xC0000207)),
    (" 192.0.2.7\t", Stretch(Family.IPV4, 0xC0000207, 0xC0000207)),
    ("0.0.0.0", Stretch(Family.IPV4, 0, 0)),
    ("::ffff:192.0.2.7", Stretch(Family.IPV4, 0xC0000207, 0xC0000207)),
    ("::ffff:c000:207", Stretch(Family.IPV4, 0xC0000207, 0xC0000207)),
    ("2001:DB8::7", Stretch(Family.IPV6, 0x20010DB8 << 96 | 7, 0x20010DB8 << 96 | 7)),
    ("192.0.2.0/24", Stretch(Family.IPV4, 0xC0000200, 0xC00002FF)),
    ("0.0.0.0/0", Stretch(Family.IPV4, 0, 2**32 - 1)),
    ("::ffff:192.0.2.0/120", Stretch(Family.IPV4, 0xC0000200, 0xC00002FF)),
    ("2001:db8::/32", Stretch(Family.IPV6, 0x20010DB8 << 96, (0x20010DB9 << 96) - 1)),
    ("192.0.2.7:443", Stretch(Family.IPV4, 0xC0000207, 0xC0000207)),
    ("[2001:db8::7]:443", Stretch(Family.IPV6, 0x20010DB8 << 96 | 7, 0x20010DB8 << 96 | 7)),
    ("AS64500", Stretch(Family.AS, 64500, 64500)),
    ("as0", Stretch(Family.AS, 0, 0)),
    ("www.Example.XC.", Name("www.example.xc")),
    ("_dmarc.example.xc", Name("_dmarc.example.xc")),
    ("пример.рф", Name("xn--e1afmkfd.xn--p1ai")),
    ("www.example.xc:8080", Name("www.example.xc")),
    ("https://www.example.xc/a?b#c", Name("www.example.xc")),
    ("https://name:pass@www.example.xc:8443", Name("www.example.xc")),
    ("http://192.0.2.7/x", Stretch(Family.IPV4, 0xC0000207, 0xC0000207)),
    ("http://[2001:db8::7]:80/", Stretch(Family.IPV6, 0x20010DB8 << 96 | 7, 0x20010DB8 << 96 | 7)),
    ("http://192.0.2.7?@198.51.100.7/", Stretch(Family.IPV4, 0xC0000207, 0xC0000207)),
]

BAD = [
    ("", "address-missing"),
    ("  ", "address-missing"),
    ("010.0.0.1", "address-malformed"),
    ("1.2.3", "address-malformed"),
    ("1.2.3.256", "address-malformed"),
    ("1.2.3.4.5", "address-malformed"),
    ("1.2.3.٤", "address-malformed"),
    ("0x7f.0x1", "address-malformed"),
    ("2130706433", "address-malformed"),
    (":::", "address-malformed"),
    ("1:2:3:4:5:6:7:8:9", "address-malformed"),
    ("fe80::1%eth0", "address-malformed"),
    ("AS4294967296", "address-malformed"),
    ("AS01", "host-malformed"),
    ("192.0.2.1/24", "prefix-malformed"),
    ("192.0.2.0/024", "prefix-malformed"),
    ("192.0.2.0/33", "prefix-malformed"),
    ("192.0.2.0/255.255.255.0", "prefix-malformed"),
    ("192.0.2.0/", "prefix-malformed"),
    ("::ffff:0.0.0.0/90", "prefix-malformed"),
    ("example", "host-malformed"),
    ("-a.example.xc", "host-malformed"),
    ("a..xc", "host-malformed"),
    ("т" * 60 + ".рф", "host-malformed"),
    ("a\u202eb.xc", "host-malformed"),
    ("http://a@b@www.example.xc/", "host-malformed"),
    ("http://www.example.xc\\@192.0.2.7/", "host-malformed"),
    ("http://%31%39%32.0.2.7/", "host-malformed"),
    ("http:///path", "host-malformed"),
    ("http://www.example.xc:99999/", "host-malformed"),
    ("http://www.exa mple.xc/", "host-malformed"),
    ("http://[::1/", "address-malformed"),
    ("a." * 127 + "xc", "host-malformed"),
    ("x" * 3000, "address-malformed"),
]


@pytest.mark.parametrize(("text", "resource"), GOOD)
def test_a_resource_is_read_as_what_it_names(text: str, resource: object) -> None:
    assert parse_resource(text) == resource


@pytest.mark.parametrize(("text", "code"), BAD)
def test_text_that_programs_read_differently_is_refused(text: str, code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        parse_resource(text)
    assert refused.value.code == code


@given(st.text(max_size=60) | st.text(alphabet="0123456789abcdef:./@[]AS-xn", max_size=40))
def test_any_text_is_a_resource_or_our_error(text: str) -> None:
    try:
        resource = parse_resource(text)
    except MalformedError:
        return
    assert isinstance(resource, Stretch | Name)


@given(st.ip_addresses())
def test_every_address_is_read_as_the_standard_library_reads_it(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    found = parse_resource(str(address))
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    assert isinstance(found, Stretch)
    assert found.first == int(mapped or address)


@given(st.sampled_from([Family.IPV4, Family.IPV6]), st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_a_prefix_prints_as_it_was_read(family: Family, number: int, length: int) -> None:
    width = 32 if family is Family.IPV4 else 128
    length = min(length, width)
    size = 1 << (width - length)
    first = (number % 2**width) // size * size
    stretch = Stretch(family, first, first + size - 1)
    if family is Family.IPV6 and first >> 32 == 0xFFFF:
        return
    assert parse_resource(format_stretch(stretch)) == stretch


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("198[.]51[.]100[.]7", "198.51.100.7"),
        ("HXXPS://example[.]org/a", "httpS://example.org/a"),
        ("\u202a198.51.100.7\u202c", "198.51.100.7"),
        ("\u0661\u0669\u0668.\u0665\u0661.\u0661\u0660\u0660.\u0667", "198.51.100.7"),
        ("\uff11\uff19\uff18\uff0e51\u3002100\u30027", "198.51.100.7"),
        ("2001:db8::\u0667", "2001:db8::7"),
        ("пример\u06f2.рф", "пример\u06f2.рф"),
        ("пример.рф", "пример.рф"),
    ],
)
def test_what_a_person_typed_or_pasted_is_spelled_as_programs_do_unless_it_is_a_name_of_another_script(
    typed: str, spelled: str
) -> None:
    assert spell_plainly(typed) == spelled
