"""The running node as requests see it: what may be asked of it, and what of it may be changed."""

from typing import TYPE_CHECKING

from edgeclassify.daemon.kept.options import OptionStore, value_of
from edgeclassify.daemon.profiles import Profiles
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.switches import Switches
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import Health
from edgeclassify.pipeline.view import View
from edgeclassify.types import NodeInfo, Option, OptionValue

if TYPE_CHECKING:
    from edgeclassify.publish.snapshots import SnapshotTaker


class Node:
    """Used by the daemon's thread. `options`: what is set here is kept there over a restart."""

    def __init__(
        self, running: RunningParts, options: OptionStore, switches: Switches, profiles: Profiles
    ) -> None:
        self._running, self._options, self._switches = running, options, switches
        self.profiles = profiles
        """Which profile is on, and what follows from that."""

    @property
    def views(self) -> tuple[View, ...]:
        """The views, running."""
        return self._running.parts.views

    def view(self, name: str | None) -> View:
        """The view that is meant: where there is one only, it need not be named. Raises EdgeClassifyError."""
        found = [view for view in self.views if view.name == name] if name else list(self.views)
        if len(found) != 1:
            names = ", ".join(view.name for view in self.views)
            raise EdgeClassifyError(f"view: expected one of {names}, found {name or 'none'}")
        return found[0]

    @property
    def snapshots(self) -> "SnapshotTaker | None":
        """What takes snapshots; None: none may be taken."""
        return self._running.threads.snapshots

    @property
    def no_snapshots_because(self) -> str:
        """What to say where nobody may."""
        if self._running.parts.config.node.labels_only:
            return "no pictures: node.labels_only is true"
        return "no pictures: snapshot.mqtt and snapshot.disk are false. Set one of them in the config."

    def info(self) -> NodeInfo:
        """What runs here."""
        return self._running.info()

    def figures(self) -> Health:
        """Figures of the running daemon."""
        return self._running.figures.report()

    def announce(self) -> int:
        """Send all that is retained again; returns how many topics that is."""
        return self._running.current_sink.sink.announce()

    def hurry(self, camera: str) -> None:
        """Hand over the camera's next frame at once."""
        self._running.cameras.hurry(camera)

    def switch(self, view: View, enabled: bool) -> None:
        """Watch a view, or let it rest until it is switched again or the daemon starts anew."""
        self._switches.switch(view, enabled)

    def snooze(self, view: View, seconds: float) -> float | None:
        """Let a view rest for so long; returns until when that is, seconds since the epoch."""
        return self._switches.snooze(view, seconds)

    def set_option(self, view: View, option: Option, value: OptionValue) -> None:
        """Set an option of a view for good: until the config says something else of it.

        Raises EdgeClassifyError for a threshold that the view's rules do not allow.
        """
        try:
            self._apply(view, option, value)
        finally:
            # Also after a refusal: whoever asked may show the value that it asked for.
            self._running.show_option(view.name, option, value_of(view, option))
        self._options.set(view.name, option, value, self._running.parts.configured(view.name, option))

    def follow_config(self, name: str, option: Option) -> None:
        """Have the config's word hold of an option, whatever was set of it."""
        view, configured = self.view(name), self._running.parts.configured(name, option)
        self.set_option(view, option, configured)

    def _apply(self, view: View, option: Option, value: OptionValue) -> None:
        if option is Option.ENABLED:
            self._switches.set_for_good(view, bool(value))
        elif option is Option.THRESHOLD:
            view.adopt(lambda rules: rules.with_threshold(float(value)))
        else:
            view.adopt(lambda rules: rules.with_interval(float(value)))
            self._running.renew_intervals()
