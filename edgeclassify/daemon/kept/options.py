"""What was set of the views over MQTT, kept over a restart of the daemon."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgeclassify.config import ViewConfig
from edgeclassify.files import StateFile, StateFileTexts
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pipeline.view import View
from edgeclassify.types import Option, OptionValue
from edgeclassify.types.limits import MAX_VIEW_INTERVAL_S

log = logging.getLogger(__name__)

MAX_VIEWS = 256
"""Views that are remembered; of more the one that was set longest ago is forgotten."""
_CONFIG_HOLDS = "The views run as the config says."
_TEXTS = StateFileTexts(
    unread=_CONFIG_HOLDS,
    damaged="expected what was set over MQTT, found {size} damaged bytes: {aside}. " + _CONFIG_HOLDS,
    unwritten="What is set over MQTT is lost with a restart. Make room, or make the folder writable.",
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A value that was set, and what the config said at that time."""

    value: OptionValue
    configured: OptionValue


_Views = dict[str, dict[Option, _Kept]]


class OptionStore:
    """Options per view, in a JSON file that is replaced as a whole. Used by the daemon's thread alone.

    `path` None: in memory only. A file that can't be read is reported, a damaged one set aside too: then the
    config holds. A file that can't be written is said once, and the options are kept in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = StateFile(path, _views_in, _TEXTS)
        self._views = self._file.read() or {}

    def overrides(self, view: ViewConfig, interval_s: float) -> dict[Option, OptionValue]:
        """What lies over the config of a view; `interval_s`: what the config says of its interval.

        The config's newer word wins: a value that was set while the config said something else is left out.
        """
        kept, configured = self._views.get(view.name, {}), _configured(view, interval_s)
        return {option: one.value for option, one in kept.items() if one.configured == configured[option]}

    def forget_stale(self, view: ViewConfig, interval_s: float, others: Sequence[ViewConfig] = ()) -> None:
        """This config holds from now on: forget what was set while it said something else.

        `others`: what it says of the view while other profiles are on.
        """
        kept, configured = self._views.get(view.name, {}), _configured(view, interval_s)
        said = [configured, *(_configured(other, interval_s) for other in others)]
        stale = [
            option for option, one in kept.items() if all(one.configured != any_of[option] for any_of in said)
        ]
        for option in stale:
            log.info(
                "view %s: %s %s, set over MQTT, is forgotten: the config has changed from %s to %s",
                view.name, option, kept[option].value, kept[option].configured, configured[option],
                extra={"view": view.name},
            )  # fmt: skip
            del kept[option]
        if stale:
            self._store()

    def set(self, view: str, option: Option, value: OptionValue, configured: OptionValue) -> None:
        """Keep a value; `configured`: what the config says now. Its own value needs no keeping."""
        kept = self._views.pop(view, {})
        kept.pop(option, None)
        if value != configured:
            kept[option] = _Kept(value, configured)
        if kept:
            self._views[view] = kept  # at the end: the views stand in the order in which they were set
        while len(self._views) > MAX_VIEWS:
            del self._views[next(iter(self._views))]
        self._store()

    def _store(self) -> None:
        views = {
            view: {str(option): {"value": one.value, "configured": one.configured} for option, one in kept.items()}
            for view, kept in self._views.items()
        }
        self._file.write({"views": views})


def value_of(view: View, option: Option) -> OptionValue:
    """What an option of a view is set to now."""
    if option is Option.ENABLED:
        return view.enabled
    return view.rules.threshold_enter if option is Option.THRESHOLD else view.rules.pace.interval_s


def _configured(view: ViewConfig, interval_s: float) -> dict[Option, OptionValue]:
    return {Option.ENABLED: view.enabled, Option.THRESHOLD: view.threshold_enter, Option.INTERVAL: interval_s}


def _views_in(document: Any) -> _Views:
    """What the file says. Raises one of several errors where it is damaged."""
    return {
        view: {
            Option(name): _Kept(_checked(Option(name), one["value"]), _checked(Option(name), one["configured"]))
            for name, one in kept.items()
        }
        for view, kept in document["views"].items()
    }


def _checked(option: Option, value: Any) -> OptionValue:
    if isinstance(value, bool) is not (option is Option.ENABLED) or not isinstance(value, int | float):
        raise TypeError
    if option is Option.ENABLED:
        return bool(value)
    if not 0 <= value <= (1.0 if option is Option.THRESHOLD else MAX_VIEW_INTERVAL_S):
        raise ValueError
    return float(value)
