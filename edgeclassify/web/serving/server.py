"""The server: connections on a socket of ours, in a thread of its own that sleeps while nobody asks."""

import asyncio
import ipaddress
import logging
import resource
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from edgeclassify.config import WebConfig
from edgeclassify.web.serving.connections import Connections
from edgeclassify.web.serving.listening import listening
from edgeclassify.web.serving.tls import server_context

log = logging.getLogger(__name__)

HEAD_BYTES = 32 * 1024
"""Of a request's line and headers."""
KEEP_ALIVE_S = 75
"""How long a connection may be idle: longer than proxies keep theirs."""
GRACE_S = 0.1
"""At the stop, for answers under way; then for what they have to put away."""
WORKERS = 4


class Server:
    """Started once, stopped once, by the daemon's thread."""

    def __init__(self, config: WebConfig, app: ASGIApp) -> None:
        self._config = config
        self._tls = None if config.tls is None else server_context(config.tls)
        self._uvicorn = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",  # strangers' bad requests are no news; what fails here the app logs itself
            access_log=False,
            proxy_headers=False,  # whose word counts is decided by web.proxies
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            h11_max_incomplete_event_size=HEAD_BYTES,
        )
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def address(self) -> str:
        """Where it is, as a URL."""
        return self._config.address

    def start(self) -> None:
        """Listen, and begin to answer. Raises PageError where the port is in use."""
        self._socket = listening(self._config.listen, self._config.port)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Answer nobody any more."""
        if self._thread.ident is None:
            self._loop.close()
            return
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout_s)
        if self._thread.is_alive():  # it is held up: the port must be free all the same
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="page-worker")
        asyncio.set_event_loop(self._loop)
        # A stranger's broken TLS or HTTP is no news.
        self._loop.set_exception_handler(lambda _, context: log.debug("page: %s", context.get("message")))
        self._loop.set_default_executor(workers)
        try:
            self._loop.run_until_complete(self._serve())
        except Exception:
            # The top of this thread: the daemon goes on without the page.
            log.exception("the page has ended by a fault")
        finally:
            self._socket.close()
            # What hangs in one of them must not keep anybody from ending.
            workers.shutdown(wait=False, cancel_futures=True)
            _close(self._loop)

    async def _serve(self) -> None:
        self._uvicorn.load()
        connections = Connections(
            self._uvicorn, most_of(self._config.connections), tls=self._tls, shares=shares_of(self._config.proxies)
        )
        accepting = asyncio.get_running_loop().create_task(connections.accept(self._socket))
        await self._stopping.wait()
        accepting.cancel()
        self._socket.close()
        await connections.end(GRACE_S)


def most_of(wanted: int) -> int:
    """Connections, as far as the process may have files open: cameras and the broker need some too."""
    may_open, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if may_open == resource.RLIM_INFINITY or wanted <= may_open // 2:
        return wanted
    most = may_open // 2
    log.warning(
        "page: web.connections: expected at most %d, half of the files that it may open (LimitNOFILE)", most
    )
    return most


def shares_of(proxies: tuple[str, ...]) -> Callable[[str], bool]:
    """Behind a proxy there are many, and this machine's own programs are no strangers."""

    def shares(address: str) -> bool:
        plain = ipaddress.ip_address(address.partition("%")[0])
        mapped = plain.ipv4_mapped if isinstance(plain, ipaddress.IPv6Address) else None
        return str(mapped or plain) in proxies or (mapped or plain).is_loopback

    return shares


def _close(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    asyncio.set_event_loop(None)
    loop.close()
