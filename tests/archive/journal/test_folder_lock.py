"""One run at a time in a folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgeclassify.archive.journal.folder_lock import FolderLock
from edgeclassify.errors import StorageError


def test_the_second_one_is_told_who_the_first_is(tmp_path: Path) -> None:
    with FolderLock(tmp_path / "new" / "folder"), pytest.raises(StorageError, match=rf"process {os.getpid()}\)"):
        FolderLock(tmp_path / "new" / "folder").__enter__()


def test_it_is_free_after_the_first(tmp_path: Path) -> None:
    for _ in range(2):
        with FolderLock(tmp_path):
            pass


def test_it_is_free_when_its_process_was_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from edgeclassify.archive.journal.folder_lock import FolderLock\n"
        "FolderLock(Path(sys.argv[1])).__enter__(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    with FolderLock(tmp_path):
        assert (tmp_path / "lock").read_text().strip() == str(os.getpid())


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(StorageError, match=r"--out .*out: expected a folder to write to"):
        FolderLock(tmp_path / "out").__enter__()
