"""The machine that the node believes to run on: its process, its clock, and its small disk."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from edgeclassify import demo
from edgeclassify.history.file import FILE_NAME as HISTORY_FILE, open_to_read
from edgeclassify.history.reading import HistoryReader
from edgeclassify.publish.spool.disk import FILE_NAME
from edgeclassify.types import HistoryQuery
from tests.faults.journal import Pulse, read_journal
from tests.faults.verdict import Arrival
from tests.support.broker import HOST
from tests.support.waiting import patient

NODE, PREFIX = "porch", "edgeclassify"
DISK_BYTES = 24 * 2**20
HEALTH_S = 0.2
START_S = patient(60.0)
"""A start loads and tests the model; with the clock's library and a busy machine that takes seconds."""
_CONFIG = """
[node]
name = "{node}"
state_dir = "{state}"
health_interval_s = {health_s}
[mqtt]
host = "{host}"
port = {port}
keepalive_s = 5
[webhook]
url = "{webhook}"
timeout_s = 2.0
[history]
max_bytes = 12000000
[spool]
max_bytes = 4000000
max_bytes_written_day = 0
[logging]
level = "info"
[[camera]]
name = "front"
source = "images:{photos}"
interval_s = {interval_s}
loop = true
[[camera]]
name = "still"
source = "images:{still}"
interval_s = 0.3
loop = true
[[view]]
name = "gate"
camera = "front"
threshold_enter = 0.01
threshold_exit = 0.001
confirm_s = 0
filter = "none"
unknown_below = 0
[[view]]
name = "yard"
camera = "front"
roi = [0.2, 0.2, 0.6, 0.6]
threshold_enter = 0.01
threshold_exit = 0.001
confirm_s = 0
filter = "none"
unknown_below = 0
[[view]]
name = "hall"
camera = "still"
threshold_enter = 0.01
threshold_exit = 0.001
confirm_s = 0.5
filter = "none"
unknown_below = 0
"""
# What is in the hall never changes: it has one start, and goes on over every end of the process.


