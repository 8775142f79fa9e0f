"""Which bytes of evidence must this version, and every later one, still make and read?

`python -m tests.cooperation.evidence.frozen` writes tests/vectors/evidence anew; the test beside it compares. A
published vector is replaced only together with the version of its format.
"""

from __future__ import annotations

from liaison.cooperation.evidence.container import write_container
from liaison.cooperation.evidence.record import encode_record
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import digest
from tests import house
from tests.cooperation.evidence.records import MANIFEST, whole_story

FOLDER = house.ROOT / "tests" / "vectors" / "evidence"
NOTES = b"Taken at 03:02."


def frozen() -> dict[str, bytes]:
    """Every vector by its file name; of the container's files only the small one is in it."""
    story = whole_story()
    given_over = story.lines[1]
    container = write_container(story.record(), story.scene.log(), [(digest(NOTES), len(NOTES), [NOTES])])
    return {
        "manifest.json": encode_struct(MANIFEST),
        "line.json": given_over.bytes,
        "record.json": encode_record(story.record()),
        "container.tar": b"".join(container),
    }


def main() -> None:
    """Write the vectors."""
    for name, data in frozen().items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
