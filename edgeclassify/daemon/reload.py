"""A reload: from the parts of one config to those of another, with as little as possible stopped between them."""

import logging
import time
from collections.abc import Callable, Sequence

from edgeclassify.config import Config
from edgeclassify.daemon.assembly import Factories, Parts, assemble
from edgeclassify.daemon.assembly.views import forget_stale_options
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.kept.kept_state import KeptState, state_folder
from edgeclassify.daemon.kept.open_occurrences import end_views
from edgeclassify.daemon.late_parts import import_late_parts
from edgeclassify.daemon.page.served_page import ServedPage
from edgeclassify.daemon.process.memory_care import MemoryCare
from edgeclassify.daemon.process.service_manager import ServiceManager
from edgeclassify.daemon.process.stop_budget import STOP_BUDGET_S
from edgeclassify.daemon.process.watchdog import RELOAD_LIMIT_S
from edgeclassify.daemon.profiles import Profiles
from edgeclassify.daemon.requests.frame_requests import FrameRequests
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.switches import Switches
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.logs import set_level
from edgeclassify.pulse import Pulse
from edgeclassify.replaced_files import late_imports
from edgeclassify.types import Reason

log = logging.getLogger(__name__)

PATIENCE_S = 60.0
"""How much longer than a stop a reload waits for the frames that are being inferred."""
Accepted = Callable[[Sequence[str]], None]


class Reloader:
    """Used by the daemon's thread. `load` reads the config."""

    def __init__(
        self,
        running: RunningParts,
        *,
        load: Callable[[], Config],
        factories: Factories,
        kept: KeptState,
        availability: Availability,
        frame_requests: FrameRequests,
        manager: ServiceManager,
        pulse: Pulse,
        switches: Switches,
        profiles: Profiles,
        page: ServedPage,
        memory: MemoryCare,
    ) -> None:
        """`pulse`: of the daemon's thread."""
        self._memory = memory
        self._running, self._load, self._factories = running, load, factories
        self._kept, self._availability = kept, availability
        self._switches, self._profiles, self._page = switches, profiles, page
        self._frame_requests, self._manager, self._pulse = frame_requests, manager, pulse
        self._threads_at_most: int | None = None

    def reload(self, accepted: Accepted = lambda _: None, load: Callable[[], Config] | None = None) -> None:
        """Take over a changed config. A bad one is refused, and the old one keeps running: EdgeClassifyError.

        `load`: reads one that is not in its place yet; None: the one that is.

        `accepted` is called with the names of its views when nothing can go wrong any more: after the switch, or
        before it where the topics change.
        """
        self._pulse.beat(RELOAD_LIMIT_S)
        self._manager.reloading()
        before = self._running.parts
        try:
            with late_imports():
                config = (load or self._load)()
            after = self._assembled(config, before)
            self._switch(before, after, accepted)
        except EdgeClassifyError as error:
            self._manager.refused(error)
            raise EdgeClassifyError(f"reload refused, the running config stays: {error}") from error
        else:
            log.info("config reloaded: %d cameras, %d views", len(after.sources), len(after.views))
            set_level(after.config.logging.level)
            self._manager.accepted()
        finally:
            self._manager.ready()

    def renew_models(self) -> None:
        """Take over the models whose heads were fitted anew, by the config that runs: nothing else is read again.

        Their views decide at once, and their next state goes out. Raises EdgeClassifyError: those before go on.
        """
        self._pulse.beat(RELOAD_LIMIT_S)
        running, before = self._running, self._running.parts
        after = self._assembled(before.config, before)
        self._switch(before, after, lambda _: None)
        classifiers = {view.name: view.classifier for view in before.views}
        for view in after.views:
            if view.classifier is not classifiers[view.name]:
                running.current_sink.sink.renew_state(view.name)
                running.cameras.hurry(view.camera)

    def use_threads(self, most: int | None) -> None:
        """Run models with so many threads at most, also after a reload; None: as the config says.

        What is in the views stays. Raises EdgeClassifyError: then those before go on.
        """
        former, self._threads_at_most = self._threads_at_most, most
        self._pulse.beat(RELOAD_LIMIT_S)
        before = self._running.parts
        try:
            self._switch(before, self._assembled(before.config, before), lambda _: None)
        except EdgeClassifyError:
            self._threads_at_most = former
            raise

    def _assembled(self, config: Config, before: Parts) -> Parts:
        kept, config = self._kept, config.with_threads_at_most(self._threads_at_most)
        import_late_parts(config)
        with late_imports():
            return assemble(config, kept.options, before, self._factories, kept.pictures.known, kept.profile.name)

    def _switch(self, before: Parts, after: Parts, accepted: Accepted) -> None:
        self._availability.hide()
        # With the frames at hand in peace: two threads in one classifier must not be.
        deadline = time.monotonic() + STOP_BUDGET_S
        self._running.threads.finish_inference(deadline, PATIENCE_S)
        self._running.threads.stop_snapshots(deadline)
        try:
            self._activate(before, after, accepted)
        except EdgeClassifyError:
            after.models.close_all_but(before.models)
            self._running.parts = before
            self._kept.profile.adopt(before.config)
            self._running.current_sink.restore(before.config, before.shown_labels)
            raise
        else:
            before.models.close_all_but(after.models)
        finally:
            self._profiles.take_up()
            self._switches.take_up()
            self._page.adopt(self._running.parts.config)  # so that it hears what is told of the new parts
            self._running.renew_threads()
            self._frame_requests.move()
            self._memory.loaded()

    def _activate(self, before: Parts, after: Parts, accepted: Accepted) -> None:
        """Hand over from the old parts to the new ones: their views, their connection."""
        running, kept = self._running, self._kept
        kept.check_unchanged(after.config, state_folder(after.config))
        # Made while the old one works: what it can't be made of leaves that one as it is.
        with late_imports():
            other_sink = running.current_sink.plan(after.config, after.shown_labels)
        # A camera may refuse its new settings.
        running.cameras.run(after)
        renamed = before.config.mqtt.prefix != after.config.mqtt.prefix or before.config.node != after.config.node
        names = [view.name for view in after.views]
        if renamed:  # who asked listens on the topics of the old name
            accepted(names)
        gone = [view for view in before.views if not any(one.continues(view) for one in after.views)]
        end_views(gone, Reason.CONFIG_RELOADED, running.outlet, names=names)
        if other_sink is not None:
            running.current_sink.replace(other_sink, STOP_BUDGET_S)
        running.parts = after
        for view in after.views:
            for former in before.views:
                if view.continues(former) and view.classifier is not former.classifier:
                    view.renew()
        kept.adopt(after.config)
        kept.profile.adopt(after.config)
        forget_stale_options(after, kept.options)
        if not renamed:
            accepted(names)
