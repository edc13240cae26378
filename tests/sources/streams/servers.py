"""Real stream servers on a port of their own: RTSP by GStreamer in a process of its own, MPEG-TS over HTTP.

A picture of the RTSP server's `clock` carries the moment it was made, to the millisecond, on this machine's
monotonic clock: `age_ms` tells how old what was read is.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.native_stderr import diverted_native_stderr
from edgeclassify.sources.support.native_log import silence_opencv
from tests.sources.servers import Answer, Handler
from tests.support.optional import present
from tests.support.waiting import patient

SYSTEM_PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("rtsp_server.py")
READY_S = patient(20.0)
CLOCK_BITS = 32
TS_PACKETS = 188 * 7


@cache
def _why_no_rtsp() -> str:
    check = (
        "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; "
        "Gst.init(None); assert Gst.ElementFactory.find('openh264enc'), 'no openh264enc'"
    )
    try:
        done = subprocess.run(
            [SYSTEM_PYTHON, "-c", check], capture_output=True, text=True, timeout=patient(60), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[-1]


def need_rtsp() -> None:
    """Skip the test where GStreamer's RTSP server is not installed."""
    if why := _why_no_rtsp():
        pytest.skip(f"no RTSP server (apt install gir1.2-gst-rtsp-server-1.0 python3-gi): {why}")


class RtspServer:
    """GStreamer's RTSP server as a process that can be killed, started again, stopped and stalled.

    `options` are those of rtsp_server.py, e.g. size="640x480", other_size="320x240", fps=10, picture="ball",
    auth="digest".
    """

    def __init__(self, *, user: str = "", password: str = "", path: str = "/stream", **options: Any) -> None:
        self.user, self.password, self.path, self.options = user, password, path, options
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where the stream is, with user and password."""
        return self.url_as(self.user, self.password)

    def url_as(self, user: str, password: str) -> str:
        """Where the stream is, for somebody else."""
        who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
        return f"rtsp://{who}127.0.0.1:{self.port}{self.path}"

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    def start(self) -> None:
        """Serve: the first time on a free port, then on the same one."""
        options = {"port": self.port, "path": self.path, **self.options}
        command = [SYSTEM_PYTHON, str(SCRIPT)]
        for name, value in options.items():
            command += [f"--{name.replace('_', '-')}", str(value)]
        environment = {**os.environ, "RTSP_USER": self.user, "RTSP_PASSWORD": self.password}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        readable, _, _ = select.select([self._process.stdout], [], [], READY_S)
        line = present(self._process.stdout).readline() if readable else ""
        if not line.startswith("ready "):
            self.kill()
            raise AssertionError(f"the RTSP server did not start: {line or 'it said nothing'}")
        self.port = int(line.split()[1])

    def kill(self) -> None:
        """End it at once, as a power cut would; but the kernel closes its connections."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            present(self._process.stdin).close()
            present(self._process.stdout).close()
            self._process = None

    def restart(self) -> None:
        """Kill it and serve on the same port."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Stop the process: connections stay and new ones are taken, by the kernel, but nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def stall(self) -> None:
        """Send no picture from now on; whoever asks is answered."""
        os.kill(self.pid, signal.SIGUSR1)

    def resume(self) -> None:
        """Send pictures again."""
        os.kill(self.pid, signal.SIGUSR2)

    def change_size(self) -> None:
        """Go on with pictures of the other size."""
        os.kill(self.pid, signal.SIGHUP)


@contextmanager
def rtsp_server(**options: Any) -> Iterator[RtspServer]:
    """A running RtspServer; skips the test where there is none."""
    need_rtsp()
    server = RtspServer(**options)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def age_ms(pixels: NDArray[np.uint8]) -> int:
    """How long ago a picture of the RTSP server's clock was made."""
    height, width = pixels.shape[:2]
    column = pixels[:, width // 4 : width * 3 // 4, 1].mean(axis=1)
    made_at = sum(
        1 << bit for bit in range(CLOCK_BITS) if column[(2 * bit + 1) * height // (2 * CLOCK_BITS)] > 128
    )
    age = (time.monotonic_ns() // 1_000_000 - made_at) % 2**CLOCK_BITS
    return int(age - 2**CLOCK_BITS if age >= 2 ** (CLOCK_BITS - 1) else age)


def transport_stream(path: Path, count: int, size: tuple[int, int], fps: float = 10) -> bytes:
    """An MPEG transport stream of MPEG-2 video; frame n has the brightness 20 * n % 240. `path` ends in .ts."""
    silence_opencv()
    with diverted_native_stderr():  # it has another name for MPEG-2, and says so
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mpg2"), fps, size)
    assert writer.isOpened(), f"{path}: can't write it"
    for number in range(count):
        writer.write(np.full((size[1], size[0], 3), 20 * number % 240, np.uint8))
    writer.release()
    return path.read_bytes()


def mpegts(data: bytes, seconds: float) -> Answer:
    """Answer with a transport stream, e.g. two of different sizes one after the other, that plays this long."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "video/mp2t")
        handler.end_headers()
        started = time.monotonic()
        for sent in range(0, len(data), TS_PACKETS):
            due = started + seconds * sent / len(data)
            if handler.server.stopping.wait(max(0.0, due - time.monotonic())):
                return
            handler.wfile.write(data[sent : sent + TS_PACKETS])

    return answer
