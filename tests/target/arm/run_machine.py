#!/usr/bin/env python3
"""A whole ARM machine boots, and its unit publishes to a broker on this machine: `run_machine.py FOLDER`.

FOLDER: of build-machine.sh. Two boots of the same disk, neither of which it keeps: one with the service masked,
one with it. Prints seconds from power on to the system's multi-user target, both ways, and to the node's `online`
and the first state of a view at the broker. Emulated: they compare with each other, not with a Pi. Exit status 1
where no label came. Needs qemu-system-aarch64, mosquitto, mosquitto_sub and debugfs, and the right to change
what is in FOLDER: whoever built it, so mostly root, has it.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

UP = "Multi-User System"
CONFIG = "/etc/edgeclassify/edgeclassify.toml"
ONLINE, STATE = "edgeclassify/machine/status online", "edgeclassify/machine/desk/state "


@contextmanager
def broker(folder: Path) -> Iterator[tuple[int, Path]]:
    """A mosquitto for this run on a port of its own, and a file with all that it is sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "broker.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    heard = folder / "heard"
    with heard.open("wb") as output:
        server = subprocess.Popen(["mosquitto", "-c", str(folder / "broker.conf")], stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: is_open(port), 60, "mosquitto does not start")
            command = ["mosquitto_sub", "-p", str(port), "-t", "edgeclassify/#", "-F", "%t %p"]
            with subprocess.Popen(command, stdout=output) as subscriber:
                yield port, heard
                subscriber.terminate()
        finally:
            server.terminate()
            server.wait()


def is_open(port: int) -> bool:
    """Does somebody listen there?"""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(happened: Callable[[], bool], limit_s: float, otherwise: str) -> float:
    """Seconds until it happened. Raises TimeoutError with what it says otherwise."""
    began = time.monotonic()
    while not happened():
        if time.monotonic() - began > limit_s:
            raise TimeoutError(otherwise)
        time.sleep(0.1)
    return time.monotonic() - began


def has(file: Path, text: str) -> Callable[[], bool]:
    """Is that text in the file by now?"""
    return lambda: file.exists() and text in file.read_text(errors="replace")


@contextmanager
def machine(folder: Path, console: Path, more: str) -> Iterator[float]:
    """It runs; the time when its power went on (monotonic seconds). `more`: for the kernel's command line."""
    command = [
        "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-smp", "2", "-m", "1G",
        "-accel", "tcg,thread=multi", "-display", "none", "-monitor", "none", "-no-reboot", "-snapshot",
        "-serial", f"file:{console}",
        "-kernel", str(folder / "vmlinuz"), "-initrd", str(folder / "initrd"),
        "-append", f"root=/dev/vda rw console=ttyAMA0 fsck.mode=skip systemd.show_status=1 panic=-1 {more}",
        "-drive", f"if=none,id=disk,format=raw,file={folder / 'disk.img'}", "-device", "virtio-blk-pci,drive=disk",
        "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net",
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            yield time.monotonic()
        finally:
            process.kill()


def write_config(folder: Path, port: int) -> None:
    """The broker's port into the disk's config."""
    text = (folder / "tree" / CONFIG[1:]).read_text().replace("port = 1883", f"port = {port}")
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        for request in (f"rm {CONFIG}", f"write {file.name} {CONFIG}"):
            command = ["debugfs", "-w", "-R", request, str(folder / "disk.img")]
            subprocess.run(command, check=True, capture_output=True)
        # World-readable: debugfs keeps no group, and there is no password in it.
        command = ["debugfs", "-w", "-R", f"sif {CONFIG} mode 0100644", str(folder / "disk.img")]
        subprocess.run(command, check=True, capture_output=True)


def boot(folder: Path, kind: str, heard: Path, limit_s: float) -> None:
    """One boot, "with" the service or "without": a line for each thing that came, with its seconds since power on.
    Raises TimeoutError where one did not come."""
    console = folder / f"console-{kind}.txt"
    console.unlink(missing_ok=True)
    masked = "systemd.mask=edgeclassify.service" if kind == "without" else ""
    awaited = [("the multi-user target", console, UP)]
    if kind == "with":
        awaited += [("`online` at the broker", heard, ONLINE), ("the first state of a view", heard, STATE)]
    with machine(folder, console, masked) as power:
        while awaited:  # in whatever order they come: each has its own time
            came = [one for one in awaited if has(one[1], one[2])()]
            for one in came:
                print(f"{kind} the service: {time.monotonic() - power:.1f} s to {one[0]}", flush=True)
                awaited.remove(one)
            if awaited and time.monotonic() - power > limit_s:
                raise TimeoutError(f"{kind} the service: not {awaited[0][0]}: see {console}")
            time.sleep(0.1)


def main() -> int:
    """Both boots."""
    parser = argparse.ArgumentParser(description="an ARM machine boots, with the service and without")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=float, default=1800, help="seconds for each boot")
    parser.add_argument("--only", choices=("without", "with"), help="one of the two boots")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ["PATH"] += ":/usr/sbin:/sbin"  # debugfs and mosquitto lie there
    for program in ("qemu-system-aarch64", "mosquitto", "mosquitto_sub", "debugfs"):
        if shutil.which(program) is None:
            print(f"{program} is not there", file=sys.stderr)
            return 1
    with tempfile.TemporaryDirectory() as name, broker(Path(name)) as (port, heard):
        write_config(options.folder, port)
        try:
            for kind in ("without", "with") if options.only is None else (options.only,):
                boot(options.folder, kind, heard, options.limit)
        except TimeoutError as error:
            print(error, file=sys.stderr)
            return 1
        states = [line for line in heard.read_text().splitlines() if line.startswith(STATE)]
        print(*states[:1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
