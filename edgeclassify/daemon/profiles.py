"""Profiles, while the daemon runs: switched without a reload, what is in a view stays."""

from collections.abc import Callable
from dataclasses import replace

from edgeclassify.contract.refusals import choices, hint
from edgeclassify.daemon.assembly.views import rules_now
from edgeclassify.daemon.kept.options import OptionStore, value_of
from edgeclassify.daemon.kept.profile_choice import ProfileChoice
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.switches import Switches
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.postprocess.interface import Rules
from edgeclassify.types import Option
from edgeclassify.types.limits import NO_PROFILE


class Profiles:
    """Used by the daemon's thread. `options`: what was set over MQTT holds while the config, with the profile that
    is on, says the same of it as when it was set."""

    def __init__(
        self, running: RunningParts, options: OptionStore, choice: ProfileChoice, switches: Switches
    ) -> None:
        self._running, self._options, self._choice, self._switches = running, options, choice, switches

    def choose(self, name: str | None) -> tuple[str | None, float | None]:
        """By hand. Returns which is on then, and until when (seconds since the epoch; None: for good).

        Raises EdgeClassifyError for one that there is not.
        """
        known = self._running.parts.config.profile
        try:
            if name is not None and name not in known:
                names = (*known, NO_PROFILE)
                expected = f"expected one of {choices(names)}" if known else "the config has no profiles"
                raise EdgeClassifyError(f"profile: {expected}, found {name!r}{hint(name, names)}")
            self._choice.choose(name)
            self._apply()
        finally:
            # Also after a refusal: whoever asked may show what it asked for.
            self._running.show_profile()
        return self._choice.name, self._choice.until

    def work(self) -> None:
        """Called about once a second: what the times of the config say."""
        if self._choice.look():
            self._apply()
            self._running.show_profile()

    def take_up(self) -> None:
        """Before the views are watched: the times of another config may say something else."""
        self._apply()

    def _apply(self) -> None:
        before = self._running.parts
        if before.profile == self._choice.name:
            return
        after = self._running.parts = replace(before, profile=self._choice.name)
        config = after.settings
        for section, labels, view in zip(config.views(), after.labels_now, after.views, strict=True):
            rules = rules_now(config, section, labels, self._options)
            view.adopt(_in_place_of_others(rules))
            view.snapshots = config.takes_snapshots(view.name)
            if before.configured(view.name, Option.ENABLED) != section.enabled:
                self._switches.follow_config(view)
            for option in Option:
                self._running.show_option(view.name, option, value_of(view, option))
        self._running.renew_intervals()


def _in_place_of_others(rules: Rules) -> Callable[[Rules], Rules]:
    """These, whatever held before; no profile makes a node cooler."""
    return lambda before: rules.with_least(before.pace.least_s)
