"""Does each reader get the parts meant for it, while they stand, and no others?"""

from __future__ import annotations

from liaison.messages.parties import NodeRef
from liaison.node import models
from liaison.node.node import Node
from liaison.node.peering import PeerRequest
from liaison.node.reads import register as reads
from liaison.node.services import ceremony
from liaison.node.services.publication import withdraw_desk
from liaison.node.unit_of_work import reading
from liaison.register.bodies import Labels
from liaison.register.records import Contact
from liaison.register.vocabulary import DeskKind, ParticipantType
from tests.node.stories import LETTER, Resident, Story, root, roots_of


def contact(institution: str) -> Contact:
    return Contact(institution, None, "duty@xc.example", None, None, None, ())


def parts(node: Node, register: str) -> dict[str, tuple[str, bool]]:
    """Digest → state and whether the bytes are here."""
    with reading(node):
        rows = models.RecordPart.objects.filter(register=register)
        return {row.digest: (row.state, bool(row.part)) for row in rows}


def digest_of(resident: Resident, audience: str) -> str:
    entry = reads.desk_entry(resident.node, resident.register, resident.participant, "duty")
    return next(part.digest for part in entry.parts if part.audience == audience)


def with_audiences(story: Story) -> Resident:
    xc = story.join("xc", "XC")
    named = f"named:{'5c' * 32}"
    contacts = {name: contact(name) for name in ("public", "participants", "states", "kind:diplomatic")}
    story.desk(xc, contacts=contacts | {named: contact("named")})
    return xc


def organisation(story: Story) -> Resident:
    """An organisation with a node and a technical desk."""
    node = story.follow("org")
    keys = [root("org 0")]
    draft = ceremony.draft_admission(
        story.reg,
        register=story.register,
        type_=ParticipantType.ORGANISATION,
        labels=Labels("An organisation", ()),
        roots=roots_of(*keys),
        letter=LETTER,
    )
    story.hand_in(story.reg, draft, *keys, *story.roots[:2])
    resident = Resident("org", node, story.register, draft.entry.payload_hash, keys)
    story.sync("org")
    story.keys(resident, kinds=(DeskKind.TECHNICAL,))
    story.desk(resident)
    return resident


def test_each_audience_gets_its_parts_and_no_others(story: Story) -> None:
    xc = with_audiences(story)
    xd, org = story.join("xd", "XD"), organisation(story)
    story.sync()
    seen = {
        name: {
            part.audience.split(":")[0]
            for part in reads.desk_entry(xc.node, story.register, xc.participant, "duty").parts
            if parts(who.node, story.register).get(part.digest, ("", False))[1]
        }
        for name, who in (("state", xd), ("organisation", org), ("owner", xc))
    }
    assert seen == {
        "state": {"public", "participants", "states"},
        "organisation": {"public", "participants"},
        "owner": {"public", "participants", "states", "kind", "named"},
    }


def ask(story: Story, node: Node, digest: str, *, signer: object = None, at: str = "xc") -> int:
    address = reads.peer_address(node, story.register, story.residents[at].participant, "main")
    assert address is not None
    request = PeerRequest("GET", f"/registers/{story.register}/records/{digest}", signer=signer)  # type: ignore[arg-type]
    return node.link.call(address, request).status


def test_an_unsigned_or_stale_request_gets_only_public_parts(story: Story) -> None:
    xc = with_audiences(story)
    xd = story.join("xd", "XD")
    story.sync()
    key = ceremony.signer(
        xd.node, purpose=ceremony.Purpose.HTTP, register=story.register, participant=xd.participant, node_id="main"
    )
    public, states = digest_of(xc, "public"), digest_of(xc, "states")
    assert (ask(story, xd.node, public), ask(story, xd.node, states)) == (200, 404)
    assert ask(story, xd.node, states, signer=key) == 200
    slow = SlowClock(story)
    late = Node(**{name: getattr(xd.node, name) for name in Node.__slots__} | {"link": slow.link})  # type: ignore[arg-type]
    assert ask(story, late, states, signer=key) == 403


class SlowClock:
    """A link whose requests are dated ten minutes ago."""

    def __init__(self, story: Story) -> None:
        from liaison.node.peering import SignedLink
        from tests.node.stories import HandClock

        clock = HandClock(story.clock.now())
        clock.forward(minutes=-10)
        self.link = SignedLink(story.line, clock)


def test_a_superseded_part_is_erased_at_honest_copies(story: Story) -> None:
    xc = with_audiences(story)
    xd = story.join("xd", "XD")
    story.sync()
    old = digest_of(xc, "states")
    assert parts(xd.node, story.register)[old] == ("current", True)
    story.desk(xc, contacts={"participants": contact("another")})
    story.sync()
    for node in (xc.node, xd.node, story.reg):
        assert parts(node, story.register)[old] == ("erased", False)
    assert ask(story, xd.node, old) == 404


def test_the_parts_of_a_withdrawn_desk_are_erased(story: Story) -> None:
    xc = with_audiences(story)
    story.sync()
    old = digest_of(xc, "public")
    withdraw_desk(xc.node, xc.place, desk="duty")
    story.sync()
    assert parts(story.reg, story.register)[old] == ("erased", False)


def test_a_part_not_yet_in_the_log_is_shown_to_nobody(story: Story) -> None:
    from liaison.node.services.publication import declare_desk
    from tests.node.stories import desk_plan

    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    story.sync()
    before = set(parts(xc.node, story.register))
    declare_desk(xc.node, xc.place, desk_plan("new", contacts={"public": contact("early")}))
    (draft,) = set(parts(xc.node, story.register)) - before
    assert ask(story, xd.node, draft) == 404


def test_any_mirror_serves_a_current_part(story: Story) -> None:
    xc = with_audiences(story)
    story.join("xd", "XD")
    story.sync()
    xe = story.join("xe", "XE")
    story.sync("xd")
    story.line.off |= {"reg", "xc"}
    story.sync("xe")
    assert parts(xe.node, story.register)[digest_of(xc, "states")] == ("current", True)


def test_a_node_of_several_participants_has_what_any_one_of_them_may_see(story: Story) -> None:
    org, xe = organisation(story), story.admit("xe", "XE", on="org")
    story.keys(xe, kinds=(DeskKind.DIPLOMATIC,), host=NodeRef(org.participant, "main"))
    story.desk(xe, kind=DeskKind.DIPLOMATIC)
    xc = with_audiences(story)
    story.sync()
    for audience in ("public", "participants", "states", "kind:diplomatic"):
        assert parts(org.node, story.register)[digest_of(xc, audience)] == ("current", True), audience
