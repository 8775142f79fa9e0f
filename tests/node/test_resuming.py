"""Does a first copy go on where the line broke?"""

from __future__ import annotations

import dataclasses

import pytest

from liaison.errors import UnreachableError
from liaison.node import models
from liaison.node.log.chain import ChainWriter
from liaison.node.peering import SignedLink
from liaison.node.reads import register as reads
from liaison.node.services import mirror, secretariat
from liaison.node.unit_of_work import reading
from liaison.register.bodies import DeskNominated
from liaison.register.vocabulary import REGISTER, DeskKind
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from tests.node.stories import Line, Story


class BreakingLine(Line):
    """Breaks off after so many tiles."""

    left = 2

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        if "/tile/entries/" in request.path:
            self.left -= 1
            if self.left < 0:
                raise UnreachableError("peer-hung-up", url=address.url)
        return super().carry(address, request)


def nominate(story: Story, count: int) -> None:
    writer = ChainWriter(story.reg, story.register, REGISTER, "main")
    bodies = [
        DeskNominated(f"n-{number}", 1, "XF", DeskKind.TECHNICAL, "5c" * 32, "2026-10-01", "XF", False, ())
        for number in range(count)
    ]
    secretariat.submit_entries(story.reg, register=story.register, envelopes=[writer.write(body) for body in bodies])


def test_what_came_before_the_line_broke_is_not_fetched_again(story: Story) -> None:
    nominate(story, 600)
    line = BreakingLine(story.line.doors)
    node = dataclasses.replace(story.node("xc"), link=SignedLink(line, story.clock))
    mirror.follow_register(node, anchor=story.anchor())
    with pytest.raises(UnreachableError, match="no-mirror-answered"):
        mirror.sync_register(node, register=story.register)
    line.left, line.requests = 10, []
    mirror.sync_register(node, register=story.register)
    bundles = [path.rpartition("/entries/")[2] for _, _, path in line.requests if "/entries/" in path]
    assert bundles == ["002.p/91"]
    assert reads.followed(node, story.register).size == 603
    with reading(node):
        assert not models.Tile.objects.filter(path__startswith="staged/").exists()
