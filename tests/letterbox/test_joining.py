"""Does a node that listens nowhere join a register, name its letter box and receive, by nothing but asking others?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.config import Address, Config, LetterBox
from liaison.node.models import IncomingCopy, OutgoingCopy
from liaison.node.reads import register as reads
from liaison.node.services.letterbox.collecting import collect_all
from liaison.node.services.letterbox.own_boxes import leave_letter_box, own_letter_boxes, use_letter_box
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.unit_of_work import reading
from liaison.node.work.worker import work_through
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from tests.node.stories import Resident, Story
from tests.world import NOTICE

pytestmark = pytest.mark.engine


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path)
    yield story
    story.close()


def keep_for(story: Story, keeper: Resident, *participants: str) -> None:
    """The operator of `keeper` agrees, and starts the node again."""
    config = Config(address=Address(f"https://{keeper.name}.example"), letter_box=LetterBox(participants))
    story.line.doors[keeper.name] = Door(replace(keeper.node, config=config), Quotas())


def without_door(story: Story, name: str, code: str) -> Resident:
    """A State whose only node listens nowhere, admitted and with its desk published."""
    node = story.node(name)
    del story.line.doors[name]
    story.nodes[name] = replace(node, config=Config())
    return story.join(name, code)


def ways(story: Story, at: Resident, of: Resident) -> list[str]:
    found = reads.node_addresses(at.node, story.register, of.participant, "main")
    assert found is not None
    return [way.way.value for way in found[0].ways]


def test_a_node_without_a_door_joins_names_its_letter_box_and_is_written_to(story: Story) -> None:
    xc, xe = story.join("xc", "XC"), story.join("xe", "XE")
    xd = without_door(story, "xd", "XD")
    keep_for(story, xe, xd.participant)
    story.sync()
    assert ways(story, xc, xd) == ["file"]
    by = NodeRef(xe.participant, "main")
    terms, _ = use_letter_box(xd.node, xd.place, by)
    assert (terms.letters, terms.days) == (1000, 14)
    story.clock.forward(seconds=5)
    story.sync()
    assert ways(story, xc, xd) == ["letterbox", "file"]
    letter = Letter(
        register=story.register,
        sender=DeskRef(xc.participant, "main", "duty"),
        to=(DeskRef(xd.participant, "main", "duty"),),
        form="incident-notice",
        stage="notification",
        fields=NOTICE,
    )
    send_letter(xc.node, letter)
    work_through(xc.node)
    assert collect_all(xd.node).taken == 1
    work_through(xd.node)
    with reading(xd.node):
        assert IncomingCopy.objects.get().way == "letterbox"
    with reading(xc.node):
        assert OutgoingCopy.objects.get().state == "received"
    assert own_letter_boxes(xd.node)[0].emptied_at is not None


def test_who_did_not_agree_is_not_published_as_letter_box(story: Story) -> None:
    xe, xd = story.join("xe", "XE"), without_door(story, "xd", "XD")
    story.sync()
    with pytest.raises(UsageError, match="letter-box-not-agreed"):
        use_letter_box(xd.node, xd.place, NodeRef(xe.participant, "main"))
    with pytest.raises(UsageError, match="letter-box-at-home"):
        use_letter_box(xd.node, xd.place, NodeRef(xd.participant, "main"))
    assert (ways(story, xe, xd), own_letter_boxes(xd.node)) == (["file"], [])


def test_a_letter_box_that_is_left_is_published_no_more(story: Story) -> None:
    xe, xd = story.join("xe", "XE"), story.join("xd", "XD")
    keep_for(story, xe, xd.participant)
    story.sync()
    by = NodeRef(xe.participant, "main")
    use_letter_box(xd.node, xd.place, by)
    story.clock.forward(seconds=5)
    story.sync()
    assert ways(story, xe, xd) == ["peer", "letterbox", "file"]
    leave_letter_box(xd.node, xd.place, by)
    story.clock.forward(seconds=5)
    story.sync()
    assert ways(story, xe, xd) == ["peer", "file"]
    with pytest.raises(UsageError, match="letter-box-not-own"):
        leave_letter_box(xd.node, xd.place, by)
