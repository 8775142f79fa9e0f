"""Does a folder of files keep what it took, and let no path lead out of it?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.adapters.folder_files import FolderFiles
from liaison.errors import LiaisonError, NotNowError, UnreachableError, UsageError

PARTS = st.sampled_from(["tile", "0", "x001", "..", ".", "", "/", "a\0b", "é", "index.json", "~"])


@given(path=st.lists(PARTS, min_size=1, max_size=5).map("/".join) | st.text(max_size=20))
def test_no_path_leads_out_of_the_folder(path: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("files") / "inner" / "folder"
    files = FolderFiles(folder)
    try:
        files.write({path: b"data"})
    except LiaisonError:
        return
    assert files.read(path) == b"data"
    outside = [place for place in folder.parent.parent.rglob("*") if place.is_file() and folder not in place.parents]
    assert outside == []


def test_what_is_not_there_is_none_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    files.write({"tile/0/000": b"hashes"})
    assert files.read("tile/0/001") is None
    assert files.read("tile/0/000/p") is None
    with pytest.raises(UnreachableError, match="stored-file-not-readable"):
        files.read("tile/0")


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    files.write({"index": b"old"})
    with pytest.raises(NotNowError, match="storage-refused"):
        files.write({"index/below": b"new"})
    assert files.read("index") == b"old"


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    files.write({"index": b"old"})
    files.remove("index")
    files.remove("index")
    assert files.read("index") is None


@pytest.mark.parametrize("path", ["../outside", "/etc/hosts", "a//b", "a/./b", "", "a/", "ä"])
def test_a_path_that_is_not_plain_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="path-leads-out"):
        FolderFiles(tmp_path).read(path)
