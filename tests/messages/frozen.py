"""Which bytes must this version, and every later one, still make and read?

`python -m tests.messages.frozen` writes tests/vectors/messages anew; the test beside it compares. A published vector is
replaced only together with the version of its format.
"""

from __future__ import annotations

import json
from pathlib import Path

from liaison.messages.forms import forms
from liaison.messages.message import Attachment, SignedCopy
from liaison.messages.receipts import Receipt, decode_receipt, first_receipt, next_receipt, sign_receipt
from liaison.messages.transcript import encode_transcript, pack_transcript
from liaison.wire.identifiers import digest, encode_base64
from tests import house
from tests.messages import cast
from tests.messages.tars import SealedFile, format_tarball

FOLDER = house.ROOT / "tests" / "vectors" / "messages"
FILE = Attachment(
    name="access-log.csv",
    media_type="text/csv",
    size=11,
    plain=digest(b"hello world"),
    sealed=digest(b"sealed hello world"),
    sealed_size=18,
    identity=encode_base64(bytes(range(32))),
)
FIELDS = cast.NOTICE_FIELDS | {
    "observables": [
        {
            "count": 412,
            "destination_port": 53,
            "first_seen": "2026-11-22T02:10:05Z",
            "kind": "ipv4",
            "last_seen": "2026-11-22T02:58:40Z",
            "offset": "+03:00",
            "protocol": "udp",
            "role": "source",
            "source_port": 51044,
            "value": "192.0.2.10",
        }
    ],
    "severity": {"common": 3, "own": None},
}


def notice() -> SignedCopy:
    """XC's notice for XD, in a case of three."""
    message = cast.composed(fields=FIELDS, attachments=(FILE,), urgency="urgent", wanted_by="2026-11-22T06:00:00Z")
    return cast.signed(message, cast.copy_for(cast.XD))


def receipts() -> tuple[bytes, bytes]:
    """XD's verdict, and its later receipt for the attachment."""
    message = cast.received(cast.composed(fields=FIELDS, attachments=(FILE,), urgency="urgent",
                                          wanted_by="2026-11-22T06:00:00Z"), cast.copy_for(cast.XD))  # fmt: skip
    verdict: Receipt = first_receipt(message, None, cast.circumstances(cast.XD))
    first = sign_receipt(verdict, cast.XD_KEY)
    later = next_receipt(decode_receipt(first), [FILE.sealed], received="2026-11-22T03:05:00Z", checkpoint=cast.UNDER)
    return first, sign_receipt(later, cast.XD_KEY)


def transcript() -> bytes:
    """The case with the title withheld."""
    copy = notice()
    message = cast.opened(copy)
    return encode_transcript(
        pack_transcript(
            [message],
            [decode_receipt(data) for data in receipts()],
            exported="2026-11-23T09:00:00Z",
            exported_by=cast.XD,
            withheld={message.core_hash: {"title"}},
        )
    )


def sealed_file() -> bytes:
    """The tar of the file way; what is inside is not sealed, only named as it would be."""
    return format_tarball(SealedFile(b"sealed notice", {FILE.sealed: b"sealed hello world"}))


def frozen() -> dict[str, bytes]:
    """Every vector by its file name."""
    first, later = receipts()
    copy = notice()
    hashes = {f"{form.id}/{form.version}": form.hash for form in forms().values()}
    named = {"core": copy.core_hash, "message": copy.message_hash}
    return {
        "form-hashes.json": _pretty(hashes),
        "notice.json": copy.plaintext,
        "notice-hashes.json": _pretty(named),
        "receipt-0.json": first,
        "receipt-1.json": later,
        "sealed-file.tar": sealed_file(),
        "transcript.json": transcript(),
    }


def _pretty(value: dict[str, str]) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def main() -> None:
    """Write the vectors."""
    for name, data in frozen().items():
        Path(FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
