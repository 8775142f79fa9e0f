"""Which TAXII resources does a node answer, for the desk of the token that is shown (TAXII 2.1 §4, §5)?

    /taxii2/                                                  discovery: one API root
    /taxii2/reports/                                          the root; its one collection is that of the desk
    /taxii2/reports/collections/<id>/objects/?added_after=…   and …/manifest/, …/objects/<id>/, …/objects/<id>/versions/

Invariants: the same tokens and scopes as the API, as Bearer or as the password of Basic, whatever the user; what
another desk has is not there; nothing can be written; that a report left the node is noted in the audit trail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from liaison.api.authentication import Token, reader_of
from liaison.api.limits import spend
from liaison.api.taxii.answers import MEDIA_TYPE, check_accept, refusal, resource
from liaison.api.taxii.asking import read_wanted, write_place, write_time
from liaison.errors import LiaisonError, MalformedError, UsageError
from liaison.exchange.naming import SPACE
from liaison.node.current import here
from liaison.node.reads.exchange.collection import Page, Record, Wanted, read_collection
from liaison.node.services.people.audit import note
from liaison.node.services.programs.tokens import Bearer
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.tokens import Scope
from liaison.wire.identifiers import decode_base64, format_uuid5

log = logging.getLogger("liaison.api")
ROOT = "/taxii2/"
REPORTS = f"{ROOT}reports/"
STIX = "application/stix+json;version=2.1"
PAGE_COST = 4
"""Units of the quota that a page of objects costs beside its request."""
MOST_BODY = 2 << 20
View = Callable[..., HttpResponse]


def answered(view: View) -> View:
    """The view for whoever shows a token that is live; what it raises becomes an error of the standard."""

    def answer(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            check_accept(request)
            bearer = _bearer(request)
            if request.method != "GET":
                raise UsageError("taxii-read-only")
            return view(request, bearer, **named)
        except LiaisonError as error:
            return refusal(error)
        except Exception as error:
            log.exception("a TAXII resource failed: %s", type(error).__name__)
            return refusal(LiaisonError("operation-failed"))

    return answer


@answered
def discovery(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """Where the API root is (§4.1)."""
    words = "Reports that were routed to the contact centre of the token, as STIX 2.1; read-only."
    return resource({"title": "Liaison", "description": words, "default": REPORTS, "api_roots": [REPORTS]})


@answered
def root(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """What the API root is (§4.2)."""
    return resource({"title": "Reports", "versions": [MEDIA_TYPE], "max_content_length": MOST_BODY})


@answered
def status(request: HttpRequest, bearer: Bearer, *, status: str) -> HttpResponse:
    """Nothing is ever added, so nothing has a status (§4.3)."""
    raise UsageError("taxii-status-not-found")


@answered
def collections(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """The collections of the desk: one (§5.1)."""
    return resource({"collections": [_collection(bearer)]})


@answered
def collection(request: HttpRequest, bearer: Bearer, *, collection: str) -> HttpResponse:
    """That collection (§5.2)."""
    _check_collection(bearer, collection)
    return resource(_collection(bearer))


@answered
def manifest(request: HttpRequest, bearer: Bearer, *, collection: str) -> HttpResponse:
    """Which objects there are (§5.3)."""
    page = _page(request, bearer, collection)
    return _enveloped(page, [_manifested(each) for each in page.records])


@answered
def objects(request: HttpRequest, bearer: Bearer, *, collection: str) -> HttpResponse:
    """The objects (§5.4)."""
    page = _page(request, bearer, collection)
    _note(bearer, page)
    return _enveloped(page, [each.object for each in page.records])


@answered
def one_object(request: HttpRequest, bearer: Bearer, *, collection: str, named: str) -> HttpResponse:
    """One object by its id (§5.6)."""
    page = _page(request, bearer, collection, only=named)
    _note(bearer, page)
    return _enveloped(page, [each.object for each in page.records])


@answered
def versions(request: HttpRequest, bearer: Bearer, *, collection: str, named: str) -> HttpResponse:
    """Its versions (§5.8)."""
    page = _page(request, bearer, collection, only=named)
    return _enveloped(page, sorted({write_time(each.version) for each in page.records}), name="versions")


def _page(request: HttpRequest, bearer: Bearer, collection: str, *, only: str = "") -> Page:
    """The page that is asked for. Raises UsageError, also for an object that is not there."""
    _check_collection(bearer, collection)
    bearer.require(Scope.READ_CASES)
    wanted = read_wanted(request, only=only)
    spend(request, bearer.token, cost=PAGE_COST)
    page = Page((), None, ()) if wanted is None else _read(bearer, wanted)
    if only and not page.records and page.next is None:
        raise UsageError("taxii-object-not-found", object=only)
    return page


def _read(bearer: Bearer, wanted: Wanted) -> Page:
    return read_collection(here(), bearer.seat.desk, wanted, reader=reader_of(bearer))


def _enveloped(page: Page, told: list[Any], *, name: str = "objects") -> HttpResponse:
    """The envelope (§3.7) with the headers that say when its objects were added (§3.5)."""
    value: dict[str, Any] = {"more": True, "next": write_place(page.next)} if page.next else {}
    value |= {name: told} if told else {}
    if not page.records:
        return resource(value)
    times = [write_time(each.added) for each in (page.records[0], page.records[-1])]
    names = ("X-TAXII-Date-Added-First", "X-TAXII-Date-Added-Last")
    return resource(value, zip(names, times, strict=True))


def _manifested(record: Record) -> dict[str, str]:
    """One line of a manifest (§5.3.1)."""
    times = {"date_added": write_time(record.added), "version": write_time(record.version)}
    return {"id": record.object["id"], **times, "media_type": STIX}


def _collection(bearer: Bearer) -> dict[str, Any]:
    """The collection resource (§5.2.1) of the token's desk."""
    return {
        "id": collection_id(bearer),
        "title": f"Reports routed to {bearer.seat.desk.desk}",
        "description": "What other contact centres reported to this one in the last 30 days, each within its label.",
        "alias": "reports",
        "can_read": bearer.may(Scope.READ_CASES),
        "can_write": False,
        "media_types": [STIX],
    }


