"""Does `liaison verify register|proof` hold what it says, from files alone?"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.adapters.folder_files import FolderFiles
from liaison.cli.main import main
from liaison.errors import MalformedError, VerificationError
from liaison.register.anchor import Anchor, format_anchor
from liaison.register.checking.folder import read_static_log
from liaison.register.export import OfflineRegister, decode_offline, encode_offline, verify_offline
from liaison.register.state import Void
from liaison.register.vocabulary import Act
from liaison.tlog.log import LogReader, append_entries
from liaison.tlog.proofs import EMPTY_HEAD
from liaison.tlog.tlogproof import LogProof, format_proof
from liaison.wire.note import Note, format_note
from tests.conduct.codes import adopt, carrying, providers, said
from tests.register.registry import RegisterBuilder, small_register

COSIGNED = {"XC": 1_795_348_800, "XD": 1_795_348_860}


class Files:
    """A register with a witnessed policy and one void entry, as the files a person would be handed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.registry = small_register()
        self.early = self.registry.checkpoint()
        self.registry.set_policy(2, "XC", "XD", "XE")
        self.void = len(self.registry.leaves)
        self.registry.append(self.registry.leaves[-1], expected=Void)
        self.registry.publish_desk("XC", "duty")
        self.note = self.registry.checkpoint(times=COSIGNED)

    @property
    def anchor(self) -> Anchor:
        return Anchor(self.registry.origin, self.registry.entries[0].leaf, (), self.early)

    def write(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def anchor_file(self, anchor: Anchor | None = None) -> str:
        return self.write("anchor.txt", format_anchor(anchor or self.anchor))

    def one_file(self, note: Note | None = None) -> str:
        records = tuple(self.registry.records.values())
        whole = OfflineRegister(self.anchor, note or self.note, tuple(self.registry.leaves), records)
        return self.write("register.liaison", encode_offline(whole))

    def log_folder(self) -> str:
        store = FolderFiles(self.folder / "log")
        growth = append_entries(store, EMPTY_HEAD, self.registry.leaves)
        store.write({**growth.items, "checkpoint": format_note(self.note)})
        return str(self.folder / "log")

    def proof_file(self, index: int, *, note: Note | None = None, carried: bool = True) -> str:
        self.log_folder()
        store = FolderFiles(self.folder / "log")
        head = append_entries(store, EMPTY_HEAD, self.registry.leaves).head
        if note is not None:
            growth = append_entries(store, EMPTY_HEAD, self.registry.leaves[: int(note.text.split("\n")[1])])
            store, head = FolderFiles(self.folder / "early"), growth.head
            store.write(growth.items)
        path = LogReader(store, head).inclusion(index)
        leaf = self.registry.leaves[index] if carried else None
        return self.write("entry.proof", format_proof(LogProof(index, path, note or self.note, leaf)))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    code = main.run_command(["verify", *args])  # type: ignore[attr-defined]
    told = capsys.readouterr()
    return code, told.out, told.err


def run_json(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    code, out, err = run(capsys, *args, "--json")
    assert code == 0, err
    value: dict[str, Any] = json.loads(out)
    return value


def refusal(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """The code of the error a command ends with; its exit code must be 1."""
    code, _, err = run(capsys, *args, "--json")
    assert code == 1, err
    error: str = json.loads(err.splitlines()[-1])["error"]
    return error


def test_one_file_and_a_folder_of_the_same_register_say_the_same(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    anchor = files.anchor_file()
    from_file = run_json(capsys, "register", files.one_file(), "--anchor", anchor)
    from_folder = run_json(capsys, "register", files.log_folder(), "--anchor", anchor)
    assert from_file.pop("records") > 0
    assert from_folder.pop("records") == 0
    assert from_folder == from_file
    assert from_file["trusted_size"] == len(files.registry.leaves)
    assert from_file["cosigned_at"] == "2026-11-22T12:00:00Z"
    assert [each["codes"] for each in sorted(from_file["participants"], key=lambda each: each["name"])] == [
        ["XC"],
        ["XD"],
        ["XE"],
    ]


def test_a_void_entry_is_told_with_its_rule_in_words_and_is_no_failure(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "register", files.one_file(), "--anchor", files.anchor_file())
    assert code == 0
    assert f"  {files.void}  rule-07: The entry does not continue its chain" in out


def test_without_an_anchor_nothing_says_which_register_it_is(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "register", files.one_file())
    assert code == 0
    assert "No --anchor was given" in err
    assert run_json(capsys, "register", files.log_folder())["anchored"] is False


def test_too_few_cosignatures_are_refused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    thin = files.registry.checkpoint(times={"XC": COSIGNED["XC"]})
    assert refusal(capsys, "register", files.one_file(thin), "--anchor", files.anchor_file()) == "quorum-missing"


def test_another_register_is_refused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    other = small_register(prefix="other ")
    anchor = files.anchor_file(Anchor(other.origin, other.entries[0].leaf))
    assert refusal(capsys, "register", files.one_file(), "--anchor", anchor) == "anchor-other-register"


def test_an_old_anchor_catches_a_log_whose_history_was_rewritten(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    other = RegisterBuilder()
    other.open()
    for code in ("XE", "XD", "XC"):
        other.admit(code)
        other.set_up(code)
    anchor = files.anchor_file(replace(files.anchor, checkpoint=other.checkpoint()))
    assert refusal(capsys, "register", files.one_file(), "--anchor", anchor) == "offline-other-history"


@pytest.mark.parametrize("place", ["tile/0/000.p/20", "tile/entries/000.p/20"])
def test_one_flipped_byte_in_a_folder_is_refused(files: Files, capsys: pytest.CaptureFixture[str], place: str) -> None:
    folder = Path(files.log_folder())
    assert len(files.registry.leaves) == 20
    data = bytearray((folder / place).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / place).write_bytes(data)
    refusal(capsys, "register", str(folder), "--anchor", files.anchor_file())


def test_a_missing_tile_is_named(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(files.log_folder())
    (folder / "tile/entries/000.p/20").unlink()
    code, _, err = run(capsys, "register", str(folder))
    assert code == 1
    assert "tile/entries/000.p/20" in err


def test_bytes_that_are_no_register_are_refused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, "register", files.write("letter.txt", b"Dear colleague\n")) == "offline-malformed"


def test_a_proof_holds_by_the_anchor_when_it_is_of_the_anchors_checkpoint(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    value = run_json(capsys, "proof", files.proof_file(3, note=files.early), "--anchor", files.anchor_file())
    assert (value["index"], value["by"], value["entry"]["kind"]) == (3, "anchor", "participant.keys")


def test_a_proof_of_another_checkpoint_needs_the_register(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    proof, anchor = files.proof_file(3), files.anchor_file()
    assert refusal(capsys, "proof", proof, "--anchor", anchor) == "proof-needs-register"
    value = run_json(capsys, "proof", proof, "--anchor", anchor, "--register", files.one_file())
    assert (value["by"], value["witnessed"], value["void"]) == ("register", True, None)


def test_a_proof_of_a_void_entry_says_that_it_changed_nothing(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    given = ("--anchor", files.anchor_file(), "--register", files.one_file())
    value = run_json(capsys, "proof", files.proof_file(files.void), *given)
    assert value["void"]["rule"] == "rule-07"
    assert "rule-07" in run(capsys, "proof", files.proof_file(files.void), *given)[1]


def test_a_proof_does_not_hold_for_another_entry(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    proof, other = files.proof_file(3, note=files.early), files.write("other.json", files.registry.leaves[4])
    given = ("--anchor", files.anchor_file(), "--entry", other)
    assert refusal(capsys, "proof", proof, *given) == "inclusion-proof-wrong"


def test_a_proof_without_its_entry_asks_for_it(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "proof", files.proof_file(3, carried=False), "--anchor", files.anchor_file())
    assert code == 2
    assert "--entry" in err


def test_verifying_needs_neither_home_nor_database(files: Files) -> None:
    """In a fresh process, without a home: Django is never loaded."""
    program = (
        "import sys; from liaison.cli.main import main; code = main.run_command(sys.argv[1:]);"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules); sys.exit(code)"
    )
    arguments = ["verify", "register", files.one_file(), "--anchor", files.anchor_file()]
    command = [sys.executable, "-c", program, *arguments]
    environment = {"PYTHONPATH": ":".join(sys.path), "HOME": str(files.folder / "nowhere")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Register ")


DAMAGE = st.tuples(st.sampled_from(["cut", "flip", "grow"]), st.floats(0, 0.999), st.integers(1, 255))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("damaged"))


@settings(max_examples=60)
@given(name=st.sampled_from(["checkpoint", "tile/0/000.p/20", "tile/entries/000.p/20"]), damage=DAMAGE)
def test_a_damaged_folder_raises_only_our_errors_or_says_the_same(
    name: str, damage: tuple[str, float, int], prepared: Files
) -> None:
    store = FolderFiles(Path(prepared.log_folder()))
    data = store.read(name) or b""
    kind, where, value = damage
    place = int(len(data) * where)
    spoilt = {"cut": data[:place], "grow": data + bytes([value]), "flip": _flipped(data, place, value)}[kind]
    store.write({name: spoilt})
    try:
        found = read_static_log(store, anchor=prepared.anchor)
        head = verify_offline(found, known=prepared.anchor).head
    except (MalformedError, VerificationError):
        return
    assert head.root == verify_offline(decode_offline(Path(prepared.one_file()).read_bytes())).head.root


def _flipped(data: bytes, place: int, value: int) -> bytes:
    return data[:place] + bytes([data[place] ^ value]) + data[place + 1 :]


def written(registry: RegisterBuilder, path: Path) -> str:
    anchor = Anchor(registry.origin, registry.entries[0].leaf, (), registry.checkpoint(1))
    whole = OfflineRegister(anchor, registry.checkpoint(), tuple(registry.leaves), tuple(registry.records.values()))
    path.write_bytes(encode_offline(whole))
    return str(path)


def test_a_withdrawn_stand_is_told_as_withdrawn_and_a_forged_one_as_void_in_whose_name_it_speaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = carrying("sco-code-2015")
    adopt(registry, "XC", "sco-code-2015", on="2026-01-01")
    adopt(registry, "XC", "sco-code-2015", Act.WITHDRAWAL, on="2026-02-01")
    forged = registry.signed(registry.drafted(said("sco-code-2015"), "XD", "main"), "XC/main/entry")
    registry.append(forged, expected=Void)
    file = written(registry, tmp_path / "register")
    value = run_json(capsys, "register", file)
    told = [(each["name"], each["act"], each["state"]) for each in value["declared"]]
    assert told == [("State XC", "adoption", "withdrawn"), ("State XC", "withdrawal", "stands")]
    (void,) = value["void"]
    assert (void["kind"], void["participant"]) == ("stand.declared", registry.ids["XD"])
    assert f"(stand.declared in the name of {registry.ids['XD'][:16]})" in run(capsys, "register", file)[1]


def test_a_network_that_its_provider_does_not_claim_is_told_as_unclaimed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = providers("manrs-operators")
    adopt(registry, "XP", "manrs-operators", networks=(64496, 64511))
    file = written(registry, tmp_path / "register")
    (stand,) = run_json(capsys, "register", file)["declared"]
    assert stand["networks"] == [{"asn": 64496, "claimed": True}, {"asn": 64511, "claimed": False}]
    assert "AS64496, AS64511 (unclaimed)" in run(capsys, "register", file)[1]
