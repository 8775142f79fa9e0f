"""Does an authority's own identity provider sign in exactly the officer it names, and never anybody new?"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from liaison.node.config import Oidc
from liaison.node.models import AuditRow, Officer, ProviderAccount
from liaison.node.services.people.officers import add_officer, grant
from liaison.officers.permissions import Role
from tests.keys.test_jws import ES_KEY, RSA_KEY, keys, rsa_jwk, rsa_token
from tests.web.visiting import Visitor, visit
from tests.world import World

ISSUER = "https://identity.example"


class Provider:
    """Says about whoever comes what the test told it to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.said: dict[str, Any] = {"email": "a.n@xc.example", "email_verified": True, "preferred_username": "a.n"}
        self.nonce = ""
        self.forms: list[Mapping[str, str]] = []
        self.keys = keys(ES_KEY, rsa_jwk(RSA_KEY, kid="one"))

    def ask(self, url: str, form: Mapping[str, str] | None = None) -> bytes:
        if form is None and url == f"{ISSUER}/keys":
            return self.keys
        if form is None:
            assert url == f"{ISSUER}/.well-known/openid-configuration"
            ends = {"authorization_endpoint": f"{ISSUER}/auth", "token_endpoint": f"{ISSUER}/token"}
            ends |= {"jwks_uri": f"{ISSUER}/keys"}
            return json.dumps({"issuer": ISSUER, **ends}).encode()
        self.forms.append(form)
        now = self.world.clock.now().timestamp()
        claims = {"iss": ISSUER, "aud": "liaison", "exp": now + 60, "auth_time": int(now), "nonce": self.nonce}
        claims |= {"sub": "7"} | self.said
        return json.dumps({"id_token": rsa_token(RSA_KEY, json.dumps(claims).encode(), kid="one")}).encode()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC",)) as made:
        oidc = Oidc(issuer=ISSUER, client_id="liaison", secret_file="unused")
        node = made.nodes["XC"]
        config = msgspec.structs.replace(node.config, oidc=oidc)
        made.nodes["XC"] = dataclasses.replace(node, config=config, identity=Provider(made))
        officer = add_officer(made.nodes["XC"], login="a.n", name="A. N.", email="a.n@xc.example")
        grant(made.nodes["XC"], officer, made.register, made.desk("XC"), Role.OFFICER)
        yield made


def provider_of(world: World) -> Any:
    return world.nodes["XC"].identity


def there_and_back(world: World, visitor: Visitor, **changed: str) -> Any:
    asked = parse_qs(urlsplit(visitor.get("/sign-in/provider").headers["Location"]).query)
    provider_of(world).nonce = asked["nonce"][0]
    return visitor.get("/sign-in/provider/back", {"code": "c", "state": asked["state"][0]} | changed)


def test_the_officer_that_the_provider_names_is_signed_in(world: World) -> None:
    visitor = Visitor(world.nodes["XC"])
    assert there_and_back(world, visitor).headers["Location"] == "/"
    assert visitor.get("/", follow=True).status_code == 200
    assert provider_of(world).forms[0]["code_verifier"]


def test_who_cancels_at_the_provider_is_not_signed_in_and_nothing_is_asked(world: World) -> None:
    visitor = Visitor(world.nodes["XC"])
    for changed in ({"code": "", "error": "access_denied"}, {"code": ""}):
        answer = there_and_back(world, visitor, **changed)
        assert answer.status_code == 400
        assert b"You were not signed in" in answer.content
    assert provider_of(world).forms == []


@pytest.mark.parametrize(
    "said",
    [
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"aud": ["liaison", "another"]},
        {"azp": "another"},
        {"exp": 0},
        {"nonce": "another"},
        {"sub": ""},
        {"sub": 7},
        {"sub": "7" * 256},
    ],
)
def test_whoever_is_not_named_exactly_is_refused_and_nobody_is_made(world: World, said: dict[str, Any]) -> None:
    provider_of(world).said |= said
    answer = there_and_back(world, Visitor(world.nodes["XC"]))
    assert answer.status_code == 400
    assert b"You were not signed in" in answer.content
    with world.at("XC"):
        assert Officer.objects.count() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"email": "nobody@xc.example"},
        {"email": ""},
        {"email": ["a.n@xc.example"]},
        {"email_verified": False},
        {"email_verified": "true"},
    ],
)
def test_whom_the_provider_knows_and_the_node_does_not_is_told_so(world: World, said: dict[str, Any]) -> None:
    provider_of(world).said |= said
    answer = there_and_back(world, Visitor(world.nodes["XC"]))
    assert answer.status_code == 400
    assert b"what it calls you is no officer here" in answer.content
    assert b"one-time code works once" not in answer.content, "nobody typed one"
    with world.at("XC"):
        assert Officer.objects.count() == 1
        assert not ProviderAccount.objects.exists()


