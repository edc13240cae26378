"""What the views' deciders got in the last hours, while a page is served: to be decided on again."""

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.parts import Parts
from edgeclassify.recording.recent.recent_inputs import RecentInputs
from edgeclassify.recording.running.tap import TappedDecider


class Memory:
    """Used by the daemon's thread; `inputs` by any."""

    def __init__(self) -> None:
        self.inputs = RecentInputs(decider_of)
        self._heard: dict[str, TappedDecider] = {}

    def work(self, parts: Parts) -> None:
        """Called again and again: hear of each view, also of one that a reload has made, and pack what is full."""
        for view in parts.views:
            tap = parts.taps[view.name]
            if self._heard.get(view.name) is not tap.decider:
                self._silence(view.name)
                tap.decider.remember(self.inputs.listener(tap.facts, (view.camera, view.region)))
                self._heard[view.name] = tap.decider
        if gone := [name for name in self._heard if name not in parts.taps]:
            for name in gone:
                self._silence(name)
            self.inputs.forget_others(list(parts.taps))
        self.inputs.pack()

    def end(self) -> None:
        """Hear of nothing any more; what was heard is gone."""
        for name in list(self._heard):
            self._silence(name)
        self.inputs.forget_others(())

    def _silence(self, name: str) -> None:
        decider = self._heard.pop(name, None)
        if decider is not None:
            decider.remember(None)
