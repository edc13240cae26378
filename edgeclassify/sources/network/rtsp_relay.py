"""A relay by which FFmpeg reaches a camera that asks for more than FFmpeg can answer: Digest with SHA-256.

On loopback, for one connection, and only for who knows the way: the path begins with a word that nobody can guess.
What FFmpeg asks is passed on with the answer to the camera's challenge; what the camera sends is passed back as it
is, frames in the same connection included (RFC 2326, 10.12).
"""

import contextlib
import re
import secrets
import select
import socket
import threading

from edgeclassify.errors import SourceUnusableError
from edgeclassify.http.address import Address
from edgeclassify.http.auth import Login, best
from edgeclassify.http.connection import connect
from edgeclassify.http.deadline import Deadline
from edgeclassify.http.trust import Trust
from edgeclassify.sources.network.rtsp import ask

LONGEST_REQUEST = 65536
RECEIVE_BYTES = 1 << 16
STUCK_S = 10.0
"""How long a peer may take nothing before it counts as gone."""
INTERLEAVED = b"$"


class RtspRelay:
    """Open from start() to close(). `url`: what FFmpeg opens in place of the camera's."""

    def __init__(self, address: Address, trust: Trust, timeout_s: float) -> None:
        self._address, self._trust, self._timeout_s = address, trust, timeout_s
        try:
            self._listener = socket.create_server(("127.0.0.1", 0))
        except PermissionError as error:  # SocketBindDeny= of the unit
            raise SourceUnusableError(
                f"{address.shown}: the service may not listen on loopback, by which FFmpeg reaches a camera "
                "that logs in as this one does. Run: sudo edgeclassify service settle && sudo systemctl restart "
                "edgeclassify"
            ) from error
        self._way = f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/{secrets.token_urlsafe(16)}"
        self._there = address.url[: -len(address.target)] if address.url.endswith(address.target) else address.url
        self.url = self._way + address.target
        self._ends, self._end = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="rtsp-relay", daemon=True)

    def start(self) -> None:
        """Wait for FFmpeg, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """End the connection. Never raises."""
        with contextlib.suppress(OSError):
            self._end.send(b"x")
        if self._thread.ident is not None:
            self._thread.join(STUCK_S + 1)
        for one in (self._listener, self._ends, self._end):
            one.close()

    def _run(self) -> None:
        if not self._readable([self._listener], self._timeout_s):
            return
        with contextlib.suppress(OSError, ValueError), self._listener.accept()[0] as client:
            client.settimeout(STUCK_S)
            with contextlib.closing(connect(self._address, self._timeout_s, self._trust)) as camera:
                self._pass(client, camera, self._login(camera))

    def _login(self, camera: socket.socket) -> Login:
        """What the camera asks for on this very connection."""
        asked = ask(camera, self._address, None, Deadline(self._timeout_s)).asked
        challenge = best(asked)
        if not asked or challenge is None:
            raise ValueError("nothing that can be answered")
        camera.settimeout(STUCK_S)
        return Login(self._address.user or "", self._address.password, challenge)

    def _pass(self, client: socket.socket, camera: socket.socket, login: Login) -> None:
        asked = b""
        while ready := self._readable([client, camera]):
            for one in ready:
                data = one.recv(RECEIVE_BYTES)
                if not data:
                    return
                if one is camera:
                    client.sendall(data)
                    continue
                asked += data
                while taken := self._message(asked):
                    camera.sendall(self._answered(asked[:taken], login))
                    asked = asked[taken:]

    def _readable(self, sockets: list[socket.socket], timeout_s: float | None = None) -> list[socket.socket]:
        """Those that have something; none at the end."""
        waiting = [one for one in sockets if getattr(one, "pending", int)()]
        ready = waiting or select.select([*sockets, self._ends], [], [], timeout_s)[0]
        return [] if self._ends in ready else ready

    def _message(self, data: bytes) -> int:
        """The length of the first whole message of FFmpeg; 0: it has not come whole. Raises ValueError."""
        if data.startswith(INTERLEAVED):
            whole = 4 + int.from_bytes(data[2:4], "big")
            return whole if len(data) >= 4 and len(data) >= whole else 0
        end = data.find(b"\r\n\r\n")
        if end < 0:
            if len(data) > LONGEST_REQUEST:
                raise ValueError("an endless request")
            return 0
        said = re.search(rb"\r\nContent-Length: *([0-9]{1,5})\r\n", data[: end + 2], re.IGNORECASE)
        whole = end + 4 + (int(said[1]) if said else 0)
        return whole if whole <= len(data) else 0

    def _answered(self, message: bytes, login: Login) -> bytes:
        """A request with the camera's own address, and with who asks. Raises ValueError for a stranger's."""
        if message.startswith(INTERLEAVED):
            return message
        line, _, rest = message.partition(b"\r\n")
        method, url, version = line.decode(errors="surrogateescape").split(" ")
        if url.startswith(self._way):
            url = self._there + url[len(self._way) :]
        elif login.count == 0:
            raise ValueError("somebody who does not know the way")
        header = login.header(method, url)
        return f"{method} {url} {version}\r\nAuthorization: {header}\r\n".encode(errors="surrogateescape") + rest
