"""Is every address that is not of the open internet refused, whatever its spelling?"""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path

import pytest

from liaison.adapters.addresses import is_public, resolve, split_origin
from liaison.errors import UnreachableError

REFUSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3 127.255.255.255 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1
64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:0:53aa:64c::1 2001:db8::1 2002:7f00:1::1 2002:a9fe:a9fe::1 3fff::1
5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 febf::1 fec0::1 ff02::1 ff05::2
"""

OPEN = "8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 2606:4700::1111 2a00::1"

ODD_URLS = """
http://peer.example https://peer.example/path https://peer.example?q https://user@peer.example https://peer.example:22
https://peer.example:80 https://peer.example:99999 https://peer.example:x https:// ftp://peer.example
https://peer.example#f https://a:b@127.0.0.1 https://[::1 https://peer.example\\@127.0.0.1 //peer.example
"""


@pytest.mark.parametrize("text", REFUSED.split())
def test_an_address_that_is_not_public_is_refused(text: str) -> None:
    assert is_public(ipaddress.ip_address(text)) is False


@pytest.mark.parametrize("text", OPEN.split())
def test_a_public_address_is_taken(text: str) -> None:
    assert is_public(ipaddress.ip_address(text)) is True


@pytest.mark.parametrize("url", ODD_URLS.split())
def test_an_odd_url_is_refused_for_good(url: str) -> None:
    with pytest.raises(UnreachableError, match="peer-address-refused") as caught:
        split_origin(url)
    assert caught.value.permanent is True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "0177.0.0.1"])
def test_a_loopback_host_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(UnreachableError, match="peer-address-private"):
        resolve(f"https://{host}:8443", allowed_private_hosts=())


def test_a_private_host_is_reached_when_the_operator_names_it() -> None:
    destination = resolve("https://127.0.0.1:8443", allowed_private_hosts=("127.0.0.1",))
    assert (destination.port, destination.addresses) == (8443, ("127.0.0.1",))


ORIGINS = json.loads((Path(__file__).parents[1] / "vectors" / "addresses" / "origins.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ORIGINS["refused"], ids=lambda row: ascii(row["url"])[:60])
def test_an_origin_that_points_inwards_or_is_odd_is_refused_for_good(row: dict[str, str]) -> None:
    with pytest.raises(UnreachableError) as caught:
        resolve(row["url"], allowed_private_hosts=())
    assert (caught.value.code, caught.value.permanent) == (row["why"], True)


@pytest.mark.parametrize("url", ORIGINS["allowed"])
def test_a_public_origin_passes_and_is_pinned_to_its_address(url: str) -> None:
    destination = resolve(url, allowed_private_hosts=())
    assert [ipaddress.ip_address(text) for text in destination.addresses] == [ipaddress.ip_address(destination.host)]


def test_there_are_at_least_a_hundred_and_fifty_refused_origins() -> None:
    assert len({row["url"] for row in ORIGINS["refused"]}) >= 150
