"""paho's client, as a broker that can't be trusted needs it: what it sends is bounded in size and in time.

It overrides what paho keeps private, since nothing else reaches a packet before it is whole: the minor version of
paho is pinned, and `paho_version.py` checks what is installed. `connection.py` drives the client, and its
callbacks fill `received.py`.
"""

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Callable
from threading import Timer
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt import MQTTException
from paho.mqtt.enums import MQTTErrorCode

from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.publish.mqtt.link import paho_version

paho_version.check(paho.Client)

CONNECT_TIMEOUT_S = 5.0
"""For the TCP connect to each address, each TLS step, and the broker's answer to CONNECT."""
HANDSHAKE_TIMEOUT_S = 15.0
"""For all TLS steps together: a byte now and then must not make them last for ever."""
LARGEST_PACKET = 2 * 2**20
"""Bytes: a broker of MQTT 5 is told to keep larger ones from us; what comes all the same is read and thrown away.
What the node listens to has 4 kB at most, and a Pi has no memory to spare for strangers."""

_CONNACK, _PUBLISH = 0x20, 0x30
_PIECE = 64 * 1024
_PIECES = 16
_BEGIN = 64
_MALFORMED = (struct.error, IndexError, KeyError, ValueError, AttributeError, MQTTException)


class Client(paho.Client):
    """A TCP connect that `interrupt` can end, no Nagle's delay, and no trust in what comes.

    While `gathering`, what paho sends is kept, and goes out with `flush`: one system call for several messages.
    `blocked`: the last flush could not send all. Then nothing more may be gathered, which has no bound.
    `begin`: the first bytes that came, up to the answer to CONNECT. `is_broker`: they may be such an answer.
    `skipped`: called with topic and size of a message that is too large, as soon as its topic has come.
    `address`: the IP address to connect to; "": any that the host has, one after the other.
    `pinged`: called when the broker has answered a ping. Whole, since its methods take the place of paho's, on the
    state that paho keeps.
    """

    skipped: Callable[[str, int], None] = staticmethod(lambda _topic, _size: None)
    pinged: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, interrupt: ConnectInterrupt, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._interrupt = interrupt
        self._gathered = bytearray()
        self._skipping: bytearray | None = None
        self.gathering = self.blocked = False
        self.address = ""
        self.begin = b""
        self.malformed = False

    # --- sending ---------------------------------------------------------------------------------------

    def _sock_send(self, buf: Any) -> int:
        if self.gathering:
            self._gathered += buf
            return len(buf)
        if not self._flushed():
            raise BlockingIOError
        return super()._sock_send(buf)

    def _flushed(self) -> bool:
        """Send what was gathered; True when that was all. Raises OSError."""
        if self._gathered:
            # TLS wants to be asked again with the same bytes: more may follow them, none may go.
            del self._gathered[: super()._sock_send(self._gathered)]
        return not self._gathered

    def flush(self) -> None:
        """Send what was gathered, as far as the socket takes it; the rest follows. Raises OSError."""
        try:
            self.blocked = not self._flushed()
        except BlockingIOError:
            self.blocked = True

    def want_write(self) -> bool:
        """True while there is more than the socket took."""
        return bool(self._gathered) or super().want_write()

    def ping(self) -> None:
        """Ask for a sign of life, which comes after the broker has taken all that was sent before."""
        self._send_pingreq()

    # --- connecting ------------------------------------------------------------------------------------

    def _create_socket_connection(self) -> socket.socket:
        failure: OSError = OSError("no address")
        host = self.address or self.host
        for family, kind, proto, _, address in socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM):
            sock = socket.socket(family, kind, proto)
            try:
                self._interrupt.guard(sock)
                sock.settimeout(CONNECT_TIMEOUT_S)
                sock.connect(address)
                # A PUBLISH must not wait for the ACK of the one before.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except InterruptedError:
                sock.close()
                raise
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure

    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        watch = Timer(HANDSHAKE_TIMEOUT_S, self._interrupt.break_off)
        watch.start()
        try:
            return super()._ssl_wrap_socket(tcp_sock)
        finally:
            watch.cancel()
            watch.join()

    @property
    def is_broker(self) -> bool:
        """True while what has come may be an answer to CONNECT."""
        return not self.begin or self.begin[0] == _CONNACK

    # --- receiving -------------------------------------------------------------------------------------

    def _packet_read(self) -> MQTTErrorCode:
        if self._skipping is not None:
            return self._skip()
        try:
            rc = super()._packet_read()
        except _MALFORMED:
            rc = MQTTErrorCode.MQTT_ERR_PROTOCOL
        if self._skipping is not None:
            return self._skip()
        self.malformed |= rc == MQTTErrorCode.MQTT_ERR_PROTOCOL
        return rc

    def _sock_recv(self, bufsize: int) -> bytes:
        packet = self._in_packet
        if not self.is_connected() and not self.is_broker:
            self._hear_out()
        if packet["have_remaining"] and packet["remaining_length"] > LARGEST_PACKET:
            self._skipping = bytearray()
            raise BlockingIOError
        data = super()._sock_recv(min(bufsize, _PIECE))
        if not self.is_connected() and len(self.begin) < _BEGIN:
            self.begin += data[:_BEGIN]
        return data

    @property
    def skipping(self) -> bool:
        """True while a message is thrown away that is too large."""
        return self._skipping is not None

    def _hear_out(self) -> None:
        """What answers is no broker: take a little more, to be shown. Raises OSError."""
        with contextlib.suppress(OSError):
            self.begin += super()._sock_recv(_BEGIN)
        raise ConnectionAbortedError("no MQTT")

    def _skip(self) -> MQTTErrorCode:
        """Read on in a packet that is too large, and keep nothing but its begin."""
        packet, begin = self._in_packet, self._skipping
        assert begin is not None
        for _ in range(_PIECES):
            try:
                data = super()._sock_recv(min(packet["to_process"], _PIECE))
            except BlockingIOError:
                return MQTTErrorCode.MQTT_ERR_AGAIN
            except OSError:
                data = b""
            if not data:
                return MQTTErrorCode.MQTT_ERR_CONN_LOST
            packet["to_process"] -= len(data)
            self._note_begin(begin, data)
            # Its rest may keep the answer to a ping waiting: while it flows the broker is alive.
            self._last_bytes_received = time.monotonic()
            if packet["to_process"] == 0:
                return self._skipped_all(bytes(begin))
        return MQTTErrorCode.MQTT_ERR_AGAIN

    def _note_begin(self, begin: bytearray, data: bytes) -> None:
        """Keep the topic and the message id; say what is skipped as soon as its topic is known."""
        known = self._topic_end(begin) <= len(begin)
        begin += data[: 2 + 65_535 + 2 - len(begin)]
        if not known and self._topic_end(begin) <= len(begin) and self._in_packet["command"] & 0xF0 == _PUBLISH:
            topic = bytes(begin[2 : self._topic_end(begin)]).decode("utf-8", "replace")
            self.skipped(topic, self._in_packet["remaining_length"])

    @staticmethod
    def _topic_end(begin: bytearray | bytes) -> int:
        return 2 + int.from_bytes(begin[:2], "big") if len(begin) >= 2 else 2

    def _skipped_all(self, begin: bytes) -> MQTTErrorCode:
        """Acknowledge it, or the broker would send it again."""
        command = self._in_packet["command"]
        self._skipping = None
        self._in_packet = {
            "command": 0, "have_remaining": 0, "remaining_count": [], "remaining_mult": 1, "remaining_length": 0,
            "packet": bytearray(), "to_process": 0, "pos": 0,
        }  # fmt: skip
        if command & 0xF0 != _PUBLISH:
            self.malformed = True
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        if command & 0x06:
            end = self._topic_end(begin)
            return self._send_puback(int.from_bytes(begin[end : end + 2], "big"))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _handle_pubrec(self) -> MQTTErrorCode:
        """The answer to QoS 2, which we don't send. One with a failure ends the exchange as a PUBACK does."""
        content = self._in_packet["packet"]
        if len(content) > 2 and content[2] >= 0x80:
            return self._handle_pubackcomp("PUBACK")
        return super()._handle_pubrec()

    def _handle_pingresp(self) -> MQTTErrorCode:
        rc = super()._handle_pingresp()
        self.pinged()
        return rc
