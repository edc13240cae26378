"""The node under test: `python -m tests.faults.node CONFIG JOURNAL TRAP`.

This is `edgeclassify run` with three differences: what goes into the sink is noted in the journal, before and
after; the waits between attempts to connect are short, so that faults can follow each other quickly; and where the
file TRAP is, it dies when an event is in the spool and no sink has heard of it.
"""

import functools
import os
import signal
import sys
from pathlib import Path

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import Config, load_config
from edgeclassify.daemon import Daemon
from edgeclassify.daemon.publishing import SinkContext, make_sinks
from edgeclassify.health import Health
from edgeclassify.logs import set_up_logging
from edgeclassify.publish.interface import Sink, Spool, SpooledEvent
from edgeclassify.types import Event
from tests.faults.journal import JournalWriter

BACKOFF_BASE_S, BACKOFF_CAP_S = 0.02, 0.2


def journalled(sink: Sink, journal: JournalWriter) -> Sink:
    """The same sink, watched."""
    publish_event, publish_health = sink.publish_event, sink.publish_health

    def noting_event(event: Event) -> None:
        journal.before(event)
        try:
            publish_event(event)
        except Exception as error:
            journal.failed(event, repr(error))
            raise
        journal.after(event)

    def noting_health(health: Health) -> None:
        journal.health(health)
        publish_health(health)

    sink.publish_event = noting_event  # type: ignore[method-assign]
    sink.publish_health = noting_health  # type: ignore[method-assign]
    return sink


def trapped(spool: Spool, journal: JournalWriter, trap: Path) -> None:
    """The same spool, that kills the process."""
    append = spool.append

    def append_and_die(event: SpooledEvent) -> None:
        append(event)
        # With a full disk it may be in memory only: that is no moment to die.
        if trap.exists() and spool.on_disk:
            journal.after(event.event)  # it is durable: from here on nothing may lose it
            trap.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    spool.append = append_and_die  # type: ignore[method-assign]


def main(config: Path, journal_path: Path, trap: Path) -> None:
    journal = JournalWriter(journal_path)
    journal.started()
    set_up_logging("info")

    def make(config: Config, around: SinkContext) -> Sink:
        trapped(around.spool, journal, trap)
        backoff = functools.partial(Backoff, base_s=BACKOFF_BASE_S, cap_s=BACKOFF_CAP_S)
        return journalled(make_sinks(config, around, backoff), journal)

    Daemon(functools.partial(load_config, config), make_sink=make).run()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
