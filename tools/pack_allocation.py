"""How is the shipped allocation snapshot made again, byte for byte, from Debian's tor-geoipdb?

    apt-get install tor-geoipdb
    python tools/pack_allocation.py /usr/share/tor/geoip /usr/share/tor/geoip6 build/ranges.xz

The same two files give the same packed bytes. `NOTICE.md` beside the snapshot says whose work it is, under which
licence, and what was changed in packing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from liaison.routing.allocation import RangeTable, decode_tor_geoip
from liaison.routing.snapshot import pack
from liaison.routing.special import without_special_purpose


def joined(ipv4: RangeTable, ipv6: RangeTable) -> RangeTable:
    """One table of both files, its codes in alphabetical order."""
    codes = sorted({*ipv4.codes, *ipv6.codes})
    number = {code: position for position, code in enumerate(codes)}
    return RangeTable(
        ipv4.source,
        tuple(codes),
        ipv4.ipv4.mapped([number[code] for code in ipv4.codes]),
        ipv6.ipv6.mapped([number[code] for code in ipv6.codes]),
        ipv4.autonomous_systems,
    )


def main(ipv4_file: str, ipv6_file: str, packed_file: str) -> None:
    """Read both text files, write the packed one."""
    ipv4 = decode_tor_geoip([Path(ipv4_file).read_bytes()])
    ipv6 = decode_tor_geoip([Path(ipv6_file).read_bytes()])
    table = without_special_purpose(joined(ipv4, ipv6))
    Path(packed_file).write_bytes(pack(table))


if __name__ == "__main__":
    main(*sys.argv[1:])
