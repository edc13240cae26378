"""An ingest as a whole: prepared, run until it is told to end, and stopped in reverse."""

import logging
from collections.abc import Callable
from pathlib import Path

from edgeclassify.config import MqttConfig
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.ingest.buffer import Buffer
from edgeclassify.ingest.interface import DatabaseAwayError, Store
from edgeclassify.ingest.receiving import Receiving
from edgeclassify.ingest.writing import Writing

log = logging.getLogger(__name__)
STOP_S = 10.0
"""How long a batch under way may take at the end; what is not written waits in the buffer."""


def ingest(
    config: MqttConfig,
    store: Store,
    *,
    path: Path,
    most_bytes: int,
    group: str | None,
    is_over: Callable[[], bool],
    named: Callable[[str], str] = str,
) -> None:
    """Bring what nodes say into `store` until `is_over`. `path`, `most_bytes`: of the buffer.

    Raises DatabaseError where the database can't be used as it is at the start; one that is away is waited for.
    StorageError for the buffer, ConfigError and SharingError for the broker.
    """
    buffer = Buffer(path, most_bytes)
    try:
        writing = Writing(buffer, store, config.prefix)
        try:
            store.prepare()
        except DatabaseAwayError as error:
            writing.say_away(str(error))
        if buffer.count:
            log.info("%d messages of before wait in %s", buffer.count, path)
        writing.start()
        try:
            Receiving(config, group, buffer, named).run(lambda: is_over() or writing.error is not None)
        finally:
            writing.stop(STOP_S)
        if writing.error is not None:
            raise EdgeClassifyError(f"ingest: a bug, please report it: {writing.error!r}") from writing.error
        log.info("%d messages written; %d wait in %s", writing.written, buffer.count, path)
    finally:
        buffer.close()
