"""Does a prefix count as allocated only where all of it is, and does an allocation lie over reserved space?"""

from __future__ import annotations

import pytest

from liaison.routing.allocation import decode_delegated
from liaison.routing.space import Space, SpaceKind

TABLE = decode_delegated(
    [
        b"2|example|20261121|4|19830705|20261121|+0000\n"
        b"example|XC|ipv4|192.0.2.0|256|20260101|allocated|one\n"
        b"example|XC|ipv4|20.0.0.0|256|20260101|allocated|two\n"
        b"example|XC|ipv6|2001:db8:1::|48|20260101|allocated|three\n"
        b"example||ipv4|20.0.2.0|256||available|\n"
    ]
)


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("192.0.2.0/25", SpaceKind.ALLOCATED),
        ("192.0.0.0/22", SpaceKind.SPECIAL_PURPOSE),
        ("198.51.100.0/24", SpaceKind.SPECIAL_PURPOSE),
        ("10.1.0.0/16", SpaceKind.SPECIAL_PURPOSE),
        ("20.0.0.0/24", SpaceKind.ALLOCATED),
        ("20.0.0.0/23", SpaceKind.NOT_ALLOCATED),
        ("20.0.2.0/24", SpaceKind.NOT_ALLOCATED),
        ("2001:db8:1::/48", SpaceKind.ALLOCATED),
        ("2001:db8:2::/48", SpaceKind.SPECIAL_PURPOSE),
        ("2a00::/32", SpaceKind.NOT_ALLOCATED),
    ],
)
def test_a_prefix_is_allocated_reserved_or_nobodys(prefix: str, kind: SpaceKind) -> None:
    space = Space([TABLE])
    assert space.of(prefix) is kind
    assert [source.date for source in space.sources] == ["2026-11-21"]
