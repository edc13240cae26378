"""The node under test: `python -m tests.faults.node CONFIG JOURNAL`.

This is `edgeclassify run` with two differences: what goes into the publisher is noted in the journal, before and
after, and the waits between attempts to connect are short, so that faults can follow each other quickly.
"""

import functools
import sys
from pathlib import Path
from typing import Any

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import load_config
from edgeclassify.daemon import Daemon
from edgeclassify.daemon.publishing import make_mqtt_publisher
from edgeclassify.logs import set_up_logging
from edgeclassify.publish.interface import Publisher
from edgeclassify.publish.mqtt import publisher
from edgeclassify.types import Event, Health
from tests.faults.journal import JournalWriter

BACKOFF_BASE_S, BACKOFF_CAP_S = 0.02, 0.2


def journalled(publisher: Publisher, journal: JournalWriter) -> Publisher:
    """The same publisher, watched."""
    publish_event, publish_health = publisher.publish_event, publisher.publish_health

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

    publisher.publish_event = noting_event  # type: ignore[method-assign]
    publisher.publish_health = noting_health  # type: ignore[method-assign]
    return publisher


def main(config: Path, journal_path: Path) -> None:
    journal = JournalWriter(journal_path)
    journal.started()
    set_up_logging("info")
    publisher.Backoff = functools.partial(Backoff, base_s=BACKOFF_BASE_S, cap_s=BACKOFF_CAP_S)  # type: ignore[assignment, misc]

    def make(*arguments: Any, **named: Any) -> Publisher:
        return journalled(make_mqtt_publisher(*arguments, **named), journal)

    Daemon(functools.partial(load_config, config), make_publisher=make).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
