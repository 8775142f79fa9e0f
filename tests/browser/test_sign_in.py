"""Does an officer get in with a real browser: by a passkey, and without scripts by password and one-time code?"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import msgspec

from liaison.node.config import Pages
from liaison.node.services.people.officers import add_officer, grant, invite
from liaison.node.services.people.passwords import set_up
from liaison.officers.one_time import code_at, counter_of
from liaison.officers.permissions import Role
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.world import World

PASSWORD, SEED = "four small words together", b"12345678901234567890"
PAYLOADS = Path(__file__).parents[1] / "web" / "payloads.txt"


def open_world(tmp_path: Path) -> World:
    world = World(tmp_path, codes=("XC",))
    node = world.nodes["XC"]
    pages = Pages(sign_in=("passkey", "password"))
    world.nodes["XC"] = dataclasses.replace(node, config=msgspec.structs.replace(node.config, pages=pages))
    return world


def newcomer(world: World) -> Any:
    node = world.nodes["XC"]
    officer = add_officer(node, login="duty1", name="Duty officer 1")
    grant(node, officer, world.register, world.desk("XC"), Role.OFFICER)
    return officer


def virtual_key(page: Any) -> None:
    """A platform authenticator whose owner is always there."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_made_after_the_invitation_signs_in_the_next_time(page: Any, tmp_path: Path) -> None:
    with open_world(tmp_path) as world, served(world, "XC") as address:
        officer = newcomer(world)
        virtual_key(page)
        page.goto(f"{address}/join/{invite(world.nodes['XC'], officer)}")
        page.click("main button")
        page.fill("#passkey-name", "desk computer")
        page.click("text=Make a passkey")
        page.wait_for_url("**/d/**")
        page.click("text=Sign out")
        page.wait_for_url("**/sign-in")
        page.click("text=Sign in with a passkey")
        page.wait_for_url("**/d/**")
        page.goto(f"{address}/account")
        assert "desk computer" in page.locator("main").inner_text()


def test_a_browser_without_scripts_signs_in_with_password_and_code(chromium: Any, tmp_path: Path) -> None:
    with open_world(tmp_path) as world, served(world, "XC") as address:
        officer, node = newcomer(world), world.nodes["XC"]
        code = code_at(SEED, counter_of(world.clock.now().timestamp()))
        set_up(node, officer, password=PASSWORD, seed=SEED, code=code)
        world.advance(seconds=30)
        page = chromium.new_context(java_script_enabled=False).new_page()
        page.goto(f"{address}/sign-in")
        assert "this browser runs none" in page.locator("main").inner_text()
        assert not page.locator("text=Sign in with a passkey").is_visible()
        page.fill("#login", "duty1")
        page.fill("#password", PASSWORD)
        page.fill("#code", code_at(SEED, counter_of(world.clock.now().timestamp())))
        page.click("text=Sign in with password")
        page.wait_for_url("**/d/**")
        page.context.close()


def test_no_name_of_an_officer_runs_as_a_script(page: Any, tmp_path: Path) -> None:
    with open_world(tmp_path) as world, served(world, "XC") as address:
        for number, payload in enumerate(PAYLOADS.read_text(encoding="utf-8").splitlines()[::5]):
            officer = add_officer(world.nodes["XC"], login=f"payload{number}", name=payload[:100])
            grant(world.nodes["XC"], officer, world.register, world.desk("XC"), Role.OFFICER)
        page.on("dialog", lambda dialog: dialog.dismiss())
        desk = enter(world, "XC", page, address)
        for tail in ("administration/", "administration/officers/1", "administration/audit"):
            page.goto(desk + tail)
            assert page.evaluate("top.ran") is None
            assert page.locator("main").locator("script, iframe, img, svg, object, embed").count() == 0
