"""Does an officer see what each code asks and who stands how, and is a stand declared only as two people want it?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.instruments.catalogue import load_instruments
from liaison.messages.parties import DeskRef
from liaison.node.reads.instruments.proposed import open_proposals
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.officers.permissions import Role
from liaison.register.vocabulary import Act, ParticipantType
from tests.conduct.codes import adopt, carrying, providers
from tests.node.stories import Resident, Story
from tests.web.visiting import Visitor, plain, visit, visit_desk
from tests.world import World

SCO, UN, MANRS, GCSC = "sco-code-2015", "un-norms-2015", "manrs-operators", "gcsc-2019"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    registry = carrying(SCO, UN, MANRS, rehearsal=False)
    adopt(registry, "XC", SCO, on="2025-01-01")
    adopt(registry, "XC", SCO, Act.ADOPTION_WITH_RESERVATION, on="2026-01-01", clauses=("pledge-5",))
    adopt(registry, "XD", SCO, Act.DECLINE, on="2026-02-01")
    with World(Path(tmp_path_factory.mktemp("conduct")), codes=("XC", "XD"), registry=registry) as found:
        yield found


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    registry = providers(MANRS, rehearsal=False)
    adopt(registry, "XP", MANRS, networks=(64496, 64511))
    with World(Path(tmp_path_factory.mktemp("providers")), codes=("XP",), registry=registry) as found:
        yield visit(found, "XP", Role.DIRECTORY)


@pytest.fixture(scope="module")
def auditor(world: World) -> Visitor:
    return visit(world, "XC", Role.AUDITOR)


def test_the_list_says_which_codes_the_register_carries_and_where_we_stand(auditor: Visitor) -> None:
    here, _, besides = plain(auditor.see("conduct/")).partition("Known to this node besides")
    assert "International code of conduct for information security" in here
    assert "Adopted with a reservation since 1 Jan 2026" in here
    assert "Not open to stands: what is done about it is reported." in here
    assert "Paris Call" in besides and "Paris Call" not in here


def test_the_pages_of_conduct_begin_with_one_row_of_links_to_what_the_role_may_see(
    world: World, auditor: Visitor
) -> None:
    officer = visit(world, "XC", Role.OFFICER)
    inside = ("conduct/", "conduct/help/", "conduct/practices/", "instruments/stands")
    for page in (*inside, f"conduct/texts/{UN}/norms/norm-d/"):
        for who, wanted in ((auditor, inside), (officer, (*inside, "conduct/own/", "conduct/cases/"))):
            row = who.see(page).partition('<nav class="within"')[2].partition("</nav>")[0]
            assert [each for each in wanted if f'href="{who.at(each)}"' not in row] == []
            assert (f'href="{who.at("conduct/own/")}"' in row) == (who is officer)
    rooms = officer.see("cases/").partition("<header")[2].partition("</header>")[0]
    assert officer.at("conduct/") in rooms and officer.at("conduct/own/") not in rooms
    assert '<nav class="within"' not in officer.see("cases/")


def test_a_code_shows_its_norms_whom_it_speaks_to_and_who_declared_what(auditor: Visitor) -> None:
    page = plain(auditor.see(f"conduct/texts/{SCO}/"))
    assert "Supply chain and no abuse of dominance" in page and "A/69/723" in page
    assert "State XD Declined" in page and "The official text decides" in page
    assert "State XP" not in page


def test_a_norm_says_what_it_asks_of_whom_and_how_other_texts_compare(auditor: Visitor) -> None:
    page = plain(auditor.see(f"conduct/texts/{GCSC}/norms/norm-8/"))
    assert "Who is no State does not conduct offensive operations" in page
    assert "No private hacking back Narrower" in page
    treaty = auditor.see(f"conduct/texts/{UN}/norms/norm-d/")
    assert "instruments/budapest-2001/#art-23" in treaty
    auditor.see(f"conduct/texts/{UN}/norms/norm-z/", status=404)
    auditor.see("conduct/texts/budapest-2001/", status=404)


def test_a_participant_is_shown_with_all_it_declared_and_which_networks_it_does_not_claim(
    world: World, auditor: Visitor, provider: Visitor
) -> None:
    networks = plain(provider.see(f"conduct/texts/{MANRS}/"))
    assert "AS64511 not claimed in the register" in networks and "AS64496 not claimed" not in networks
    ours = plain(auditor.see(f"conduct/participants/{world.registry.ids['XC']}/"))
    assert "This is our own participant." in ours and "Superseded" in ours and "pledge-5" in ours
    auditor.see(f"conduct/participants/{'0' * 64}/", status=404)
    auditor.see("conduct/participants/register/", status=404)


def test_a_code_is_no_text_a_request_can_rest_on(auditor: Visitor) -> None:
    assert "International code of conduct" not in auditor.see("instruments/")
    answer = auditor.get(auditor.at(f"instruments/{SCO}/"))
    assert answer.status_code == 302 and answer.headers["Location"] == auditor.at(f"conduct/texts/{SCO}/")


def test_only_who_publishes_for_the_desk_declares_and_only_where_the_text_is_open_to_us(
    world: World, auditor: Visitor, provider: Visitor
) -> None:
    auditor.see(f"conduct/texts/{SCO}/stand", status=403)
    manager = visit(world, "XC", Role.DIRECTORY)
    assert "International code" in manager.see(f"conduct/texts/{SCO}/stand")
    for name in (UN, MANRS, GCSC):
        manager.see(f"conduct/texts/{name}/stand", status=404)
    assert "AS64496, AS64497" in provider.see(f"conduct/texts/{MANRS}/stand")


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(provider: Visitor) -> None:
    typed = {"act": "adoption", "on": "soon", "networks": "AS64496 and others", "said": "<b>As from today</b>"}
    page = provider.send(f"conduct/texts/{MANRS}/stand", status=400, **typed).content.decode()
    assert 'href="#on"' in page and 'href="#networks"' in page
    assert "AS64496 and others" in page and "&lt;b&gt;As from today" in page
    for given, field in (
        ({"act": "signature"}, "#act"),
        ({"act": "adoption-with-reservation", "networks": "64496"}, "#said"),
        ({"act": "adoption", "networks": ""}, "#networks"),
        ({"act": "decline", "evidence": "javascript:alert(1)"}, "#evidence"),
    ):
        page = provider.send(f"conduct/texts/{MANRS}/stand", status=400, on="2026-11-01", **given).content.decode()
        assert f'href="{field}"' in page


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = Story(tmp_path)
    yield found
    found.close()


def manager(resident: Resident) -> Visitor:
    desk = DeskRef(resident.participant, "main", "duty")
    return visit_desk(resident.node, resident.register, desk, Role.DIRECTORY)


def test_one_proposes_another_approves_and_the_register_has_it(story: Story) -> None:
    publish_instrument(story.reg, story.register, load_instruments()[MANRS])
    xp = story.join("xp", "XP", type_=ParticipantType.PROVIDER)
    first, second = manager(xp), manager(xp)
    given = {
        "act": "adoption",
        "on": "2026-11-01",
        "networks": "as64496; 64497",
        "lang": "fr",
        "said": "Depuis ce jour.",
    }
    first.send(f"conduct/texts/{MANRS}/stand", **given)
    listed = first.see("instruments/stands")
    assert "AS64497" in listed and "Somebody else at this desk approves it." in listed
    assert "Nothing declared" in plain(first.see(f"conduct/texts/{MANRS}/"))
    (proposed,) = open_proposals(xp.node, xp.register, DeskRef(xp.participant, "main", "duty"))
    first.send(f"instruments/stands/{proposed.number}/approve", status=400)
    second.send(f"instruments/stands/{proposed.number}/approve")
    story.sync("xp")
    page = plain(first.see(f"conduct/texts/{MANRS}/"))
    assert "Adopted since 1 Nov 2026 AS64496 not claimed in the register" in page
    assert "Depuis ce jour." in first.see(f"conduct/participants/{xp.participant}/")


def test_a_proposal_is_withdrawn_and_another_desk_neither_sees_nor_decides_it(story: Story) -> None:
    publish_instrument(story.reg, story.register, load_instruments()[SCO])
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    ours, theirs = manager(xc), manager(xd)
    ours.send(f"conduct/texts/{SCO}/stand", act="decline", on="2026-11-01")
    (proposed,) = open_proposals(xc.node, xc.register, DeskRef(xc.participant, "main", "duty"))
    told = "Proposed, not published yet"
    assert told in ours.see("instruments/stands") and told not in theirs.see("instruments/stands")
    for what in ("approve", "withdraw"):
        theirs.send(f"instruments/stands/{proposed.number}/{what}", status=400)
    ours.send(f"instruments/stands/{proposed.number}/withdraw")
    assert told not in ours.see("instruments/stands")
    ours.send(f"instruments/stands/{proposed.number}/approve", status=400)


def test_to_propose_a_declaration_of_a_code_leads_to_the_form_of_codes(story: Story) -> None:
    for name in (SCO, MANRS):
        publish_instrument(story.reg, story.register, load_instruments()[name])
    xc = story.join("xc", "XC")
    ours = manager(xc)
    listed = ours.see("instruments/stands")
    assert ours.at(f"conduct/texts/{SCO}/stand") in listed and MANRS not in listed
    answer = ours.get(ours.at(f"instruments/{SCO}/propose"))
    assert answer.status_code == 302 and answer.headers["Location"] == ours.at(f"conduct/texts/{SCO}/stand")
