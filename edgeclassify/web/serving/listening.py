"""The socket that the page listens on."""

import errno
import logging
import socket

from edgeclassify.errors import PageError

log = logging.getLogger(__name__)

BACKLOG = 64
UNSENT = 128 * 1024
"""Bytes of a connection that the kernel takes ahead of what was sent: what a slow browser gets is not old."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that browsers may connect to. Raises PageError where the port is in use, or not ours to take."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.socket(family)
    except OSError as error:  # a kernel without IPv6
        raise PageError(
            f"web.listen: expected an address of this machine, found {host}: {error.strerror}"
        ) from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        if family is socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # :: is IPv4 too
        _bind(made, host, port)
        made.listen(BACKLOG)
        made.setblocking(False)
    except PermissionError as error:
        made.close()
        raise PageError(_not_allowed(port, error)) from error
    except OSError as error:
        made.close()
        shown = f"[{host}]:{port}" if family is socket.AF_INET6 else f"{host}:{port}"
        raise PageError(
            f"web.port: expected a port that is free, found {shown}: {error.strerror or error}. Choose another "
            f"one, or end what has it: sudo ss -ltnp 'sport = :{port}'"
        ) from error
    return made


def _not_allowed(port: int, error: PermissionError) -> str:
    """Ports below 1024 are root's (EACCES); others the unit does not give (SocketBindDeny=, EPERM)."""
    if error.errno == errno.EACCES:
        return f"web.port: expected 1024 or higher, found {port}, which is root's ({error.strerror}). Take 8080."
    return (
        f"web.port: the service may not listen on port {port}: {error.strerror}. Run: sudo edgeclassify "
        "service settle && sudo systemctl restart edgeclassify"
    )


def _bind(made: socket.socket, host: str, port: int) -> None:
    try:
        made.bind((host, port))
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL:
            raise
        # At the machine's start an address may come later than the daemon: it is listened on all the same.
        made.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        made.bind((host, port))
        log.warning("page: web.listen: no interface has the address %s yet: nobody reaches the page before", host)


_IP_FREEBIND = 15  # ip(7); for IPv6 too
