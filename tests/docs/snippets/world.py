"""A machine of the pages' own, on this one: `unshare … python -m tests.docs.snippets.world FOLDER`.

In namespaces of its own (mounts, network, processes) it has the hosts, files, broker, config and daemon that the
pages speak of, so that what they tell people to type runs as it stands, and nothing of this machine is changed. It
says "ready" in a line, then runs each line of JSON that comes, {"text": …, "endless": …}, and answers
{"status": …, "output": …}; status null: it was interrupted, after it had said something or nothing for a while.
"""

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.recording.files import write_recording
from tests.support.broker import mosquitto_path
from tests.support.waiting import patient

ROOT = Path(__file__).resolve().parents[3]
PHOTOS = ROOT / "edgeclassify" / "demo" / "photos"
HOSTS = "broker.local homeassistant.local porch.local gatecam.local nas.local"
CONFIG = """\
[node]
name = "porch"
[mqtt]
host = "broker.local"
[web]
enabled = true
listen = "0.0.0.0"
hosts = ["porch.local", "gatecam.local"]
[[camera]]
name = "front"
source = "images:FOLDER/photos"
loop = true
[groups]
preset = "everyday"
[profile.away.view."*"]
snapshots = true
[profile.home.view."*"]
snapshots = false
"""
_START_LIMIT_S = patient(60)
_ANSWER_LIMIT_S = patient(60)
_OWN_ERRORS = range(64, 79)
"""Exit statuses, as of sysexits.h: docs/commands.md."""
_PATIENCE_S, _AGAIN_S, _TIMES = 30, 10, 6
"""For what runs until it is interrupted, and may have nothing to say."""


def main(folder: Path) -> None:
    """Everything, until standard input ends."""
    # A shell's job in the background is deaf to it, and so would be all that is run here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _mount(folder)
    environment = _environment(folder)
    here = folder / "here"
    _files(here)
    _config(folder)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    _broker(folder)
    _teach(here, environment)
    _run(["edgeclassify", "web", "password"], here, environment)
    daemons = [_daemon(folder, name, environment) for name in ("porch", "gatecam")]
    _wait_for_page(daemons)
    token = _run(["edgeclassify", "web", "token", "docs", "--may-change"], here, environment)
    environment["TOKEN"] = token.stdout.split()[0]
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), here, environment)), flush=True)
        _anew(here)


def answer(wanted: dict[str, object], here: Path, environment: dict[str, str]) -> dict[str, object]:
    """Run one line as a reader's shell does."""
    command = ["bash", "-o", "pipefail", "-c", str(wanted["text"])]
    process = subprocess.Popen(
        command,
        cwd=here,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    said, interrupted = _heard(process, endless=bool(wanted["endless"]))
    status = process.wait()
    given_up = status == -signal.SIGKILL
    # What has ended with an error of ours had said so before it was interrupted.
    went_on = interrupted and not given_up and status not in _OWN_ERRORS
    return {
        "status": None if went_on else status,
        "output": said.decode(errors="replace")[-2000:] + ("it did not end" if given_up else ""),
    }


def _heard(process: subprocess.Popen[bytes], *, endless: bool) -> tuple[bytes, bool]:
    """What it says until it ends, and whether it was interrupted: once it has said something, or has been patient.

    Who is interrupted while modules are imported may not hear it: it is said again. What does not end is killed.
    """
    assert process.stdout is not None
    said = b""
    waits: list[float] = [_PATIENCE_S, *[_AGAIN_S] * _TIMES] if endless else [_ANSWER_LIMIT_S]
    interrupted, end = False, time.monotonic() + waits.pop(0)
    with process.stdout, selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            ready = selector.select(max(0.0, end - time.monotonic()))
            piece = os.read(process.stdout.fileno(), 65536) if ready else b""
            if ready and not piece:
                return said, interrupted
            said += piece
            if ready and (not endless or interrupted or b"\n" not in said):
                continue
            number = signal.SIGINT if waits else signal.SIGKILL
            end = time.monotonic() + (waits.pop(0) if waits else _ANSWER_LIMIT_S)
            interrupted = True
            os.killpg(process.pid, number)


def _mount(folder: Path) -> None:
    """What is written to /etc, /var/lib and /run stays here."""
    layers = folder / "layers"
    layers.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "layers", layers], check=True)
    for place in ("/etc", "/var/lib"):
        upper, work = layers / place.replace("/", "_"), layers / (place.replace("/", "_") + "-work")
        upper.mkdir()
        work.mkdir()
        options = f"lowerdir={place},upperdir={upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, place], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "run", "/run"], check=True)
    Path("/etc/hosts").write_text(f"127.0.0.1 localhost {HOSTS}\n::1 localhost\n")


