"""One connection to the receiver, kept open from POST to POST while there are some: a POST, and its answer.

http.client's timeouts hold for each byte, so that a receiver which sends one now and then would be waited for
without end.
"""

import contextlib
import select
import socket
from dataclasses import replace

from edgeclassify.errors import PublishError, SourceError
from edgeclassify.http.address import Address, redirected
from edgeclassify.http.auth import Challenge, Login
from edgeclassify.http.connection import connect
from edgeclassify.http.deadline import Deadline
from edgeclassify.http.head import read_head, request_head
from edgeclassify.http.response import Headers, HttpStream, header_of
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.publish.webhook.answers import Answer
from edgeclassify.publish.webhook.settings import WebhookSettings
from edgeclassify.redaction import redacted_text, redacted_to_server

MAX_REDIRECTS = 3
FOLLOWED = (307, 308)
"""Redirects that keep a POST one; after the others a browser would ask with GET."""
LARGEST_BODY, BODY_S = 1 << 16, 1.0
"""Bytes and seconds of an answer's body that are read, and thrown away, for the sake of the connection."""
CONNECT_SHARE = 0.5
"""Of the time for a POST."""


class StaleConnectionError(OSError):
    """The receiver has ended the connection that was kept, before it answered."""


class Link:
    """Used by one thread; `interrupt` ends from another one what it waits for."""

    def __init__(self, settings: WebhookSettings, interrupt: ConnectInterrupt) -> None:
        self._settings, self._interrupt = settings, interrupt
        self._connection: socket.socket | None = None

    def post(self, body: bytes, headers: str, timeout_s: float) -> Answer:
        """Post a body of JSON, with `headers` of its own; redirects on the same server are followed.

        Raises PublishError where no answer comes in time: the receiver may have it, or not.
        """
        deadline, address = Deadline(timeout_s), self._settings.address
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._post_once(address, body, headers, deadline)
            there = self._same_server(answer)
            if there is None:
                return answer
            address = there
        raise PublishError(f"more than {MAX_REDIRECTS} redirects. Write the address where they end as webhook.url")

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._interrupt.release()

    def _same_server(self, answer: Answer) -> Address | None:
        """Where a redirect leads that may be followed; None: there is none. Raises PublishError for others."""
        location = header_of(answer.headers, "location")
        if answer.status not in FOLLOWED or not location:
            return None
        own = self._settings.address
        try:
            there = redirected(own, location)
        except SourceError:
            raise PublishError("a redirect to what is no http address. Check webhook.url") from None
        if there.server != own.server:
            raise PublishError(
                f"a redirect to another server, {redacted_to_server(there.url)}, which gets no events. If it is "
                "yours, write its address as webhook.url"
            )
        return replace(there, shown=own.shown, user=own.user, password=own.password)

    def _post_once(self, address: Address, body: bytes, headers: str, deadline: Deadline) -> Answer:
        kept = self._connection is not None
        try:
            try:
                return self._exchange(address, body, headers, deadline)
            except StaleConnectionError:
                if not kept:
                    raise
                return self._exchange(address, body, headers, deadline)
        except SourceError as error:
            self.close()
            raise PublishError(_without_place(str(error), address)) from error
        except TimeoutError as error:
            self.close()
            raise PublishError(f"no answer within {self._settings.timeout_s:g} s. Check the receiver") from error
        except (OSError, ValueError) as error:
            self.close()
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise PublishError(f"no HTTP answer ({redacted_text(reason)}). Check the receiver") from error

    def _exchange(self, address: Address, body: bytes, headers: str, deadline: Deadline) -> Answer:
        connection = self._connected(address, deadline)
        login = ""
        if address.user is not None:
            basic = Login(address.user, address.password, Challenge("basic", {}))
            login = f"Authorization: {basic.header('POST', address.target)}\r\n"
        lines = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{login}{headers}"
        try:
            connection.settimeout(deadline.left_s())
            connection.sendall(request_head("POST", address, lines).encode(errors="surrogateescape") + body)
            status, answered, rest = read_head(connection, deadline)
        except TimeoutError:
            raise
        except OSError as error:
            self.close()
            raise StaleConnectionError(error.errno, error.strerror or str(error)) from error
        if not _is_over(HttpStream(connection, answered, rest), status, answered, deadline):
            self.close()
        return Answer(status, answered)

    def _connected(self, address: Address, deadline: Deadline) -> socket.socket:
        """The connection that was kept, where nothing has come on it since; else a new one."""
        if self._connection is not None and select.select([self._connection], [], [], 0)[0]:
            self.close()
        if self._connection is None:
            timeout_s = deadline.left_s(self._settings.timeout_s * CONNECT_SHARE)
            self._connection = connect(address, timeout_s, self._settings.trust, self._interrupt.guard)
            # A POST is one or two packets, and is to go at once.
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._connection


def _is_over(stream: HttpStream, status: int, headers: Headers, deadline: Deadline) -> bool:
    """True where the answer's body has been read to its end, and the connection may be used again."""
    if "close" in header_of(headers, "connection").lower():
        return False
    left = 0 if status in (204, 304) else stream.length
    chunked = stream.lacks_its_end
    if left is None and not chunked:
        return False
    taken = 0
    with contextlib.suppress(OSError, ValueError):
        body = Deadline(deadline.left_s(BODY_S))
        while chunked or taken < (left or 0):
            data = stream.receive(body.left_s())
            if not data:
                return chunked and data == b"" and not stream.lacks_its_end
            taken += len(data)
            if taken > LARGEST_BODY:
                return False
        return taken == (left or 0)
    return False


def _without_place(text: str, address: Address) -> str:
    """A message of the connection without the address before it: whoever says it names that itself."""
    return text.removeprefix(f"{address.shown}: ").rstrip(".")
