"""May several threads be the first to use a type at one moment?"""

from __future__ import annotations

import subprocess
import sys

FIRST_USES = """
import sys, threading
import msgspec
from liaison.wire.typed import convert, decoder, shape_of, read_json

sys.setswitchinterval(1e-6)
for turn in range(40):
    inner = msgspec.defstruct("Inner", [(f"i{n}", "dict[str, int] | None", None) for n in range(10)])
    outer = msgspec.defstruct("Outer", [("first", inner)] + [(f"f{n}", "list[int] | None", None) for n in range(10)])
    value = {"first": {"i9": {"a": 1}}, **{f"f{n}": [1] for n in range(10)}}
    data = msgspec.json.encode(value)
    ways = (lambda: convert(value, outer), lambda: read_json(data, outer),
            lambda: shape_of(outer), lambda: decoder(outer).decode(data))
    together = threading.Barrier(12)

    def use(number):
        together.wait()
        ways[number % 4]()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_a_type_that_many_threads_use_first_at_once_ends_no_process() -> None:
    """With msgspec itself in place of `wire.typed` this process ends by a segmentation fault."""
    done = subprocess.run([sys.executable, "-X", "faulthandler", "-c", FIRST_USES], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
