"""The daemon's log in a real journal: found by camera and view, each line once."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.errors import ExitStatus
from tests.support.broker import Observer
from tests.support.waiting import wait_for
from tests.unattended.conftest import MakeNode
from tests.unattended.node import await_events

pytestmark = [pytest.mark.broker, pytest.mark.slow]

_JOURNALD = Path("/lib/systemd/systemd-journald")
# A journald of the command's own, whose files and number are in $1; standard error goes there as systemd leads it
# (systemd-cat of Bookworm does not say so in JOURNAL_STREAM).
_WITH_JOURNAL = f"""
mount -t tmpfs none /run
mkdir -p /run/systemd/journal /run/log/journal
mount --bind "$1" /run/log/journal
{_JOURNALD} 2> "$1/errors" &
echo $! > "$1/pid"
until [ -S /run/systemd/journal/stdout ]; do sleep 0.05; done
shift
exec systemd-cat sh -c 'JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) exec "$@"' sh "$@"
"""


class JournalOfItsOwn:
    """`before`: what a command is run by whose log is to go there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.before = [
            "unshare", "--mount", "--propagation", "private", "sh", "-ec", _WITH_JOURNAL, "sh", str(folder)
        ]  # fmt: skip

    def entries(self, *matches: str) -> list[dict[str, Any]]:
        """With all their fields, oldest first."""
        command = ["journalctl", "-D", str(self._folder), "-o", "json", "--all", "-q", "--no-pager", *matches]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def messages(self, *matches: str) -> list[str]:
        return [entry["MESSAGE"] for entry in self.entries(*matches)]

    def end(self) -> None:
        if (pid := self._folder / "pid").exists():
            os.kill(int(pid.read_text()), signal.SIGTERM)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalOfItsOwn]:
    if not _JOURNALD.exists() or shutil.which("journalctl") is None:
        pytest.skip("journald is not installed (Debian: apt-get install systemd)")
    folder = tmp_path / "journal"
    folder.mkdir()
    made = JournalOfItsOwn(folder)
    mounts = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/run"]
    if os.geteuid() != 0 or subprocess.run(mounts, capture_output=True, check=False).returncode:
        pytest.skip("needs root, and the right to mount")
    yield made
    made.end()


def test_what_is_said_is_found_by_camera_and_view_and_level(
    make_node: MakeNode, observer: Observer, journal: JournalOfItsOwn
) -> None:
    node = make_node()
    node.before = journal.before
    node.start().ready()
    await_events(observer)
    for photo in node.photos.iterdir():
        photo.unlink()
    lost = wait_for(lambda: journal.messages("CAMERA=front"))
    assert node.end()[0] == ExitStatus.OK
    assert lost[0].startswith("camera front: ")
    of_view = wait_for(lambda: journal.messages("VIEW=gate"))
    numbers = [int(text.rpartition("seq ")[2].rstrip(")")) for text in of_view if "(seq " in text]
    assert numbers == list(range(1, len(numbers) + 1))  # each once, in their order
    (started,) = [one for one in journal.entries() if one["MESSAGE"].startswith("edgeclassify 0.")]
    assert (started["PRIORITY"], started["SYSLOG_IDENTIFIER"]) == ("6", "edgeclassify")
    assert started["CODE_FILE"].endswith("daemon/supervisor.py")
    assert started["_TRANSPORT"] == "journal"
    warnings = journal.messages("PRIORITY=4")
    assert any(text.startswith("can't notify systemd") for text in warnings)
    assert node.lines() == []  # nothing went past the journal
