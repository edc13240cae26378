"""The database's end of an ingest: a thread that makes rows of what waits, and has them written until they are."""

import logging
import sqlite3
import threading
from collections.abc import Sequence

from edgeclassify.broker.backoff import Backoff
from edgeclassify.files.plain import printable
from edgeclassify.ingest.buffer import Buffer
from edgeclassify.ingest.interface import (
    DatabaseAwayError,
    DatabaseError,
    Message,
    RefusedRow,
    Row,
    RowsRefusedError,
    Store,
)
from edgeclassify.ingest.reading import row_of
from edgeclassify.once import Once

log = logging.getLogger(__name__)
BATCH = 2000
"""So many messages go into one transaction, if they wait."""
LINGER_S = 0.2
"""How long the first of a batch waits for others."""
_IDLE_S = 0.5
_CAP_S = 30.0
_MOST_SAID = 10_000
"""Nodes of which it is remembered that something was said."""


class Writing:
    """Writes what waits in `buffer` to `store`. `start` and `stop` by one thread."""

    def __init__(self, buffer: Buffer, store: Store, prefix: str) -> None:
        self._buffer, self._store, self._prefix = buffer, store, prefix
        self._over = threading.Event()
        self._said = Once()
        self._backoff = Backoff(base_s=0.5, cap_s=_CAP_S)
        # One that waits for a database which does not answer must not keep the process.
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)
        self.error: BaseException | None = None
        """What ended the thread before it was told to end."""
        self.written = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """End when the batch under way is written, after so long at most: what is not waits in the buffer."""
        self._over.set()
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._store.close()

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                if self._buffer.wait(_IDLE_S):
                    self._buffer.wait(LINGER_S, BATCH)
                    self._write_first()
        except Exception as error:  # the thread's top: whoever waits for it is told
            log.exception("writing to the database has ended")
            self.error = error

    def _write_first(self) -> None:
        try:
            taken = self._buffer.first(BATCH)
            self._write([(message, row) for _, message in taken if (row := row_of(message, self._prefix))])
            self._buffer.forget(taken)
        except (DatabaseAwayError, DatabaseError, sqlite3.Error) as error:
            self._wait(str(error))
        else:
            self.written += len(taken)
            self._backoff.connected_for(_CAP_S)
            if self._said.is_over():
                log.info("the database takes events again; %d messages wait", self._buffer.count)

    def _write(self, pairs: Sequence[tuple[Message, Row]]) -> None:
        """All of them; where the database refuses one for what is in it, that one is refused, not the others."""
        if not pairs:
            return
        try:
            self._store.write([row for _, row in pairs])
        except RowsRefusedError as error:
            if len(pairs) > 1:
                middle = len(pairs) // 2
                self._write(pairs[:middle])
                self._write(pairs[middle:])
                return
            message, row = pairs[0]
            if isinstance(row, RefusedRow):
                if self._is_said_first("unkept", row.node):
                    log.error(
                        "node %s: a message can't be kept, not even as a refused one: %s: %s (said once per node)",
                        printable(row.node), printable(message.topic), error,
                    )  # fmt: skip
                return
            refused = RefusedRow(row.node, message.topic, message.payload, str(error), message.received_at)
            self._write([(message, refused)])
            return
        for _, row in pairs:
            if isinstance(row, RefusedRow):
                self._say_refused(row)

    def _say_refused(self, row: RefusedRow) -> None:
        if self._is_said_first("refused", row.node):
            log.warning(
                "node %s: a message is refused, and kept in edgeclassify_refused: %s: %s (said once per node)",
                printable(row.node), printable(row.topic), row.reason,
            )  # fmt: skip

    def _is_said_first(self, what: str, node: str) -> bool:
        return len(self._said) < _MOST_SAID and self._said.is_news((what, node))

    def say_away(self, reason: str) -> None:
        """The database takes nothing: said once. By the thread, or by who is about to start it."""
        if self._said.is_news(None, reason):
            log.error("%s. Events wait in the buffer, and it is tried again", reason)

    def _wait(self, reason: str) -> None:
        self.say_away(reason)
        self._over.wait(self._backoff.next_s())