def collection_id(bearer: Bearer) -> str:
    """The id of a desk's collection: the same on every day and for every token."""
    desk = bearer.seat.desk
    return format_uuid5(
        SPACE, "\n".join(("taxii collection", bearer.seat.register, desk.participant, desk.node, desk.desk))
    )


def _check_collection(bearer: Bearer, collection: str) -> None:
    if collection not in (collection_id(bearer), "reports"):
        raise UsageError("taxii-collection-not-found")


def _bearer(request: HttpRequest) -> Bearer:
    """Who asks. Raises UsageError."""
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    known = Token()
    if scheme.lower() == "bearer":
        return known.authenticate(request, shown.strip())
    if scheme.lower() != "basic":
        known.refuse(request)
    try:
        token = decode_base64(shown.strip()).decode().partition(":")[2]
    except (MalformedError, UnicodeDecodeError):
        token = ""
    return known.authenticate(request, token)


def _note(bearer: Bearer, page: Page) -> None:
    if page.begun:
        with unit_of_work(here()):
            for message in page.begun:
                note(here(), "report-collected", officer=bearer.officer, subject=message)


_AT = "taxii2/reports/collections/<collection>/"
urlpatterns = [
    path("taxii2/", discovery),
    path("taxii2/reports/", root),
    path("taxii2/reports/status/<status>/", status),
    path("taxii2/reports/collections/", collections),
    path(_AT, collection),
    path(f"{_AT}manifest/", manifest),
    path(f"{_AT}objects/", objects),
    path(f"{_AT}objects/<named>/", one_object),
    path(f"{_AT}objects/<named>/versions/", versions),
]
