"""Does an officer measure, tell, dispute, review and agree in the browser, and does nobody else see what is private?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.node.services.people.case_access import close_case
from liaison.officers.permissions import Role
from tests.node.conduct.networks import SEEN, Networks, copy_shown
from tests.web.visiting import Visitor, plain, visit


@pytest.fixture
def networks(tmp_path: Path) -> Iterator[Networks]:
    made = Networks(tmp_path)
    with made.world:
        yield made


@pytest.fixture
def measurer(networks: Networks) -> Visitor:
    return visit(networks.world, "XC", Role.OFFICER)


@pytest.fixture
def provider(networks: Networks) -> Visitor:
    return visit(networks.world, "XD", Role.OFFICER, desk="noc")


def page_of(networks: Networks, code: str) -> str:
    return f"conduct/measured/{networks.find(code).number}/"


def test_files_are_measured_and_the_page_says_what_was_left_out_and_that_nobody_was_told(
    networks: Networks, measurer: Visitor
) -> None:
    given = {"routes": SimpleUploadedFile("seen.csv", SEEN), "source": "Collector of XC", "bogons": "on"}
    page = plain(measurer.send("conduct/measured/take", status=200, **given).content.decode())
    assert "4 measurements were kept, of 4 networks. Nobody was told yet." in page
    assert "Nobody in the register names them: AS64511" in page and "They are named for no provider: AS64500" in page
    assert "Origin invalid: 1" in page and "Nobody was told yet" in page and "Reserved prefixes: 1" in page


def test_a_file_that_cannot_be_read_is_told_with_its_row_and_what_was_typed_stays(measurer: Visitor) -> None:
    given = {"routes": SimpleUploadedFile("seen.csv", SEEN.replace(b"AS64511", b"AS")), "source": "Collector of XC"}
    page = measurer.send("conduct/measured/take", status=400, **given).content.decode()
    assert "Row 5 of the file cannot be read" in plain(page) and 'value="Collector of XC"' in page
    assert "Whose data" in plain(measurer.send("conduct/measured/take", status=400).content.decode())


def test_marked_measurements_are_told_to_their_providers(networks: Networks, measurer: Visitor) -> None:
    networks.measure()
    number = networks.find("XC").number
    page = measurer.send("conduct/measured/notify", status=400, mark=number, days="3").content.decode()
    assert "between 7 and 90 days" in plain(page) and f'value="{number}" checked' in page
    measurer.send("conduct/measured/notify", mark=number, days="14")
    networks.world.work()
    assert networks.states() == ("notified", "notified")


def test_a_provider_reads_disputes_and_agrees_and_the_measurer_reviews(
    networks: Networks, measurer: Visitor, provider: Visitor
) -> None:
    networks.tell()
    assert "AS64496" in provider.see("conduct/measured/", side="own")
    here, there = page_of(networks, "XC"), page_of(networks, "XD")
    page = plain(provider.see(there))
    assert "Told privately" in page and "198.51.100.0/24 invalid" in page and "silence is none" in page
    wrong = provider.send(f"{there}dispute", status=400, statement="Returned in May.").content.decode()
    assert "Choose a ground." in wrong and "Returned in May.</textarea>" in wrong
    provider.send(f"{there}dispute", ground="data-old", statement="Returned in May.")
    networks.world.work()
    page = plain(measurer.see(here))
    assert "The provider disputed it: The data are too old" in page and "Review the dispute" in page
    counts = {"valid": "1", "invalid": "x", "not_found": "0"}
    wrong = measurer.send(f"{here}review", status=400, result="corrected", reason="Right.", **counts).content.decode()
    assert 'value="x"' in wrong and "Right.</textarea>" in wrong
    measurer.send(f"{here}review", result="corrected", reason="Right.", **(counts | {"invalid": "0"}))
    networks.world.work()
    assert "before the correction" in provider.see(there)
    assert "Choose who may see it." in provider.send(f"{there}consent", status=400).content.decode()
    provider.send(f"{there}consent", shown_to="public")
    networks.world.work()
    assert "Agreed, not shown yet" in measurer.see(here)


def test_what_is_agreed_is_shown_to_its_audience_when_the_time_is_over_and_not_before(
    networks: Networks, measurer: Visitor, provider: Visitor
) -> None:
    networks.tell()
    public, inside = Visitor(networks.node("XC")), visit(networks.world, "XC", Role.AUDITOR)
    provider.send(f"{page_of(networks, 'XD')}consent", shown_to="participants")
    networks.world.work()
    assert "Nothing is shown here now." in inside.see("conduct/measured/shown")
    networks.world.advance(days=14)
    page = plain(visit(networks.world, "XC", Role.AUDITOR).see("conduct/measured/shown"))
    assert "AS64496" in page and "Collector of XC" in page and "198.51.100.0/24" not in page
    assert "AS64496" not in public.get("/shown/measured").content.decode()
    again = visit(networks.world, "XD", Role.OFFICER, desk="noc")
    again.send(f"{page_of(networks, 'XD')}consent", shown_to="public")
    networks.world.work()
    page = public.get("/shown/measured").content.decode()
    assert "AS64496" in page and "EXERCISE" in page
    again.send(f"{page_of(networks, 'XD')}consent", end="yes")
    networks.world.work()
    assert "AS64496" not in public.get("/shown/measured").content.decode()


def test_every_network_that_is_shown_stands_on_one_page_of_the_list(networks: Networks, provider: Visitor) -> None:
    networks.tell()
    provider.send(f"{page_of(networks, 'XD')}consent", shown_to="public")
    networks.world.work()
    networks.world.advance(days=14)
    copied = list(range(65000, 65120))
    copy_shown(networks.node("XC"), copied)
    public, pages = Visitor(networks.node("XC")), list[list[int]]()
    place: str | None = ""
    while place is not None:
        page = public.get(f"/shown/measured{place}").content.decode()
        pages.append([int(asn) for asn in re.findall(r">AS(\d+)</bdi>", page)])
        assert ("From the beginning" in page) == (len(pages) > 1)
        following = re.search(r'href="(\?register=[^"]*)"[^>]*rel="next"', page)
        place = html.unescape(following[1]) if following else None
    assert [len(each) for each in pages] == [50, 50, 21]
    assert [asn for each in pages for asn in each] == [64496, *copied]
    assert "AS64496" in public.get("/shown/measured?register=unknown&above=x").content.decode()
    assert "Nothing is shown on this page." in public.get("/shown/measured?above=4294967295").content.decode()


def test_a_measurement_is_not_there_for_other_desks_other_roles_or_where_its_case_is_closed_to_the_officer(
    networks: Networks, provider: Visitor
) -> None:
    networks.tell()
    there = page_of(networks, "XD")
    visit(networks.world, "XD", Role.OFFICER).see(there, status=404)
    visit(networks.world, "XD", Role.AUDITOR, desk="noc").see(there, status=403)
    other = visit(networks.world, "XD", Role.OFFICER, desk="noc")
    seat = networks.seat("XD")
    close_case(networks.node("XD"), seat, networks.find("XD").case, officers=[provider.officer], by=provider.officer)
    provider.see(there)
    other.see(there, status=404)
    other.send(f"{there}consent", status=404, shown_to="public")
    assert "AS64496" not in other.see("conduct/measured/", side="own")


def test_a_measurement_is_dropped_before_anybody_was_told(networks: Networks, measurer: Visitor) -> None:
    networks.measure()
    here = page_of(networks, "XC")
    measurer.send(f"{here}drop")
    measurer.see(here, status=404)