@pytest.mark.parametrize(
    "found", [keys(ES_KEY), keys(rsa_jwk(RSA_KEY, kid="another")), keys(), b"no keys", b'{"keys": 7}']
)
def test_a_token_that_no_key_of_the_provider_signed_is_refused(world: World, found: bytes) -> None:
    provider_of(world).keys = found
    assert there_and_back(world, Visitor(world.nodes["XC"])).status_code == 400
    with world.at("XC"):
        assert not ProviderAccount.objects.exists()


def test_an_officer_is_the_account_that_signed_in_first_whatever_it_is_called_later(world: World) -> None:
    there_and_back(world, Visitor(world.nodes["XC"]))
    provider_of(world).said |= {"email": "a.m@xc.example"}
    assert there_and_back(world, Visitor(world.nodes["XC"])).headers["Location"] == "/"
    with world.at("XC"):
        assert AuditRow.objects.filter(action="provider-account-known").count() == 1


def test_whoever_is_given_an_officers_address_later_is_not_that_officer(world: World) -> None:
    there_and_back(world, Visitor(world.nodes["XC"]))
    provider_of(world).said |= {"sub": "8"}
    refused = there_and_back(world, Visitor(world.nodes["XC"]))
    assert refused.status_code == 400
    assert b"who has another account there" in refused.content
    with world.at("XC"):
        officer = Officer.objects.get(login="a.n").pk
    administrator = visit(world, "XC", Role.ADMINISTRATOR)
    administrator.send(f"administration/officers/{officer}/lost")
    assert there_and_back(world, Visitor(world.nodes["XC"])).headers["Location"] == "/", "the account was let go of"


def test_the_provider_names_an_officer_by_the_address_that_an_administrator_entered_last(world: World) -> None:
    with world.at("XC"):
        officer = Officer.objects.get(login="a.n").pk
    administrator = visit(world, "XC", Role.ADMINISTRATOR)
    administrator.send(f"administration/officers/{officer}/email", email="a.m@xc.example")
    assert there_and_back(world, Visitor(world.nodes["XC"])).status_code == 400
    provider_of(world).said |= {"email": "A.M@xc.example"}
    assert there_and_back(world, Visitor(world.nodes["XC"])).headers["Location"] == "/"


def test_an_answer_to_another_browser_is_refused(world: World) -> None:
    assert there_and_back(world, Visitor(world.nodes["XC"]), state="guessed").status_code == 400
    assert Visitor(world.nodes["XC"]).get("/sign-in/provider/back", {"code": "c", "state": ""}).status_code == 400


def test_the_provider_confirms_an_officer_only_if_it_asked_them_just_now(world: World) -> None:
    visitor = Visitor(world.nodes["XC"])
    there_and_back(world, visitor)
    world.advance(minutes=10)
    provider_of(world).said["auth_time"] = 0
    assert there_and_back(world, visitor).status_code == 400
    assert visitor.get("/account/passkeys/challenge").status_code == 302
    del provider_of(world).said["auth_time"]
    assert there_and_back(world, visitor).status_code == 302
    assert visitor.get("/account/passkeys/challenge").status_code == 200


def test_without_a_provider_there_is_no_such_page(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world:
        assert Visitor(world.nodes["XC"]).get("/sign-in/provider").status_code == 404


def test_an_officer_whom_only_the_provider_signs_in_needs_no_invitation(world: World) -> None:
    administrator = visit(world, "XC", Role.ADMINISTRATOR)
    page = administrator.see("administration/")
    assert "Yes, by the identity provider" in page
    assert "Needs an invitation" not in page.split("A. N.")[1].split("</tr>")[0]
    with world.at("XC"):
        Officer.objects.filter(login="a.n").update(email="")
    assert "Needs an invitation" in administrator.see("administration/"), "the provider could not name them"
