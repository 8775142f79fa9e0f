"""Does nobody get in but an officer with a key of theirs, and does a session last no longer than it should?"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from liaison.node.config import Pages
from liaison.node.models import Officer
from liaison.node.node import Node
from liaison.node.services.people.officers import add_officer, grant, invite, leave
from liaison.officers.one_time import code_at, counter_of
from liaison.officers.permissions import Role
from liaison.web.pages.account.keys import _seed
from tests.web.authenticator import SoftKey
from tests.web.visiting import Visitor, visit
from tests.world import World

ORIGIN, PASSWORD = "http://xc.localhost", "four small words together"
BOTH = ("passkey", "password")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC",)) as made:
        permit(made, *BOTH)
        yield made


def permit(world: World, *ways: Any, **rest: Any) -> None:
    node = world.nodes["XC"]
    pages = Pages(url=ORIGIN, sign_in=ways, **rest)
    world.nodes["XC"] = dataclasses.replace(node, config=msgspec.structs.replace(node.config, pages=pages))


def newcomer(world: World) -> tuple[Visitor, Officer]:
    """A browser that has just used an invitation."""
    node = world.nodes["XC"]
    officer = add_officer(node, login=f"new{Officer.__name__}{id(object())}".lower(), name="A Person")
    grant(node, officer, world.register, world.desk("XC"), Role.OFFICER)
    visitor = Visitor(node)
    assert visitor.post(f"/join/{invite(node, officer)}").headers["Location"] == "/account/first"
    return visitor, officer


def with_passkey(world: World) -> tuple[Visitor, Officer, SoftKey]:
    visitor, officer = newcomer(world)
    key = SoftKey(ORIGIN)
    given = visitor.get("/account/passkeys/challenge").json()
    form = {"credential": key.make(given["options"]), "state": given["state"], "name": "desk computer"}
    assert visitor.post("/account/passkeys/add", form).headers["Location"] == "/"
    return visitor, officer, key


def answer(visitor: Visitor, key: SoftKey, where: str = "/sign-in") -> dict[str, str]:
    given = visitor.get(f"{where}/challenge").json()
    return {"credential": key.answer(given["options"]), "state": given["state"]}


def with_password(world: World, password: str = PASSWORD) -> tuple[Visitor, Officer, bytes, str]:
    """An officer with password and codes, one recovery code of theirs."""
    visitor, officer = newcomer(world)
    page = visitor.get("/account/password")
    seed = _seed(page.wsgi_request)
    form = {"password": password, "password_again": password, "code": code(world, seed)}
    done = visitor.post("/account/password", form)
    assert done.status_code == 200, done.content
    return visitor, officer, seed, done.content.decode().split('<code dir="ltr">')[1].partition("<")[0]


def code(world: World, seed: bytes) -> str:
    return code_at(seed, counter_of(world.clock.now().timestamp()))


def enters(world: World, **form: str) -> Any:
    return Visitor(world.nodes["XC"]).post("/sign-in", form)


def refused(response: Any) -> str:
    """The words of a refusal, without what differs from page to page."""
    assert response.status_code == 400, response.status_code
    return str(response.content.decode().split('id="errors"')[1].partition("</div>")[0])


def test_an_invited_officer_can_do_nothing_before_they_have_a_way_to_sign_in(world: World) -> None:
    visitor, _ = newcomer(world)
    for path in ("/", "/account", f"/d/{world.desk('XC').participant[:12]}.duty/"):
        assert visitor.get(path).headers["Location"] == "/account/first"


def test_a_passkey_made_after_the_invitation_signs_in_from_then_on(world: World) -> None:
    _, _, key = with_passkey(world)
    visitor = Visitor(world.nodes["XC"])
    assert visitor.post("/sign-in/passkey", answer(visitor, key)).headers["Location"] == "/"
    assert visitor.get("/", follow=True).status_code == 200


@pytest.mark.parametrize("wrong", ["origin", "unverified", "copied", "stranger", "garbage"])
def test_a_passkey_is_refused_in_the_same_words_whatever_is_wrong(world: World, wrong: str) -> None:
    _, _, key = with_passkey(world)
    visitor = Visitor(world.nodes["XC"])

    def copied() -> None:
        visitor.post("/sign-in/passkey", answer(visitor, key))
        visitor.post("/sign-out")
        world.advance(minutes=1)
        key.uses = 0

    changed = {
        "origin": lambda: setattr(key, "origin", "http://xc.localhost.example"),
        "unverified": lambda: setattr(key, "flags", 1),
        "copied": copied,
        "stranger": lambda: setattr(key, "id", b"x" * 16),
        "garbage": lambda: None,
    }
    changed[wrong]()
    form = answer(visitor, key) | ({"credential": '{"rawId": [1], "response": 7}'} if wrong == "garbage" else {})
    assert "You were not signed in" in refused(visitor.post("/sign-in/passkey", form))


def test_an_answered_challenge_is_not_taken_again(world: World) -> None:
    _, _, key = with_passkey(world)
    visitor = Visitor(world.nodes["XC"])
    form = answer(visitor, key)
    assert visitor.post("/sign-in/passkey", form).status_code == 302
    key.uses = 0
    refused(Visitor(world.nodes["XC"]).post("/sign-in/passkey", form))


def test_a_challenge_is_good_for_five_minutes(world: World) -> None:
    _, _, key = with_passkey(world)
    visitor = Visitor(world.nodes["XC"])
    form = answer(visitor, key)
    world.advance(minutes=5)
    refused(visitor.post("/sign-in/passkey", form))


def test_password_and_code_sign_in_without_scripts(world: World) -> None:
    _, officer, seed, _ = with_password(world)
    world.advance(seconds=30)
    done = enters(world, login=officer.login, password=PASSWORD, code=code(world, seed))
    assert done.headers["Location"] == "/"


def test_a_one_time_code_works_once(world: World) -> None:
    _, officer, seed, _ = with_password(world)
    world.advance(seconds=30)
    form = {"login": officer.login, "password": PASSWORD, "code": code(world, seed)}
    assert enters(world, **form).status_code == 302
    refused(enters(world, **form))


def test_a_recovery_code_stands_in_once(world: World) -> None:
    _, officer, _, spare = with_password(world)
    form = {"login": officer.login, "password": PASSWORD, "code": spare}
    assert enters(world, **form).status_code == 302
    refused(enters(world, **form))


def test_a_recovery_code_has_bits_enough_for_a_plain_hash(world: World) -> None:
    *_, spare = with_password(world)
    assert len(base64.b32decode(spare.replace("-", "").upper())) * 8 >= 112


@pytest.mark.parametrize("changed", [str.strip, str.lower, lambda typed: typed[:64]])
def test_a_password_is_taken_as_it_was_typed(world: World, changed: Callable[[str], str]) -> None:
    typed = " Ein Satz, den niemand sonst je geschrieben hat, 密码 und noch 64 Zeichen dahinter "
    _, officer, _, spare = with_password(world, typed)
    refused(enters(world, login=officer.login, password=changed(typed), code=spare))
    assert enters(world, login=officer.login, password=typed, code=spare).status_code == 302


def test_an_unknown_login_and_a_wrong_password_get_the_same_words(world: World) -> None:
    _, officer, seed, _ = with_password(world)
    world.advance(seconds=30)
    right = {"login": officer.login, "password": PASSWORD, "code": code(world, seed)}
    wrong = [right | {"login": "nobody"}, right | {"password": "another long password"}, right | {"code": "000000"}]
    assert len({refused(enters(world, **each)) for each in wrong}) == 1


@pytest.mark.parametrize("login", ["known", "nobody"])
def test_guessing_is_stopped_after_five_attempts_for_any_login(world: World, login: str) -> None:
    _, officer, seed, _ = with_password(world)
    name = officer.login if login == "known" else login
    for _ in range(5):
        refused(enters(world, login=name, password="x", code="1"))
    world.advance(seconds=30)
    assert enters(world, login=name, password=PASSWORD, code=code(world, seed)).status_code == 429
    world.advance(minutes=15)
    done = enters(world, login=name, password=PASSWORD, code=code(world, seed))
    assert done.status_code == (302 if login == "known" else 400)


def test_one_address_cannot_go_on_trying(world: World) -> None:
    visitor = Visitor(world.nodes["XC"])
    for _ in range(30):
        refused(visitor.post("/sign-in/passkey", {"credential": "{}", "state": "guessed"}))
    assert enters(world, login="nobody", password="x", code="1").status_code == 429
    assert visitor.post("/join/guessed").status_code == 503


def test_a_password_is_refused_where_the_policy_permits_passkeys_only(world: World) -> None:
    _, officer, seed, _ = with_password(world)
    permit(world, "passkey")
    world.advance(seconds=30)
    page = Visitor(world.nodes["XC"]).get("/sign-in").content.decode()
    assert 'name="password"' not in page
    refused(enters(world, login=officer.login, password=PASSWORD, code=code(world, seed)))


def test_a_weak_password_is_refused_with_the_reason(world: World) -> None:
    visitor, _ = newcomer(world)
    seed = _seed(visitor.get("/account/password").wsgi_request)
    form = {"password": "password1234", "password_again": "password1234", "code": code(world, seed)}
    assert "too common" in refused(visitor.post("/account/password", form))


def test_a_password_is_replaced_only_by_who_knows_it(world: World) -> None:
    visitor, *_ = with_password(world)
    page = visitor.get("/account/password")
    assert 'name="present"' in page.content.decode()
    fresh = "five other words put together"
    form = {"password": fresh, "password_again": fresh, "code": code(world, _seed(page.wsgi_request))}
    for present in ("", "not the present one"):
        assert "present password is not right" in refused(
            visitor.post("/account/password", form | {"present": present})
        )
    assert visitor.post("/account/password", form | {"present": PASSWORD}).status_code == 200
    for _ in range(5):
        visitor.post("/account/password", form | {"present": "guessed"})
    assert visitor.post("/account/password", form | {"present": fresh}).status_code == 429


def test_what_lets_somebody_in_is_never_kept_with_a_form_that_waits(world: World) -> None:
    visitor, *_ = with_password(world)
    world.advance(minutes=5)
    secret = dict.fromkeys(("password", "password_again", "present", "code"), "a secret")
    visitor.post("/account/password", secret | {"note": "kept"})
    with world.at("XC"):
        assert visitor.session["waiting-form"]["fields"] == [["note", "kept"]]


def test_the_session_key_changes_at_sign_in(world: World) -> None:
    _, officer, seed, _ = with_password(world)
    world.advance(seconds=30)
    visitor = Visitor(world.nodes["XC"])
    with world.at("XC"):
        session = visitor.session
        session["planted"] = "by somebody else"
        session.save()
    visitor.post("/sign-in", {"login": officer.login, "password": PASSWORD, "code": code(world, seed)})
    with world.at("XC"):
        assert visitor.session.session_key not in (None, session.session_key)
        assert not visitor.session.exists(session.session_key)


def test_a_session_ends_unused_after_an_hour_and_at_the_latest_after_twelve(world: World) -> None:
    idle, busy = visit(world, "XC"), visit(world, "XC")
    world.advance(minutes=59)
    busy.see()
    world.advance(minutes=1)
    assert idle.get(idle.base).headers["Location"].startswith("/sign-in")
    for _ in range(11):
        busy.see()
        world.advance(minutes=59)
    busy.see()
    world.advance(minutes=12)
    assert busy.get(busy.base).headers["Location"].startswith("/sign-in")


def test_the_sessions_of_an_officer_who_left_end_with_the_next_request(world: World) -> None:
    visitor = visit(world, "XC")
    visitor.see()
    with world.at("XC"):
        officer = Officer.objects.get(pk=visitor.officer)
    leave(world.nodes["XC"], officer)
    assert visitor.get(visitor.base).headers["Location"].startswith("/sign-in")


def test_an_invitation_after_lost_keys_ends_the_old_ones(world: World) -> None:
    visitor, officer, key = with_passkey(world)
    again = Visitor(world.nodes["XC"])
    again.post(f"/join/{invite(world.nodes['XC'], officer)}")
    world.advance(minutes=1)
    assert visitor.get("/").headers["Location"].startswith("/sign-in")
    stranger = Visitor(world.nodes["XC"])
    refused(stranger.post("/sign-in/passkey", answer(stranger, key)))


def test_an_officer_ends_another_session_of_theirs(world: World) -> None:
    first, _, key = with_passkey(world)
    second = Visitor(world.nodes["XC"])
    second.post("/sign-in/passkey", answer(second, key))
    assert second.post("/account/sessions/end-others").status_code == 302
    assert first.get("/account").headers["Location"].startswith("/sign-in")
    assert second.get("/account").status_code == 200


def test_the_last_way_in_cannot_be_removed(world: World) -> None:
    visitor, _, _ = with_passkey(world)
    page = visitor.get("/account").content.decode()
    assert "Your only way in" in page
    with world.at("XC"):
        key = Officer.objects.order_by("-pk").first().passkeys.get().pk
    assert b"last way" in visitor.post(f"/account/passkeys/{key}/remove").content


def test_changing_keys_asks_again_after_five_minutes_and_keeps_what_was_typed(world: World) -> None:
    visitor, _, key = with_passkey(world)
    world.advance(minutes=5)
    late = visitor.post("/account/recovery-codes", {"note": "typed <b>by hand</b>"})
    assert late.headers["Location"].startswith("/sign-in/again?next=")
    page = visitor.post("/sign-in/again", answer(visitor, key, "/sign-in/again")).content.decode()
    assert 'action="/account/recovery-codes"' in page
    assert 'value="typed &lt;b&gt;by hand&lt;/b&gt;"' in page
    assert visitor.get("/account/passkeys/challenge").status_code == 200


def test_another_officers_passkey_does_not_confirm_this_session(world: World) -> None:
    visitor, _, _ = with_passkey(world)
    _, _, other = with_passkey(world)
    world.advance(minutes=5)
    refused(visitor.post("/sign-in/again", answer(visitor, other, "/sign-in/again")))
    assert visitor.get("/account/passkeys/challenge").status_code == 302


def test_the_sign_in_page_says_what_a_browser_without_scripts_can_do(world: World) -> None:
    node: Node = world.nodes["XC"]
    assert "<noscript>" in Visitor(node).get("/sign-in").content.decode()


def test_what_was_sent_as_the_session_had_ended_waits_for_the_same_officer_alone(world: World) -> None:
    visitor, officer, seed, _ = with_password(world)
    _, other, seed_of_other, _ = with_password(world)
    form = {"zone": "Africa/Nairobi", "language": "en"}
    for who, its_seed, waits in ((officer, seed, True), (other, seed_of_other, False)):
        world.advance(minutes=61)
        late = visitor.post("/account/person", form, headers={"referer": "http://testserver/account"})
        assert late.headers["Location"] == "/sign-in?next=/account/person"
        typed = {"login": who.login, "password": PASSWORD, "code": code(world, its_seed), "next": "/account"}
        answer = visitor.post("/sign-in", typed)
        page = answer.content.decode()
        assert ('action="/account/person"' in page) == waits, page
        assert not waits or ("Africa/Nairobi" in page and '<a href="/account">Do not send it' in page)
        assert waits or answer.headers["Location"] == "/account"


def test_an_address_that_takes_forms_only_says_so_to_whoever_comes_by_a_link(world: World) -> None:
    visitor, *_ = with_password(world)
    answer = visitor.get("/account/person")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Go to your desk" in answer.content.decode()