def faketime_library() -> Path | None:
    """libfaketime, where it is installed; it has a folder of its own that the linker does not search."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")) + sorted(
        Path("/usr/local/lib").glob("**/libfaketimeMT.so.1")
    )
    return found[0] if found else None


class Disk:
    """A small tmpfs for the node's state folder; a plain folder where this user may not mount."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_small = False
        self.why_not = ""

    def mount(self) -> None:
        self.folder.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "edgeclassify-faults", str(self.folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            self.why_not = str(error)
        else:
            self.is_small, self.why_not = done.returncode == 0, done.stderr.strip()

    def unmount(self) -> None:
        if self.is_small:
            subprocess.run(["umount", str(self.folder)], check=True)

    def fill(self) -> None:
        """Write until there is no room for another byte."""
        with (self.folder / "ballast").open("wb", buffering=0) as file:
            for size in (65536, 4096, 512, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def empty(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


class Machine:
    """Starts, ends and kills the node, in `folder`. `port`: of its broker; `webhook`: the URL that it posts to."""

    def __init__(self, folder: Path, port: int, interval_s: float, webhook: str) -> None:
        self.folder = folder
        self.journal_path = folder / "journal"
        self.log_path = folder / "log"
        self.clock_path = folder / "clock"
        self.disk = Disk(folder / "disk")
        self.faketime = faketime_library()
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self._photos, self._still = folder / "photos", folder / "still.jpg"
        self._config = folder / "edgeclassify.toml"
        self._interval_s, self._port, self._webhook = interval_s, port, webhook
        self.trap_path = folder / "trap"

    def set_up(self) -> None:
        """Disk, photos, config, and a clock that is right."""
        self.disk.mount()
        self._photos.mkdir()
        for photo in Path(demo.__file__).parent.joinpath("photos").glob("*.jpg"):
            shutil.copy(photo, self._photos)
        shutil.copy(photo, self._still)
        self.set_clock(0)
        self.journal_path.touch()
        self._config.write_text(
            _CONFIG.format(
                node=NODE, state=self.disk.folder / "state", host=HOST, port=self._port, photos=self._photos,
                still=self._still, interval_s=self._interval_s, health_s=HEALTH_S, webhook=self._webhook,
            )
        )  # fmt: skip

    def tear_down(self) -> None:
        self.kill()
        self.disk.unmount()

    def start(self) -> None:
        environment = {key: value for key, value in os.environ.items() if key != "NOTIFY_SOCKET"}
        if self.faketime is not None:
            environment |= {
                "LD_PRELOAD": str(self.faketime),
                "FAKETIME_TIMESTAMP_FILE": str(self.clock_path),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "NO_FAKE_STAT": "1",
            }
        command = [
            sys.executable,
            "-m",
            "tests.faults.node",
            str(self._config),
            str(self.journal_path),
            str(self.trap_path),
        ]
        self.started_at = time.monotonic()
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL: no handler, no flush."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def die_between(self, timeout_s: float = patient(30.0)) -> None:
        """Let it kill itself with SIGKILL when the next event is in the spool, and no sink knows of it."""
        assert self.process is not None
        self.trap_path.touch()
        status = self.process.wait(timeout_s)
        self.process = None
        assert status == -signal.SIGKILL, f"the node ended by itself with {status}: see {self.log_path}"
        assert not self.trap_path.exists(), "it has taken the trap away"

    def terminate(self) -> float:
        """SIGTERM, and the seconds that it took; AssertionError for an exit status other than 0.

        While Python itself still starts, nobody handles the signal: then it ends the process as it is.
        """
        assert self.process is not None
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(patient(30))
        self.process = None
        early = self.last_pulse() is None and status == -signal.SIGTERM
        assert status == 0 or early, f"the node ended with {status} after SIGTERM: see {self.log_path}"
        return time.monotonic() - begin

    def check_alive(self) -> None:
        """AssertionError when the node has ended without having been asked to."""
        status = None if self.process is None else self.process.poll()
        assert status is None, f"the node ended by itself with {status}: see {self.log_path}"

    def set_clock(self, offset_s: float) -> None:
        """The node's wall clock from now on, against the real one; the monotonic one goes on."""
        temporary = self.clock_path.with_suffix(".new")
        temporary.write_text(f"{offset_s:+.1f}\n")
        temporary.replace(self.clock_path)

    def one_photo(self) -> None:
        """All photos become one: what the views show changes no more."""
        first, *others = sorted(self._photos.iterdir())
        for photo in others:
            copy = self.folder / photo.name
            shutil.copy(first, copy)
            copy.replace(photo)

    def last_pulse(self) -> Pulse | None:
        """The newest health of this run of the node."""
        for line in reversed(_tail(self.journal_path)):
            if '"health"' in line:
                found = json.loads(line)
                if found["at"] < self.started_at:
                    return None
                return Pulse(found["at"], found["frames"], found["depth"], found["dropped"], found["on_disk"])
        return None

    def await_pulse(self, wanted: str, since: float, timeout_s: float = START_S) -> None:
        """Until a health later than `since` (monotonic) is "alive", "on disk" or "empty" (nothing undelivered)."""
        deadline = time.monotonic() + timeout_s
        while True:
            pulse = self.last_pulse()
            if pulse is not None and pulse.at > since and _is(pulse, wanted):
                return
            self.check_alive()
            assert time.monotonic() < deadline, (
                f"not {wanted} within {timeout_s:g} s: {pulse}; see {self.log_path}"
            )
            time.sleep(0.05)

    def open_occurrences(self) -> set[str]:
        """The ids of what the node's database says is open. The node must have ended."""
        assert self.process is None, "the database is the node's while it runs"
        path = self.disk.folder / "state" / FILE_NAME
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT body FROM views WHERE body NOT NULL").fetchall()
        return {json.loads(body)["open"]["id"] for (body,) in rows}

    def history(self) -> list[Arrival]:
        """What is in the node's history, by number. The node must have ended."""
        assert self.process is None, "the database is the node's while it runs"
        found: list[Arrival] = []
        with closing(open_to_read(self.disk.folder / "state" / HISTORY_FILE)) as connection:
            reader = HistoryReader(connection)
            after, more = 0, True
            while more:
                page = reader.page(HistoryQuery(after_seq=after))
                found += [Arrival("log", one.view, json.loads(one.body)) for one in page.events]
                after, more = found[-1].seq if found else 0, page.more
        return found

    def events_made(self) -> int:
        return sum(made.returned for made in read_journal(self.journal_path).made)


def _is(pulse: Pulse, wanted: str) -> bool:
    return {"alive": True, "on disk": pulse.on_disk, "empty": pulse.depth == 0}[wanted]


def _tail(path: Path) -> list[str]:
    """The whole lines in the last part of a file."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 16_384))
        text = file.read().decode()
    return text[: text.rfind("\n") + 1].splitlines()[1 if size > 16_384 else 0 :]
