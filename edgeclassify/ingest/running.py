"""An ingest as a whole: prepared, run until it is told to end, and stopped in reverse."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from edgeclassify.config import MqttConfig
from edgeclassify.errors import EdgeClassifyError, StorageError, UsageError
from edgeclassify.ingest.buffer import Buffer
from edgeclassify.ingest.interface import DatabaseAwayError, Store, UnfinishedError
from edgeclassify.ingest.receiving import Receiving
from edgeclassify.ingest.session import Session, path_beside
from edgeclassify.ingest.writing import Writing

log = logging.getLogger(__name__)
STOP_S = 10.0
"""How long a batch under way may take at the end; what is not written waits in the buffer."""
_POLL_S = 0.05


def ingest(
    config: MqttConfig,
    store: Store,
    *,
    path: Path,
    most_bytes: int,
    group: str | None,
    is_over: Callable[[], bool],
    leaves: bool = False,
    named: Callable[[str], str] = str,
) -> None:
    """Bring what nodes say into `store` until `is_over`. `path`, `most_bytes`: of the buffer.

    `leaves`: only what the broker has kept, which is told to keep nothing any longer; ends when all is in `store`.

    Raises DatabaseError where the database can't be used as it is at the start; one that is away is waited for.
    StorageError for the buffer, UsageError where it is of another prefix, ConfigError and SharingError for the
    broker; EdgeClassifyError where `leaves` has not come to its end.
    """
    if leaves and not (path.exists() or path_beside(path).exists()):
        raise StorageError(f"--buffer: {path}: expected the buffer of the ingest that is to leave, found none")
    buffer = Buffer(path, most_bytes)
    try:
        _check_prefix(buffer, config.prefix)
        writing = Writing(buffer, store, config.prefix)
        try:
            store.prepare()
        except DatabaseAwayError as error:
            writing.say_away(str(error))
        if buffer.count:
            log.info("%d messages of before wait in %s", buffer.count, path)
        writing.start()

        def ends() -> bool:
            return is_over() or writing.error is not None

        has_left = False
        try:
            receiving = Receiving(config, group, buffer, named, leaves=leaves)
            if leaves:
                has_left = receiving.leave(ends)
                while has_left and buffer.count and not ends():
                    time.sleep(_POLL_S)
            else:
                receiving.run(ends)
        finally:
            writing.stop(STOP_S)
        if writing.error is not None:
            raise EdgeClassifyError(f"ingest: a bug, please report it: {writing.error!r}") from writing.error
        log.info("%d messages written; %d wait in %s", writing.written, buffer.count, path)
        if leaves:
            _note_left(buffer, has_left=has_left)
    finally:
        buffer.close()


def _check_prefix(buffer: Buffer, prefix: str) -> None:
    """What waits in it could not be read with another one."""
    known = buffer.session.prefix
    if known not in ("", prefix):
        raise UsageError(
            f"--buffer: {buffer.path}: expected one of prefix {prefix}, found one of {known}: name another "
            f"file, or end that one with --leave --prefix {known}"
        )


def _note_left(buffer: Buffer, *, has_left: bool) -> None:
    if not has_left:
        raise UnfinishedError("ingest: ended before the broker has let go of it: run it with --leave again")
    if buffer.count:
        raise UnfinishedError(
            f"ingest: the broker has let go of it, but {buffer.count} messages wait in {buffer.path}: run it with "
            "--leave again, when the database is there"
        )
    buffer.note_session(Session(buffer.session.client_id))
