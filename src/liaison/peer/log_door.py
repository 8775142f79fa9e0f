"""What does the peer door say of a register? Checkpoint and tiles, its records, and what it takes in.

    GET  /registers/{register}/checkpoint          the latest checkpoint with its cosignatures
    GET  /registers/{register}/trusted-checkpoint  the latest that a quorum cosigned
    GET  /registers/{register}/tile/…              tiles and entry bundles, by their C2SP paths
    GET  /registers/{register}/records/{digest}    a record part, for those in its audience
    POST /registers/{register}/records             up to 64 of them, a line each
    POST /registers/{register}/entries             entries with their record parts, for the secretariat
    POST /registers/{register}/add-checkpoint      C2SP tlog-witness: cosign what continues the log

Invariants: what proves itself is open to everybody; a part that is not public is given only to a known, dated request,
and refused in the same words whether it exists or not; only what everybody may have is packed, and never a range.
Spec page: docs/spec/peer-door.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from liaison.errors import LiaisonError, VerificationError
from liaison.node.log import batches
from liaison.node.log.remote import BUNDLE_LIMIT
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import FollowedRegister
from liaison.node.node import Node
from liaison.node.services import submission, witnessing
from liaison.node.services.records import serve_record
from liaison.node.services.secretariat import submit_entries
from liaison.node.unit_of_work import reading
from liaison.peer.requests import DoorRequest, answer, asked_range, problem
from liaison.tlog.tlogproof import PROOF_LIMIT
from liaison.tlog.witness import SIZE_CONTENT_TYPE, format_size, status_of
from liaison.wire.byte_ranges import ByteRange, format_content_range
from liaison.wire.http import HttpAnswer
from liaison.wire.packing import ENCODING, pack

TEXT = "text/plain; charset=utf-8"
REGISTER = r"/registers/(?P<register>[0-9a-f]{64})"


@dataclass(frozen=True, slots=True)
class LogRoute:
    """One path: all are open; `optional` knows a sender who signed, `dated` then wants it fresh."""

    method: str
    pattern: str
    function: Callable[[Node, DoorRequest], HttpAnswer]
    optional: bool = False
    dated: bool = False
    limit: int = 0


def answer_checkpoint(node: Node, request: DoorRequest) -> HttpAnswer:
    """The latest checkpoint this node accepted."""
    with reading(node):
        row = FollowedRegister.objects.filter(register=request.params["register"]).first()
    if row is None or not row.checkpoint:
        return problem(404, "register-not-followed")
    return answer(200, bytes(row.checkpoint), TEXT)


def answer_trusted_checkpoint(node: Node, request: DoorRequest) -> HttpAnswer:
    """The latest checkpoint a quorum cosigned; the newest may still wait for its witnesses."""
    with reading(node):
        row = FollowedRegister.objects.filter(register=request.params["register"]).first()
    if row is None or not row.trusted_checkpoint:
        return problem(404, "register-not-trusted-yet")
    return answer(200, bytes(row.trusted_checkpoint), TEXT)


def answer_tile(node: Node, request: DoorRequest) -> HttpAnswer:
    """A tile or entry bundle, if the log is that wide yet, or the one range of it that is asked for."""
    with reading(node):
        data = DatabaseTileStore(request.params["register"]).read(request.params["path"])
    if data is None:
        return problem(404, "tile-not-here")
    text = request.headers.get("range")
    if text is None:
        return _open_answer(request, data)
    asked = asked_range(text, size=len(data), most=BUNDLE_LIMIT)
    if not isinstance(asked, ByteRange):
        return asked
    return answer(206, data[asked.start : asked.end], more={"content-range": format_content_range(asked, len(data))})


def answer_record(node: Node, request: DoorRequest) -> HttpAnswer:
    """A record part, for a caller in its audience."""
    register, digest = request.params["register"], request.params["digest"]
    part = serve_record(node, register=register, digest=digest, caller=_reader(request, register))
    return answer(200, part, "application/json")


def answer_records(node: Node, request: DoorRequest) -> HttpAnswer:
    """Many record parts, those this caller may have; packed only for a caller nobody knows, who gets what is public."""
    register, caller = request.params["register"], _reader(request, request.params["register"])
    digests = batches.parse_request(request.body())

    def give(digest: str) -> bytes:
        return serve_record(node, register=register, digest=digest, caller=caller)

    lines = batches.format_answer(digests, give)
    return answer(200, lines) if request.caller is not None else _open_answer(request, lines)


def _reader(request: DoorRequest, register: str) -> tuple[str, str] | None:
    """Who asks, where it is one of this register's."""
    caller = request.caller
    return (caller.participant, caller.node) if caller is not None and caller.register == register else None


def _open_answer(request: DoorRequest, body: bytes) -> HttpAnswer:
    """What everybody may have, packed where the caller takes it so."""
    if request.headers.get("accept-encoding") != ENCODING:
        return answer(200, body)
    packed = answer(200, pack(body))
    return replace(packed, headers={**packed.headers, "content-encoding": ENCODING})


def answer_entries(node: Node, request: DoorRequest) -> HttpAnswer:
    """What came of the entries handed in: an index or a refusal for each."""
    envelopes, parts = submission.decode_submission(request.body())
    handed = submit_entries(node, register=request.params["register"], envelopes=envelopes, parts=parts)
    return answer(200, submission.encode_handed(handed), "application/json")


def answer_add_checkpoint(node: Node, request: DoorRequest) -> HttpAnswer:
    """This node's cosignature, or the status that C2SP tlog-witness names."""
    register = request.params["register"]
    try:
        return answer(200, witnessing.cosign_checkpoint(node, register=register, body=request.body()), TEXT)
    except VerificationError as error:
        if error.code == "witness-stands-elsewhere":
            return answer(409, format_size(witnessing.witnessed_size(node, register)), SIZE_CONTENT_TYPE)
        return problem(status_of(error), error.code)
    except LiaisonError as error:
        return problem(404 if error.code == "not-a-witness" else status_of(error), error.code)


LOG_ROUTES: tuple[LogRoute, ...] = (
    LogRoute("GET", rf"{REGISTER}/checkpoint", answer_checkpoint),
    LogRoute("GET", rf"{REGISTER}/trusted-checkpoint", answer_trusted_checkpoint),
    LogRoute("GET", rf"{REGISTER}/(?P<path>tile/[a-z0-9./]{{1,80}})", answer_tile),
    LogRoute("GET", rf"{REGISTER}/records/(?P<digest>[0-9a-f]{{64}})", answer_record, optional=True, dated=True),
    LogRoute("POST", rf"{REGISTER}/records", answer_records, optional=True, dated=True, limit=batches.REQUEST_LIMIT),
    LogRoute("POST", rf"{REGISTER}/entries", answer_entries, limit=submission.LIMIT),
    LogRoute("POST", rf"{REGISTER}/add-checkpoint", answer_add_checkpoint, limit=PROOF_LIMIT),
)
