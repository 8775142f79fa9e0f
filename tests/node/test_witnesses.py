"""Does only what enough witnesses cosigned count, and does log time come from them alone?"""

from __future__ import annotations

import pytest

from liaison.errors import VerificationError
from liaison.node.log.trust import stored_note
from liaison.node.node import Node
from liaison.node.reads import overview
from liaison.node.reads import register as reads
from liaison.node.services import ceremony, publication, witnessing
from liaison.node.unit_of_work import reading
from liaison.register.bodies import KeyRevoked, PolicyPublished
from liaison.register.standing import log_time, verify_trusted
from liaison.register.vocabulary import REGISTER, NodeRef
from tests.node.stories import Resident, Story


@pytest.fixture
def witnessed(story: Story) -> Story:
    """XC, XD and XE witness the log; two of the three are enough."""
    witnesses = [story.join(name, name.upper(), cosigns=True) for name in ("xc", "xd", "xe")]
    story.sync()
    named = sorted((NodeRef(each.participant, "main") for each in witnesses), key=lambda each: each.participant)
    body = PolicyPublished(2, tuple(named))
    draft = ceremony.draft_entry(story.reg, register=story.register, body=body, participant=REGISTER)
    story.hand_in(story.reg, draft, *story.roots[:2])
    return story


def cosign(story: Story) -> witnessing.Collected:
    return witnessing.collect_cosignatures(story.reg, register=story.register)


def sizes(node: Node, register: str) -> tuple[int, int]:
    row = reads.followed(node, register)
    return row.size, row.trusted_size


def test_a_checkpoint_is_trusted_once_its_own_policy_is_met(witnessed: Story) -> None:
    size, trusted = sizes(witnessed.reg, witnessed.register)
    assert trusted == size - 1
    done = cosign(witnessed)
    assert (len(done.cosigned), done.silent, done.trusted) == (3, {}, True)
    assert sizes(witnessed.reg, witnessed.register) == (size, size)
    witnessed.sync("xc")
    assert sizes(witnessed.nodes["xc"], witnessed.register) == (size, size)


def test_a_silent_witness_costs_its_own_line_only(witnessed: Story) -> None:
    witnessed.line.off.add("xd")
    done = cosign(witnessed)
    assert (len(done.cosigned), list(done.silent.values()), done.trusted) == (2, ["peer-not-reached"], True)


def test_without_a_quorum_the_rest_stays_pending_and_is_not_used(witnessed: Story) -> None:
    cosign(witnessed)
    witnessed.line.off |= {"xd", "xe"}
    xc = witnessed.residents["xc"]
    witnessed.desk(xc, "new")
    done = cosign(witnessed)
    assert not done.trusted
    witnessed.sync("xc")
    with pytest.raises(Exception, match="desk-not-found"):
        reads.desk_entry(xc.node, witnessed.register, xc.participant, "new")
    pending = [each for each in overview.entries(xc.node, witnessed.register) if not each.trusted]
    assert [each.kind for each in pending] == ["node.published", "desk.published"]
    witnessed.line.off.clear()
    assert cosign(witnessed).trusted
    witnessed.sync("xc")
    assert reads.desk_entry(xc.node, witnessed.register, xc.participant, "new").desk == "new"


def test_what_is_pending_may_take_away(witnessed: Story) -> None:
    cosign(witnessed)
    witnessed.sync()
    witnessed.line.off |= {"xd", "xe"}
    xc, register = witnessed.residents["xc"], witnessed.register
    message_key = _message_key(xc)
    body = KeyRevoked(message_key, None)
    draft = ceremony.draft_entry(xc.node, register=register, body=body, participant=xc.participant)
    witnessed.hand_in(xc.node, draft, *xc.roots)
    publication.withdraw_desk(xc.node, xc.place, desk="duty")
    assert sizes(xc.node, register)[1] < sizes(xc.node, register)[0]
    assert reads.message_key_standing(xc.node, register, xc.participant, "main", message_key).revoked_index is not None
    with pytest.raises(Exception, match="desk-not-found"):
        reads.desk_entry(xc.node, register, xc.participant, "duty")


def _message_key(resident: Resident) -> str:
    with reading(resident.node):
        state = reads.view(resident.node, resident.register).participant(resident.participant)
    assert state is not None
    return state.nodes["main"].message.fingerprint


def test_log_time_is_what_the_witnesses_noted(witnessed: Story) -> None:
    cosign(witnessed)
    before = witnessed.clock.now()
    witnessed.clock.forward(hours=5)
    index = witnessing.note_checkpoint(witnessed.reg, register=witnessed.register)
    assert cosign(witnessed).trusted
    with reading(witnessed.reg):
        view = reads.view(witnessed.reg, witnessed.register)
        assert (log_time(view, index - 1), log_time(view, index)) == (None, before)


def test_a_witness_that_stands_elsewhere_is_asked_again_from_there(witnessed: Story) -> None:
    cosign(witnessed)
    with reading(witnessed.reg):
        from liaison.node.models import WitnessProgress

    with witnessing.unit_of_work(witnessed.reg):
        WitnessProgress.objects.all().update(size=1)
    witnessed.desk(witnessed.residents["xc"], "more")
    assert len(cosign(witnessed).cosigned) == 3


def test_a_witness_never_cosigns_two_histories(witnessed: Story) -> None:
    cosign(witnessed)
    xc, register = witnessed.nodes["xc"], witnessed.register
    row = reads.followed(witnessed.reg, register)
    request = witnessing._request(witnessed.reg, row, stored_note(row), row.size)
    forged = request.replace(b"old %d\n" % row.size, b"old %d\n" % (row.size - 1))
    with pytest.raises(VerificationError, match="witness-stands-elsewhere"):
        witnessing.cosign_checkpoint(xc, register=register, body=forged)


def test_the_mirror_checks_the_quorum_for_itself(witnessed: Story) -> None:
    cosign(witnessed)
    witnessed.sync("xd")
    row = reads.followed(witnessed.nodes["xd"], witnessed.register)
    with reading(witnessed.nodes["xd"]):
        head = verify_trusted(
            reads.view(witnessed.nodes["xd"], witnessed.register), stored_note(row), applied=row.applied
        )
    assert head.witnessed
