"""A letter box as one would write it on a page: a list in memory, for comparison with the tables.

It knows no engine, no quota by aggregate and no ranges: the rules of docs/spec/letter-box.md and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST, SHARE, DAYS = 8, 2, 14
DAY = 24 * 3600


@dataclass
class NaiveLetter:
    """One thing that was left."""

    sender: str
    owner: str
    data: bytes
    until: int
    state: str = "kept"

    def now(self, at: int) -> str:
        return "expired" if self.state == "kept" and at >= self.until else self.state


@dataclass
class NaiveBox:
    """All that a keeping node holds, at a time in seconds."""

    agreed: set[str]
    at: int = 0
    letters: list[NaiveLetter] = field(default_factory=list)

    def leave(self, sender: str, owner: str, data: bytes) -> str:
        if owner not in self.agreed:
            return "letter-box-not-agreed"
        live = [each for each in self.letters if each.owner == owner and each.now(self.at) == "kept"]
        if any((each.sender, each.data) == (sender, data) for each in live):
            return "kept"
        if len(live) >= MOST or sum(each.sender == sender for each in live) >= SHARE:
            return "letter-box-full"
        self.letters.append(NaiveLetter(sender, owner, data, self.at + DAYS * DAY))
        return "kept"

    def listed(self, owner: str) -> list[tuple[str, bytes]]:
        live = [each for each in self.letters if each.owner == owner and each.now(self.at) == "kept"]
        return [(each.sender, each.data) for each in live]

    def end(self, owner: str, sender: str, data: bytes) -> None:
        for each in self.letters:
            if (each.owner, each.sender, each.data) == (owner, sender, data) and each.now(self.at) == "kept":
                each.state = "fetched"

    def state(self, sender: str, owner: str, data: bytes) -> str | None:
        found = [each for each in self.letters if (each.sender, each.owner, each.data) == (sender, owner, data)]
        return found[-1].now(self.at) if found else None
