"""Which feed is routed in the benchmarks? CSV rows like those of real feeds, the same ones for the same seed.

    time,ip,port,proto,type,note
    2026-08-22T03:00:00Z,192.0.2.7,443,tcp,scanner,"seen ""often"", again"

70 % IPv4, 10 % IPv6, 20 % domains; 5 % of all malformed; 10 % of all repeated; five countries hold 60 % of the domains,
addresses fall where the shipped allocation data have them.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator

from liaison.routing.snapshot import shipped

HEADER = b"time,ip,port,proto,type,note\n"
CHUNK_ROWS = 20_000
COMMON, RARE = ("fr", "de", "jp", "br", "in"), ("ke", "pe", "no", "th", "uk", "com", "org", "is", "ma", "nz")
BROKEN = ("300.1.2.{}", "010.0.{}.1", "2001:db8:::{}", "no host {}", "192.0.2.256.{}", "-a{}.example", "")
NOTES = ("", "", "scan", "login tries", '"a, b"', "=1+1", '"seen ""often"", again"')


def chunks(rows: int, seed: int = 1) -> Iterator[bytes]:
    """The feed in chunks of some hundred kilobytes."""
    chance = random.Random(seed)
    starts4 = [start for start, value in zip(shipped().ipv4.begins(), shipped().ipv4.values, strict=True) if value >= 0]
    starts6 = [start for start, value in zip(shipped().ipv6.begins(), shipped().ipv6.values, strict=True) if value >= 0]
    yield HEADER
    recent: list[str] = []
    for begin in range(0, rows, CHUNK_ROWS):
        lines = []
        for _ in range(begin, min(rows, begin + CHUNK_ROWS)):
            if recent and chance.random() < 0.1:
                lines.append(chance.choice(recent))
            else:
                lines.append(_row(chance, starts4, starts6))
        recent = lines[-1000:]
        yield "".join(lines).encode()


def _row(chance: random.Random, starts4: list[int], starts6: list[int]) -> str:
    number = chance.random()
    if number < 0.05:
        resource = chance.choice(BROKEN).format(chance.getrandbits(12))
    elif number < 0.25:
        suffix = chance.choice(COMMON if chance.random() < 0.6 else RARE)
        resource = f"host{chance.getrandbits(20)}.example{chance.getrandbits(8)}.{suffix}"
    elif number < 0.35:
        resource = str(ipaddress.IPv6Address(chance.choice(starts6) + chance.getrandbits(40)))
    else:
        address = (chance.choice(starts4) + chance.getrandbits(8)).to_bytes(4)
        resource = ".".join(map(str, address))
    time = f"2026-08-22T{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}Z"
    kind = chance.choice(("scanner", "botnet", "phishing"))
    return f"{time},{resource},{chance.randrange(65536)},tcp,{kind},{chance.choice(NOTES)}\n"
