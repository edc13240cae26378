"""The one scheduler that an archive is run on: reached, asked, and what it means when it does not answer."""

import logging
import re
import socket
import struct
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from edgeclassify.archive.running.admission import other_version
from edgeclassify.errors import ClusterError, RuntimeMissingError

log = logging.getLogger(__name__)

_ADDRESS = re.compile(r"(?:tcp|tls|ucx|ucxx|ws|wss)://[^/\s]+:[0-9]{1,5}")
CONNECT_S = 10.0
"""How long it is waited for."""
_END_S = 5.0
_GREETING, _LONGEST_GREETING = struct.Struct("<Q"), 1 << 20
"""Who listens sends how many bytes its greeting has, and that."""


class Scheduler:
    """A connection to it. Whatever is asked raises ClusterError where it went away.

    Making one raises that too where it can't be reached or is of another version; RuntimeMissingError where Dask
    is not installed.
    """

    def __init__(self, address: str, connect_s: float = CONNECT_S) -> None:
        self.address = address
        client_class = _client_class()
        if not _ADDRESS.fullmatch(address):
            raise self.fault(f"expected a Dask scheduler, as tcp://host:8786, found {address!r}.")
        if address.startswith("tcp://"):
            self._check_greeting(connect_s)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._client = client_class(
                    address, timeout=connect_s, set_as_default=False, name="edgeclassify-archive"
                )
        except Exception as error:  # whatever its transports raise: OSError, ValueError, TypeError, struct.error
            raise self._unreachable(first_line(error)) from error
        try:
            self._check_versions()
        except BaseException:
            self.close([])
            raise

    @property
    def is_there(self) -> bool:
        """False from when the connection broke."""
        return bool(self._client.status == "running")

    def threads(self) -> dict[str, int]:
        """How many threads each worker has, by its address."""
        return dict(self._asked(self._client.nthreads))

    def other_versions(self) -> dict[str, str]:
        """What is of another version than here, of each worker by its address; "" where all is the same."""
        versions = self._versions()
        ours, workers = versions["client"], versions.get("workers") or {}
        return {address: other_version(ours, its or {}) for address, its in workers.items()}

    def send(self, address: str, function: Callable[..., Any], *given: Any) -> Any:
        """Have a worker call a function; returns the future."""
        return self._client.submit(
            function, *given, workers=[address], allow_other_workers=False, pure=False, retries=0
        )

    def close(self, workers: Sequence[str], last: Callable[..., None] | None = None, *given: Any) -> None:
        """End the connection. `last`: what each of the workers calls before."""
        if last is not None and workers and self.is_there:
            quietly(lambda: self._client.run(last, *given, workers=list(workers), on_error="ignore"))
        quietly(lambda: self._client.close(timeout=_END_S))

    def gone(self) -> ClusterError:
        """The error where it does not answer any more."""
        return self.fault(
            "expected the scheduler to stay, it went away. What is done is kept: start it again, and give the "
            "same command."
        )

    def fault(self, text: str) -> ClusterError:
        """An error of it."""
        return ClusterError(f"--scheduler {self.address}: {text}")

    def _check_greeting(self, connect_s: float) -> None:
        """Whether it speaks as a scheduler does: of another server a client would wait for a word for ever."""
        host, _, port = self.address.removeprefix("tcp://").rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=connect_s) as connection:
                said = b""
                while len(said) < _GREETING.size and (more := connection.recv(_GREETING.size - len(said))):
                    said += more
        except TimeoutError as error:
            raise self._unreachable(f"no word of it in {connect_s:g} s") from error
        except (OSError, ValueError, OverflowError) as error:
            raise self._unreachable(getattr(error, "strerror", None) or str(error)) from error
        if len(said) < _GREETING.size or not 0 < _GREETING.unpack(said)[0] < _LONGEST_GREETING:
            raise self._unreachable("another kind of server is there")

    def _unreachable(self, why: str) -> ClusterError:
        return self.fault(
            f"expected a Dask scheduler, as tcp://host:8786, can't be reached: {why}. Check the address, and "
            "that it runs: dask scheduler"
        )

    def _check_versions(self) -> None:
        versions = self._versions()
        if found := other_version(versions["client"], versions.get("scheduler") or {}, has_ours=False):
            raise self.fault(f"{found}. Scheduler, workers and this command need the same versions.")

    def _versions(self) -> dict[str, Any]:
        return dict(self._asked(lambda: self._client.get_versions(check=False, packages=["edgeclassify"])))

    def _asked(self, question: Callable[[], Any]) -> Any:
        last: Exception | None = None
        for _ in range(2):  # one answer may be late, or lost
            if not self.is_there:
                break
            try:
                return question()
            except Exception as error:  # noqa: BLE001  whatever its transports raise
                last = error
        raise self.gone() from last


def first_line(error: BaseException) -> str:
    """What an error says, short."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def quietly(end: Callable[[], Any]) -> None:
    """Try to end something."""
    try:
        end()
    except Exception:  # noqa: BLE001  it ends anyway, whatever a broken connection raises
        log.debug("while ending", exc_info=True)


def _client_class() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise RuntimeMissingError(
            "--scheduler: expected Dask, found none. Install it: pip install 'edgeclassify[dask]'"
        ) from error
    for name in (
        "distributed",
        *(one for one in logging.root.manager.loggerDict if one.startswith("distributed.")),
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they tell of is told here, once
    return distributed.Client