def _environment(folder: Path) -> dict[str, str]:
    programs = folder / "programs"
    programs.mkdir()
    _program(programs / "sudo", 'exec "$@"')
    _program(programs / "edgeclassify", f'PYTHONPATH={ROOT} exec {sys.executable} -m edgeclassify "$@"')
    _program(programs / "python", f'PYTHONPATH={ROOT} exec {sys.executable} "$@"')
    home = folder / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EDGECLASSIFY")}
    return kept | {
        "PATH": f"{programs}:{os.environ['PATH']}:/usr/sbin:/sbin",
        "HOME": str(home),
        "EDGECLASSIFY_MODELS": str(folder / "models"),
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "120",
    }


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _files(here: Path) -> None:
    """What a reader of the pages has by then."""
    for number, (kind, photo) in enumerate(
        {"open": "cat.jpg", "closed": "espresso.jpg", "other": "tripod.jpg"}.items()
    ):
        picture = cv2.imread(str(PHOTOS / photo))
        assert picture is not None
        for place in (f"pictures/{kind}", f"later/rain/{kind}", f"later/dusk/{kind}", f"later/night/{kind}"):
            _variants(picture, here / place, number)
    shutil.rmtree(here / "later" / "rain" / "other")
    shutil.copytree(here / "pictures" / "open", here / "good")
    (here / "photos").mkdir()
    for kind in ("open", "closed"):  # the cameras see one after the other, so that there are events
        for path in sorted((here / "pictures" / kind).iterdir()):
            shutil.copy(path, here / "photos" / f"{kind}-{path.name}")
    for name in ("photo.jpg", "cat.jpg", "front.jpg"):
        shutil.copy(PHOTOS / "cat.jpg", here / name)
    for name in ("docs", "edgeclassify"):
        (here / name).symlink_to(ROOT / name)
    (here / ".venv" / "bin").mkdir(parents=True)
    (here / ".venv" / "bin" / "edgeclassify").symlink_to(here.parent / "programs" / "edgeclassify")
    _anew(here)
    (here / "truth.csv").write_text("t,view,label\n0,gate,\n5,gate,open\n20,gate,cat\n")


def _anew(here: Path) -> None:
    """Recordings of which truth.csv tells, and a config for them: a line may have written others."""
    for name in ("gate.jsonl.gz", "evening.jsonl.gz"):
        (here / name).unlink(missing_ok=True)
        write_recording(here / name)
    (here / "new.toml").write_text('[[camera]]\nname = "front"\nsource = "synthetic:"\n[[view]]\nname = "gate"\n')
    shutil.copy(here / "new.toml", here / "edgeclassify.toml")


def _variants(picture: NDArray[Any], folder: Path, seed: int) -> None:
    """Ten pictures of one, moved and lit a little otherwise."""
    folder.mkdir(parents=True)
    chance = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    for number in range(10):
        top, left = chance.integers(0, height // 8), chance.integers(0, width // 8)
        # Even sizes, as those of cameras are: a video wants them.
        cut = picture[top : top + height // 16 * 14, left : left + width // 16 * 14]
        cv2.imwrite(str(folder / f"{number:02}.jpg"), cv2.convertScaleAbs(cut, alpha=chance.uniform(0.8, 1.2)))


def _config(folder: Path) -> None:
    Path("/etc/edgeclassify").mkdir(exist_ok=True)
    views = "".join(
        f'[[view]]\nname = "{name}"\nlabels = ["cat"]\n' for name in ("gate", "yard", "feeder", "front")
    )
    text = CONFIG.replace("FOLDER", str(folder / "here")) + views
    # The password's place is said, since the service's user is not on this machine.
    assert text.count("[web]\n") == 1
    text = text.replace("[web]\n", f'[web]\naccess_file = "{folder / "access.json"}"\n')
    for name in ("edgeclassify", "barn"):  # barn: a second node of this machine
        Path(f"/etc/edgeclassify/{name}.toml").write_text(text)
    second = text.replace('"porch"', '"gatecam"').replace("enabled = true", "enabled = false")
    (folder / "gatecam.toml").write_text(second)


def _broker(folder: Path) -> None:
    program = mosquitto_path()
    assert program is not None
    (folder / "mosquitto.conf").write_text("user root\nlistener 1883\nallow_anonymous true\n")
    log = (folder / "mosquitto.log").open("wb")
    subprocess.Popen([program, "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log)


def _daemon(folder: Path, name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    log = (folder / f"{name}.log").open("wb")
    state = folder / f"state-{name}"
    state.mkdir()
    path = "/etc/edgeclassify/edgeclassify.toml" if name == "porch" else str(folder / f"{name}.toml")
    given = environment | ({} if name == "porch" else {"STATE_DIRECTORY": str(state)})
    return subprocess.Popen(["edgeclassify", "run", "--config", path], env=given, stdout=log, stderr=log)


def _teach(here: Path, environment: dict[str, str]) -> None:
    """By one process: what it imports takes longer than what it does."""
    lines = [["add", "open", "pictures/open"], ["add", "closed", "pictures/closed"], ["fit"]]
    program = f"from edgeclassify.__main__ import main; [main(['teach', 'gate', *line]) for line in {lines}]"
    _run(["python", "-c", program], here, environment)


def _run(command: list[str], here: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done


def _wait_for_page(daemons: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + _START_LIMIT_S
    while True:
        try:
            with urlopen("http://127.0.0.1:8080/healthz", timeout=patient(5)):
                return
        except URLError as error:
            if any(one.poll() is not None for one in daemons) or time.monotonic() > end:
                raise SystemExit(f"the page does not answer: {error}") from error
            time.sleep(0.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
