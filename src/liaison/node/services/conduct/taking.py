"""How do parts of a report come into the node as a file, carried by hand where no line reaches?

    take_parts(node, place, data)       how each part stands; those in force that are for this participant are kept

Invariants: a part is kept only if the trusted log names it now and this participant is in its audience; what is not
kept is told, with the reason.
"""

from __future__ import annotations

from liaison.conduct.proof import Judged, Standing, decode_parts, judge_parts
from liaison.errors import UsageError
from liaison.node.log.parts import CURRENT, keep_records
from liaison.node.node import Node
from liaison.node.reads.register import view
from liaison.node.services.publication import Place
from liaison.node.services.records import reader_of
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.records import decode_record, may_see


def take_parts(node: Node, place: Place, data: bytes) -> tuple[Judged, ...]:
    """Keep the parts in a file that are in force and for this participant; how each stands.

    Raises MalformedError, and UsageError for parts of another register.
    """
    file = decode_parts(data)
    if file.register != place.register:
        raise UsageError("report-other-register", register=file.register[:16])
    with reading(node):
        log = view(node, place.register)
        judged = judge_parts(file, log)
        reader = reader_of(log, place.participant, place.node)
    good = {
        each.digest
        for each in judged
        if each.standing is Standing.IN_FORCE and reader is not None and may_see(each.audience, reader)
    }
    # Of a part in force the bytes fit the digest: decoding them again raises nothing.
    claimed = zip(judged, file.parts, strict=True)
    records = [decode_record(part) for each, part in claimed if each.digest in good]
    with unit_of_work(node):
        keep_records(node, place.register, records, state=CURRENT)
    return judged
