"""The server: uvicorn on a socket of ours, in a thread of its own."""

import asyncio
import logging
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from edgeclassify.config import WebConfig
from edgeclassify.errors import PageError

log = logging.getLogger(__name__)

START_S = 5.0


class Server:
    """Started once, stopped once, by the daemon's thread."""

    def __init__(self, config: WebConfig, app: ASGIApp) -> None:
        self._config = config
        self._socket: socket.socket | None = None
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(app, lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def address(self) -> str:
        """Where it listens, as a URL."""
        host = self._config.listen
        return f"http://{f'[{host}]' if ':' in host else host}:{self._config.port}"

    def start(self) -> None:
        """Listen, and begin to answer. Raises PageError where the port is in use."""
        self._socket = _listening(self._config.listen, self._config.port)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Answer nobody any more."""
        self._uvicorn.should_exit = self._uvicorn.force_exit = True
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        if self._socket is not None:
            self._socket.close()

    def _run(self) -> None:
        assert self._socket is not None, "started"
        asyncio.run(self._uvicorn.serve(sockets=[self._socket]))


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(64)
    except OSError as error:
        made.close()
        raise PageError(
            f"web.port: expected a port that is free, found {host}:{port}: {error.strerror}"
        ) from error
    return made
