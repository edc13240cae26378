"""What the pages tell people to type runs as it stands, in a small world of its own."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.snippets.pages import PAGES, ROOT, Typed, page_id, typed
from tests.docs.snippets.ways import is_endless, may_be_silent, reason_against
from tests.support.broker import needs_mosquitto

_UNSHARE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
_NEEDED = ("ip", "curl", "jq", "ffmpeg", "openssl", "mosquitto_sub", "mosquitto_rr")


def to_run() -> dict[Path, list[Typed]]:
    """Page → its lines that are run. What stands on several is run once: commands.md repeats most of them."""
    found: dict[str, tuple[Path, Typed]] = {}
    for page in sorted(PAGES, key=lambda page: page.name == "commands.md"):
        for line in typed(page):
            bare = line.text.partition("  #")[0].removeprefix("sudo ").strip()
            if reason_against(line) is None:
                found.setdefault(bare, (page, line))
    return {page: [line for one, line in found.values() if one == page] for page, _ in found.values()}


class World:
    """The world of tests/docs/snippets/world.py, running."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        command = [*_UNSHARE, sys.executable, "-m", "tests.docs.snippets.world", str(folder)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        if self._process.stdout.readline() != "ready\n":
            said = self._process.stderr.read() + self.logs()
            self.end()
            raise AssertionError(said)

    def run(self, line: Typed) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"text": line.text, "endless": is_endless(line)}) + "\n")
        self._process.stdin.flush()
        answered: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answered

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self._folder.glob("*.log")))

    def end(self) -> None:
        self._process.kill()  # and with it all in there: --kill-child
        self._process.communicate()


TO_RUN = to_run()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    needs_mosquitto()
    missing = [program for program in _NEEDED if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)} (Debian: iproute2, curl, jq, ffmpeg, openssl, mosquitto-clients)")
    if subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs root, and namespaces of its own (unshare)")
    running = World(tmp_path_factory.mktemp("world"))
    yield running
    running.end()


def is_a_bug(output: str) -> bool:
    """A traceback, but that of an example that was interrupted."""
    return "Traceback" in output and not output.rstrip().endswith("KeyboardInterrupt")


@pytest.mark.slow
@pytest.mark.broker
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", TO_RUN, ids=page_id)
def test_what_is_typed_runs(world: World, page: Path) -> None:
    faults = []
    for line in TO_RUN[page]:
        answer = world.run(line)
        said_nothing = is_endless(line) and not may_be_silent(line) and not answer["output"].strip()
        if answer["status"] not in (0, None) or said_nothing or is_a_bug(answer["output"]):
            faults.append(f"{line.where}: {line.text}\n  status {answer['status']}: {answer['output']}")
    assert not faults, "\n".join(faults) + "\n" + world.logs()


def test_much_of_what_is_ours_is_run() -> None:
    """What needs a Pi, systemd or the internet is run elsewhere or not at all; of the rest nearly all is run."""
    ours = {line.text: line for page in PAGES for line in typed(page) if "edgeclassify" in line.text}
    run = [line for line in ours.values() if reason_against(line) is None]
    assert len(run) > 0.4 * len(ours), f"{len(run)} of {len(ours)}"
