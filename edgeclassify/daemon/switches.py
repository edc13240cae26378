"""Which views are watched: what was switched for good, until further notice, or for a while."""

from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.daemon.kept.snoozes import Snoozes
from edgeclassify.daemon.running import RunningParts
from edgeclassify.pipeline.view import View
from edgeclassify.types import Option

NEWS_S = 2.0
"""Seconds by which the end of a snooze must have changed to be told anew: the wall clock was set."""


class Switches:
    """Used by the daemon's thread.

    A snooze lasts over a restart and a reload, and ends by itself, or by whatever else is said of its view. Then
    the view is watched or rests as it does for good.
    """

    def __init__(self, running: RunningParts, options: OptionStore, snoozes: Snoozes) -> None:
        self._running, self._options, self._snoozes = running, options, snoozes
        self._told: dict[str, float | None] = {}

    def switch(self, view: View, enabled: bool) -> None:
        """Watch a view, or let it rest until it is switched again or the daemon starts anew."""
        self._snoozes.end(view.name)
        self._switch(view, enabled)
        if enabled:  # or what was switched off for good would be off again after a restart
            configured = self._running.parts.configured(view.name, Option.ENABLED)
            self._options.set(view.name, Option.ENABLED, configured, configured)

    def set_for_good(self, view: View, enabled: bool) -> None:
        """As the option says, which the caller keeps and shows."""
        self._snoozes.end(view.name)
        self._set(view, enabled)

    def snooze(self, view: View, seconds: float) -> float | None:
        """Let it rest for so long; returns until when that is, seconds since the epoch."""
        self._snoozes.begin(view.name, seconds)
        self._switch(view, False)
        return self._told[view.name]

    def follow_config(self, view: View) -> None:
        """What the config says of the view has changed: a pause is over; a snooze goes on."""
        if self._snoozes.until(view.name) is None:
            self._set(view, self._is_watched_for_good(view))

    def take_up(self) -> None:
        """Before the views are watched, at the start and after a reload: what was snoozed rests."""
        views, over = self._running.parts.views, self._snoozes.over()
        self._snoozes.forget_others([view.name for view in views if view.name not in over])
        for view in views:
            if view.name in over:
                view.enabled = self._is_watched_for_good(view)
            elif self._snoozes.until(view.name) is not None:
                view.enabled = False
        self._told.clear()  # there may be another sink

    def work(self) -> None:
        """Called again and again: ends what is over, and tells what is not known or has changed of the others."""
        for name in self._snoozes.over():
            self._snoozes.end(name)
            for view in self._running.parts.views:
                if view.name == name:
                    self._switch(view, self._is_watched_for_good(view))
        for view in self._running.parts.views:
            if self._is_news(view.name):
                self._tell(view)

    def _is_news(self, view: str) -> bool:
        if view not in self._told:
            return True
        until, told = self._snoozes.until(view), self._told[view]
        return until is not None and told is not None and abs(until - told) > NEWS_S

    def _is_watched_for_good(self, view: View) -> bool:
        config = self._running.parts.settings
        section = next(section for section in config.views() if section.name == view.name)
        wanted = self._options.overrides(section, config.camera_of(section).interval_s)
        return bool(wanted.get(Option.ENABLED, section.enabled))

    def _switch(self, view: View, enabled: bool) -> None:
        self._set(view, enabled)
        self._running.show_option(view.name, Option.ENABLED, enabled)

    def _set(self, view: View, enabled: bool) -> None:
        view.switch(enabled, self._running.outlet)
        self._running.renew_intervals()
        self._tell(view)

    def _tell(self, view: View) -> None:
        until = self._told[view.name] = self._snoozes.until(view.name)
        self._running.show_snooze(view.name, until)
