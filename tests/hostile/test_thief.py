"""What can the thief of a node key spoil? Not the ceremony that takes the key away, however much it signs before."""

from __future__ import annotations

import pytest

from liaison.errors import VerificationError
from liaison.node.log.drafts import Draft
from liaison.node.services import ceremony
from liaison.register.vocabulary import DeskKind
from tests.hostile.state import rows_of
from tests.node.conftest import story
from tests.node.stories import Resident, Story
from tests.node.test_register_attacks import entry_of, hand_in, own_signer

__all__ = ["story"]  # The fixture of the stories of nodes.


def test_a_ceremony_prepared_before_the_thief_struck_still_stands(story: Story) -> None:
    xc = story.join("xc", "XC")
    stolen = own_signer(xc)
    draft = fresh_keys(story, xc)
    for _ in range(5):
        hand_in(story, xc, entry_of(xc, stolen))
        story.sync("reg", "xc")
    story.hand_in(xc.node, draft, *xc.roots[:2])
    story.sync("reg", "xc")
    before = rows_of(story.reg)
    with pytest.raises(VerificationError, match="rule-08"):
        hand_in(story, xc, entry_of(xc, stolen))
    assert rows_of(story.reg) == before


def fresh_keys(story: Story, resident: Resident) -> Draft:
    """The draft of a ceremony that replaces all keys of the resident's node."""
    plan = ceremony.NodePlan("main", (DeskKind.TECHNICAL,), False, None)
    return ceremony.draft_keys(resident.node, register=story.register, participant=resident.participant, plans=[plan])
