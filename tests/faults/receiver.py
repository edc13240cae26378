"""Who gets what the webhook posts, in a process of its own: `python -m tests.faults.receiver PORT FILE`.

What it takes it appends to FILE, a line each, before it answers. POST /mode sets what the next posts run into:
{"fault": KIND, "left": COUNT}; GET /mode tells how many are left.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from enum import StrEnum
from pathlib import Path
from urllib.request import Request, urlopen

from tests.faults.verdict import Arrival
from tests.support.receiver import HOST, Post, Receiver, Reply
from tests.support.waiting import patient

_ASK_S = patient(10.0)


class Trouble(StrEnum):
    """What a receiver does with a post."""

    FAULT = "500"
    BUSY = "429"
    SLOW = "slow"
    CUT_BEFORE = "cut before it is taken"
    CUT_AFTER = "cut after it was taken"
    MOVED = "redirect"
    HELD = "taken, and no answer"


_AFTER_TAKING: dict[Trouble | None, Reply] = {
    Trouble.SLOW: Reply(delay_s=1.5),
    Trouble.CUT_AFTER: Reply(0),
    Trouble.HELD: Reply(delay_s=60.0),
}


class _Troubled:
    """Answers by the trouble that it is in."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._lock = threading.Lock()
        self._trouble: Trouble | None = None
        self._left = 0

    def answer(self, post: Post) -> Reply:
        if post.path == "/mode":
            return self._mode(post)
        with self._lock:
            trouble = self._trouble if self._left and post.path == "/hook" else None
            if trouble is Trouble.FAULT:
                reply = Reply(500)
            elif trouble is Trouble.BUSY:
                reply = Reply(429, {"Retry-After": "1"})
            elif trouble is Trouble.CUT_BEFORE:
                reply = Reply(0)
            elif trouble is Trouble.MOVED:
                reply = Reply(307, {"Location": "/moved"})
            else:
                os.write(self._file, post.body + b"\n")
                reply = _AFTER_TAKING.get(trouble, Reply(200, body=b"nonsense"))
            if trouble is not None:
                self._left -= 1
            return reply

    def _mode(self, post: Post) -> Reply:
        with self._lock:
            if post.method == "POST":
                self._trouble, self._left = Trouble(post.event["fault"]), post.event["left"]
            return Reply(200, body=str(self._left).encode())


class ReceiverProcess:
    """Started, killed, and started again at the same port."""

    def __init__(self, path: Path, port: int) -> None:
        self.path, self.port = path, port
        self.url = f"http://{HOST}:{port}/hook"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.receiver", str(self.port), str(self.path)]
        self._process = subprocess.Popen(command)
        deadline = time.monotonic() + patient(60)
        while True:
            try:
                self.left()
            except OSError:
                assert self._process.poll() is None, "the receiver has ended by itself"
                assert time.monotonic() < deadline, "the receiver does not start"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def get_into(self, trouble: Trouble, count: int) -> None:
        """From now on, for so many posts."""
        self._ask(json.dumps({"fault": trouble, "left": count}).encode())

    def left(self) -> int:
        """How many posts will still run into it."""
        return int(self._ask(None))

    @property
    def arrivals(self) -> list[Arrival]:
        """What it has taken, in order."""
        lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        return [_arrival(line) for line in lines]

    def _ask(self, body: bytes | None) -> str:
        request = Request(f"http://{HOST}:{self.port}/mode", data=body, headers={"Content-Length": "0"})
        if body is not None:
            request.add_header("Content-Length", str(len(body)))
        with urlopen(request, timeout=_ASK_S) as answer:
            text: str = answer.read().decode()
        return text


def _arrival(line: bytes) -> Arrival:
    body = json.loads(line)
    node, view = body.pop("node"), body.pop("view")
    assert node, "every post names its node"
    return Arrival("webhook", view, body)


def main(port: int, path: Path) -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    Receiver(_Troubled(path).answer, port=port)
    while not ended.wait(1.0) and os.getppid() != 1:
        """Ends with the one who started it."""


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
