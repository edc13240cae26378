"""A connection to a server, made within a time that holds for all of its steps.

socket.create_connection() and urllib3's give each of a host's addresses the whole time.
"""

import socket
from collections.abc import Callable

from edgeclassify.errors import AbsentError
from edgeclassify.http.address import ENCRYPTED, Address
from edgeclassify.http.deadline import Deadline
from edgeclassify.http.tls import encrypted, encrypted_if_pinned, is_other_name
from edgeclassify.http.trust import CAREFUL, Trust

Guard = Callable[[socket.socket], None]
"""Is told of each socket before it blocks, so that another thread can break it off; may raise OSError."""


def _unguarded(_: socket.socket) -> None:
    """Nobody breaks it off."""


def connect(
    address: Address, timeout_s: float, trust: Trust = CAREFUL, guard: Guard = _unguarded
) -> socket.socket:
    """A connection, encrypted where the scheme says so.

    Raises AbsentError where nobody answers in time, or shows a certificate that is not accepted.
    """
    deadline = Deadline(timeout_s)
    try:
        plain = _plain(address, deadline, guard)
        if address.scheme not in ENCRYPTED:
            return plain
        return _encrypted(plain, address, trust, deadline, guard)
    except (OSError, ValueError) as error:  # ValueError: a host name that the resolver can't write
        raise AbsentError(
            f"{address.shown}: can't connect ({_reason(error)}). Check address and network."
        ) from error


def _encrypted(
    plain: socket.socket, address: Address, trust: Trust, deadline: Deadline, guard: Guard
) -> socket.socket:
    try:
        plain.settimeout(deadline.left_s())
        return encrypted(plain, address, trust)
    except TimeoutError as error:
        raise AbsentError(
            f"{address.shown}: port {address.port} is open, but begins no TLS in time. Check the port, and "
            f"whether the {trust.peer} has TLS switched on."
        ) from error
    except AbsentError as error:
        if trust.ca is None or not is_other_name(error):
            raise
        again = _plain(address, deadline, guard)
        again.settimeout(deadline.left_s())
        if (pinned := _closing(again, address, trust)) is None:
            raise
        return pinned
    finally:
        if plain.fileno() >= 0:  # wrapped or failed: it is not ours any more
            plain.close()


def _closing(plain: socket.socket, address: Address, trust: Trust) -> socket.socket | None:
    try:
        return encrypted_if_pinned(plain, address, trust)
    finally:
        if plain.fileno() >= 0:
            plain.close()


def _plain(address: Address, deadline: Deadline, guard: Guard) -> socket.socket:
    """By the first of the host's addresses that answers; each gets its share of the time."""
    reason: OSError = OSError("no address")
    places = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    for number, (family, kind, protocol, _, place) in enumerate(places):
        connection = socket.socket(family, kind, protocol)
        try:
            guard(connection)
            connection.settimeout(deadline.left_s() / (len(places) - number))
            connection.connect(place)
        except OSError as error:
            connection.close()
            reason = error
        else:
            return connection
    raise reason


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, OSError):
        return error.strerror or "the connection broke"
    return "not a name that can be looked up"
