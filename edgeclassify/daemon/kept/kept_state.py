"""What is opened at the start and survives a restart of the daemon, in its state folder: the spool of
undelivered events, their numbers, what was counted of labels, what was set over MQTT, what cameras usually show,
what has been left on brokers, and where the history is.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.config.state_place import default_state_place
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.daemon.kept.profile_choice import FILE_NAME as PROFILE_FILE, ProfileChoice
from edgeclassify.daemon.kept.snoozes import FILE_NAME as SNOOZES_FILE, Snoozes
from edgeclassify.daemon.kept.usual_pictures import FILE_NAME as PICTURES_FILE, UsualPictures
from edgeclassify.files import FolderCondition
from edgeclassify.publish.history.desk import HistoryDesk
from edgeclassify.publish.home_assistant.published_topics import FILE_NAME, PublishedTopics
from edgeclassify.publish.spool.disk import open_spool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.tallies.days import LocalDays
from edgeclassify.tallies.set_clock import SetClock
from edgeclassify.tallies.tallies import Tallies

log = logging.getLogger(__name__)

_VOLATILE = (
    "%s: is in memory, by itself or below an overlay: a power cut takes events that are not delivered, counts and "
    "settings, and event numbers (seq) begin again. To keep them, mount a disk there."
)


def state_folder(config: Config) -> Path | None:
    """Where things that survive a restart are kept: the config's, systemd's, the user's folder, or none."""
    if not config.keeps_state:
        return None
    if config.node.state_dir is not None:
        return config.node.state_dir
    place = default_state_place()
    if place is None:  # a user without a home
        log.warning("no folder to keep event numbers in: set node.state_dir; they begin at 1 with every start")
    return place


class KeptState:
    """What survives a restart: opened at the start, closed at the end. A reload leaves it as it is.

    `folder` None: nothing survives. `wall`: by which the times of profiles are, seconds since the epoch.
    """

    def __init__(
        self,
        config: Config,
        folder: Path | None,
        bytes_written_day: Callable[[], int | None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._folder: Path | None = folder
        self._config = config
        self.spool = open_spool(folder, config.spool, bytes_written_day=bytes_written_day)
        if self.spool.folder_condition is FolderCondition.VOLATILE:
            log.info(_VOLATILE, folder)
        self.numbers = EventNumbers(self.spool)
        node = config.node
        self.clock = SetClock(folder, trusted=node.trust_clock, floor=self.spool.last_counted_at)
        self.tallies = Tallies(self.spool, LocalDays(node.time_zone), self.clock)
        self.tallies.take_up(filter(None, (view.open for view in self.spool.views().values())), time.time())
        keeps_options = folder is not None and config.commands.keep_options
        self.options = OptionStore(folder / "options.json" if folder is not None and keeps_options else None)
        self.pictures = UsualPictures(None if folder is None else folder / PICTURES_FILE)
        snoozes = None if folder is None else folder / SNOOZES_FILE
        self.snoozes = Snoozes(snoozes, lambda: self.clock.is_set)
        profile = folder / PROFILE_FILE if folder is not None and keeps_options else None
        self.profile = ProfileChoice(profile, lambda: self.clock.is_set, wall)
        self.history = HistoryDesk(folder)
        self.published = PublishedTopics(None if folder is None else folder / FILE_NAME)

    def adopt(self, config: Config) -> None:
        """From a reload on days are those of this config."""
        self.tallies.adopt(config.node.time_zone)
        self.clock.trust(config.node.trust_clock)

    def check_unchanged(self, config: Config, folder: Path | None) -> None:
        """Say what of a new config takes effect with the next start only."""
        for key, changed in (
            ("node.state_dir", folder != self._folder),
            ("[spool]", config.spool != self._config.spool),
            ("commands.keep_options", config.commands.keep_options != self._config.commands.keep_options),
        ):
            if changed:
                log.warning("%s has changed: it takes effect with the next start", key)

    def close(self) -> None:
        """At the end: say what has not been delivered, and whether it is safe."""
        self.pictures.write()
        self.snoozes.note()
        spool = self.spool
        depth, safe = spool.depth, spool.on_disk
        if depth and self._folder is None:
            log.warning("%d events could not be delivered and are lost: there is no state folder", depth)
        elif depth and safe:
            log.info("%d events wait in the spool: they are delivered after the next start", depth)
        spool.close()  # says itself what the disk would not take
