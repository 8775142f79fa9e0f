"""Do the pages keep what docs/operating/security.md promises? One named test for each line of its table."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import msgspec
import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import path

from liaison.errors import UsageError
from liaison.node import homes
from liaison.node.config import Config, Pages, check_pages
from liaison.node.models import AuditRow, OfficerSession, OneTimeCodes, RecoveryCode
from liaison.node.services.people.officers import add_officer, invite
from liaison.officers.permissions import Role
from liaison.web.middleware import over_tls
from liaison.web.pages import problems
from liaison.web.serving import with_files
from tests.web.pages import PAGES, address
from tests.web.visiting import Visitor, visit
from tests.world import World

ELSEWHERE = (
    "//bad.example",
    "https://bad.example/",
    "/\\bad.example",
    "javascript:top.ran=1",
    "http:bad.example",
    "\t//bad.example",
)


PARTS = (
    "default-src 'none'",
    "script-src 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
)
SECRET = "a secret inside the node"


def boom(request: Any) -> Any:
    raise RuntimeError(SECRET)


urlpatterns = [path("boom", boom)]
handler500 = problems.broken


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(Path(tmp_path_factory.mktemp("security")), codes=("XC",)) as made:
        node = made.nodes["XC"]
        homes.create_folders(node.home)
        homes.write_config(node.home, Config())
        homes.write_credential(node.home / "credential", b"0" * 32)
        yield made


@pytest.fixture(scope="module")
def officer(world: World) -> Visitor:
    return visit(world, "XC", *Role)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_form_is_taken_without_its_token(world: World, officer: Visitor, name: str) -> None:
    officer.handler.enforce_csrf_checks = True
    try:
        answer = officer.post(address(name, officer.base), {"next": "/"})
    finally:
        officer.handler.enforce_csrf_checks = False
    assert answer.status_code in (400, 405)
    if answer.status_code == 400:
        assert b"form-expired" in answer.content


@pytest.mark.parametrize("name", sorted(PAGES))
def test_asking_for_a_page_changes_nothing(world: World, officer: Visitor, name: str) -> None:
    """Exports and downloads note that they were made; nothing else writes."""
    with world.at("XC"):
        before = AuditRow.objects.count()
    answer = officer.get(address(name, officer.base))
    with world.at("XC"):
        noted = list(AuditRow.objects.filter(pk__gt=0)[before:].values_list("action", flat=True))
    assert all(action.endswith("exported") for action in noted), (name, noted)
    assert answer.status_code in (200, 302, 400, 404, 405, 409)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_answer_carries_the_headers(officer: Visitor, name: str) -> None:
    headers = officer.get(address(name, officer.base)).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert all(part in policy for part in PARTS)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_form_leads_to_another_site(officer: Visitor, wanted: str) -> None:
    answer = officer.post("/language", {"language": "en", "next": wanted})
    assert answer.headers["Location"] == "/"
    again = officer.get("/sign-in/again", {"next": wanted}).content.decode()
    assert 'href="http' not in again


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(world: World) -> None:
    visitor = visit(world, "XC")
    (cookie,) = [each for name, each in visitor.cookies.items() if "session" in name]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_under_tls_every_cookie_is_bound_to_the_host_and_to_tls(tmp_path: Path) -> None:
    told = settings_of(tmp_path, "https://desk.example")
    assert told == (
        "__Host-liaison-session-desk-example True __Host-liaison-csrf-desk-example True "
        "__Host-liaison-language-desk-example True ['desk.example']"
    )


def settings_of(home: Path, url: str) -> str:
    """Names and flags of the cookies in a process of its own, whose node has its pages at `url`."""
    homes.write_config(home, Config(pages=Pages(url=url)))
    program = (
        "from liaison.web import settings as s; print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_NAME, s.LANGUAGE_COOKIE_SECURE, s.ALLOWED_HOSTS)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=dict(os.environ) | {"LIAISON_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_a_request_for_another_host_gets_no_page(world: World) -> None:
    answer = Visitor(world.nodes["XC"]).get("/sign-in", headers={"host": "bad.example"})
    assert answer.status_code == 400
    assert b"bad.example" not in answer.content


def test_an_unexpected_error_tells_nothing_and_is_said_in_the_readers_language(world: World) -> None:
    visitor = visit(world, "XC", language="fr")
    visitor.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        answer = visitor.get("/boom")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert '<html lang="fr"' in page
    assert SECRET not in page and "Traceback" not in page
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_a_method_that_no_page_takes_is_refused(officer: Visitor, method: str) -> None:
    answer = officer.generic(method, address("desk", officer.base))
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("name", ["liaison.css", "liaison.js"])
def test_files_of_ours_carry_the_headers_too(name: str) -> None:
    status, headers = asked(f"/static/web/{name}")
    assert status.startswith("200")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "where", ["/static/", "/static/web/", "/static/web/../settings.py", "/static/%2e%2e/settings.py", "/.git/HEAD"]
)
def test_no_folder_is_listed_and_nothing_outside_is_handed_out(where: str) -> None:
    assert asked(where)[0] == "from the pages"


def asked(where: str) -> tuple[str, dict[str, str]]:
    """Status and headers of what the files of ours answer; what is none of them goes on to the pages."""
    told: list[tuple[str, dict[str, str]]] = []

    def pages(environ: Any, start: Any) -> list[bytes]:
        start("from the pages", [])
        return []

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        told.append((status, dict(headers)))

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    answer = with_files(pages)(environ | {"PATH_INFO": where}, start)
    getattr(answer, "close", lambda: None)()
    return told[0]


def test_under_tls_browsers_are_told_to_use_nothing_else_for_a_year() -> None:
    with override_settings(SESSION_COOKIE_SECURE=True):
        assert over_tls() == {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
    assert over_tls() == {}


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        (Pages(url="https://desk.example", host="0.0.0.0"), "pages-need-tls"),
        (Pages(url="https://desk.example", host="192.0.2.7"), "pages-need-tls"),
        (Pages(url="https://desk.example", certificate="c.pem"), "pages-tls-incomplete"),
        (Pages(url="http://desk.example"), "pages-need-a-name"),
    ],
)
def test_pages_without_tls_are_refused_but_on_the_loopback_address(pages: Pages, code: str) -> None:
    check_pages(Pages(url="https://desk.example", host="127.0.0.1"))
    with pytest.raises(UsageError) as refused:
        check_pages(pages)
    assert refused.value.code == code


def test_who_signs_out_leaves_nothing_in_the_browser(world: World) -> None:
    visitor = visit(world, "XC")
    answer = visitor.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert visitor.get(visitor.base).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_of_an_officer_has_a_way_to_sign_out(officer: Visitor, name: str) -> None:
    answer = officer.get(address(name, officer.base))
    if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
        assert 'action="/sign-out"' in answer.content.decode()


def test_no_script_of_ours_runs_text_or_keeps_anything() -> None:
    """Nor listens to other windows, nor writes markup."""
    unsafe = r"eval\(|Function\(|innerHTML|outerHTML|document\.write|insertAdjacentHTML|postMessage|__proto__"
    storage = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\."
    scripts = sorted(Path(settings.STATIC_FOLDER).rglob("*.js"))
    assert scripts
    for script in scripts:
        assert re.search(f"{unsafe}|{storage}|addEventListener\\(.message", script.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize(("trusted", "noted"), [(False, "127.0.0.1"), (True, "203.0.113.9")])
def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(world: World, trusted: bool, noted: str) -> None:
    node = world.nodes["XC"]
    config = msgspec.structs.replace(node.config, pages=Pages(trusted_proxy=trusted))
    visitor = Visitor(dataclasses.replace(node, config=config))
    newcomer = add_officer(node, login=f"proxied{noted[:3]}", name="A Person", language="en")
    token = invite(node, newcomer)
    visitor.post(f"/join/{token}", headers={"x-forwarded-for": "198.51.100.1, 203.0.113.9"})
    with world.at("XC"):
        assert OfficerSession.objects.get(officer=newcomer).address == noted


def test_keys_of_sessions_and_codes_are_kept_as_hashes_only(world: World) -> None:
    visitor = visit(world, "XC")
    with world.at("XC"):
        key = visitor.session.session_key
        row = OfficerSession.objects.get(officer=visitor.officer)
        assert key not in {str(value) for value in vars(row).values()}
    assert {each.name for each in OneTimeCodes._meta.get_fields()} == {"officer", "seed", "last_counter", "created_at"}
    assert {each.name for each in RecoveryCode._meta.get_fields()} == {"id", "officer", "code_hash", "used_at"}


@pytest.mark.parametrize(
    "login", ["admin\u200b", "\uff41dmin", "\u0430dmin", "admin\u202e", "Admin", "ad min", "-admin", "a" * 65, ""]
)
def test_no_login_looks_like_another(officer: Visitor, login: str) -> None:
    typed: dict[str, Any] = {"name": "A", "login": login, "language": "en", "zone": "UTC", "role": "duty:officer"}
    assert b"cannot be a login" in officer.send("administration/officers/add", status=400, **typed).content


@pytest.mark.parametrize("name", ["A\u202eB", "A\u0000B", "A\nB", "\u200b", "A\u2066B"])
def test_a_name_with_signs_nobody_sees_is_refused(officer: Visitor, name: str) -> None:
    typed: dict[str, Any] = {"name": name, "login": "fresh", "language": "en", "zone": "UTC", "role": "duty:officer"}
    assert b"name of at most" in officer.send("administration/officers/add", status=400, **typed).content
