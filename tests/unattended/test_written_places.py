"""Everything that the daemon writes goes to its state folder or to memory: traced, under a read-only root."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus
from tests.daemon.service import START_S
from tests.support.broker import Observer, free_port
from tests.support.waiting import wait_for
from tests.unattended.conftest import MakeNode
from tests.unattended.node import health

pytestmark = [pytest.mark.broker, pytest.mark.slow]

_CALLS = (
    "open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,"
    "symlinkat"
)
_READ_ONLY_ROOT = """
for one in "$1" "$2"; do mount --bind "$one" "$one"; done
mount -o remount,ro,bind /
shift 2
exec "$@"
"""
_IN_MEMORY = ("/proc/", "/dev/")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CHANGES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|^(?!open)")


def changed(line: str) -> list[str]:
    """The paths that a call would change; none where it only reads."""
    call = line.partition(" ")[2].strip()
    name = call.partition("(")[0]
    if name not in _CALLS.split(",") or (name.startswith("open") and not _CHANGES.search(call)):
        return []
    return _PATH.findall(call)


def test_nothing_is_written_but_to_the_state_folder(
    tmp_path: Path, make_node: MakeNode, observer: Observer
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (Debian: apt-get install strace)")
    state, trace = tmp_path / "state", tmp_path / "trace"
    for folder in (state, trace):
        folder.mkdir()
    own_root = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-ec",
        _READ_ONLY_ROOT,
        "sh",
        str(state),
        str(trace),
    ]
    if subprocess.run(
        [*own_root, "strace", "-o", "/dev/null", "true"], capture_output=True, check=False
    ).returncode:
        pytest.skip("needs root, and the right to mount and to trace")
    node = make_node(state, more=f"[web]\nenabled = true\nport = {free_port()}\n")
    node.before = [*own_root, "strace", "-D", "-f", "-qq", "-o", str(trace / "calls"), "-e", f"trace={_CALLS}"]
    # An installed package has its bytecode, and nobody but root may write it.
    node.environment = {"PYTHONDONTWRITEBYTECODE": "1", "STATE_DIRECTORY": str(state), "HOME": "/nowhere"}
    node.start().ready()
    health(observer, spool_on_disk=True)
    wait_for(lambda: (state / "looks.sqlite").exists() and list((state / "snapshots").rglob("*.jpg")), START_S)
    assert node.end()[0] == ExitStatus.OK
    lines = (trace / "calls").read_text().splitlines()
    paths = {path for line in lines for path in changed(line)}
    assert str(state / "spool.sqlite3") in paths
    elsewhere = [path for path in paths if path != str(state) and not path.startswith((f"{state}/", *_IN_MEMORY))]
    assert elsewhere == []
    assert not node.said("Read-only file system")
