"""How do files come and go? Sealed as they arrive, opened as they leave; never plain on the disk.

    POST /attachments?name=log.csv         the body is the file; its type is that of the request
    GET /messages/{message}/attachments/0

Invariants: what came shorter than it said is not kept; a download that is not what was signed breaks off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Path, Query, Status

from liaison.api.authentication import bearer_of, scoped
from liaison.api.operations.cases import Identifier, own_desk, readable_message, router
from liaison.api.problems import BINARY, PROBLEMS
from liaison.api.shapes import writing as shapes
from liaison.errors import MalformedError, UsageError
from liaison.messages.names import check_media_type
from liaison.node.current import here
from liaison.node.services.line.attachments import open_file, seal_attachment
from liaison.node.services.line.fetching import want_attachments
from liaison.node.services.people.audit import note
from liaison.node.services.programs.uploads import keep_upload
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.tokens import Scope

CHUNK = 64 * 1024
UNKNOWN = "application/octet-stream"
FILE: dict[str, Any] = {"requestBody": {"required": True, "content": {UNKNOWN: {"schema": {"type": "string"}}}}}
Position = Annotated[int, Path(ge=0, le=63)]


@router.post(
    "/attachments",
    response={201: shapes.Uploaded, **PROBLEMS},
    auth=scoped(Scope.SEND),
    openapi_extra=FILE,
    tags=["attachments"],
    summary="Upload a file",
)
def upload(request: HttpRequest, name: Annotated[str, Query(min_length=1, max_length=200)]) -> Status:
    """Seal the body as a file for a message to come; the message names it in `attachments`."""
    bearer, size = bearer_of(request), int(request.META["CONTENT_LENGTH"])
    if size > here().config.attachments.largest:
        raise UsageError("attachment-over-limit", limit=here().config.attachments.largest)
    media_type = _media_type(request)
    sealed = seal_attachment(here(), name=name, media_type=media_type, chunks=_body(request, size))
    kept = keep_upload(here(), bearer.seat, sealed, officer=bearer.officer)
    told: Any = {"name": name, "media_type": media_type, "size": sealed.size, "sha256": sealed.plain}
    return Status(201, shapes.Uploaded(upload=kept, **told))


def _media_type(request: HttpRequest) -> str:
    media_type = str(request.content_type or "").lower()
    try:
        check_media_type(media_type)
    except MalformedError:
        return UNKNOWN
    return media_type


def _body(request: HttpRequest, size: int) -> Iterator[bytes]:
    """Exactly as much as was told beforehand. Raises UsageError for less."""
    while size > 0:
        data = request.read(min(CHUNK, size))
        if not data:
            raise UsageError("upload-cut-off", missing=size)
        size -= len(data)
        yield data


@router.get(
    "/messages/{message}/attachments/{position}",
    response={200: None, **PROBLEMS},
    auth=scoped(Scope.READ_CASES),
    openapi_extra=BINARY,
    tags=["attachments"],
    summary="Download a file",
)
def download(request: HttpRequest, message: Identifier, position: Position) -> StreamingHttpResponse:
    """One file of a message, as its sender made it: never trust its name or type."""
    opened = readable_message(request, message)
    attachment = next(iter(opened.core.attachments[position : position + 1]), None)
    if attachment is None:
        raise UsageError("path-not-there")
    state = opened.attachments[position][1]
    if state != "held":
        raise UsageError("file-not-held", name=attachment.name, state=state)
    chunks = open_file(here(), opened.core, position)
    with unit_of_work(here()):
        told = {"position": position}
        note(here(), "file-downloaded", officer=bearer_of(request).officer, subject=message, params=dict(told))
    response = StreamingHttpResponse(chunks, content_type=UNKNOWN)
    response.headers["Content-Length"] = str(attachment.size)
    response.headers["Content-Disposition"] = "attachment"
    return response


@router.post(
    "/messages/{message}/fetch",
    response={202: shapes.Wanted, **PROBLEMS},
    auth=scoped(Scope.READ_CASES),
    tags=["attachments"],
    summary="Have files fetched",
)
def fetch(request: HttpRequest, message: Identifier) -> Status:
    """Have the files of a received message that are not here yet fetched from their sender."""
    opened = readable_message(request, message)
    if opened.listed.direction != "in":
        return Status(202, shapes.Wanted(fetching=0))
    wanted = want_attachments(here(), message, own=own_desk(request))
    return Status(202, shapes.Wanted(fetching=len(wanted)))
