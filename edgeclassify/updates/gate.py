"""The health gate: whether a node does as well with an update as it did before."""

from edgeclassify.updates.interface import Baseline, GateRules, Sample

SLOWER, SLOWER_BY_MS = 3.0, 50.0
"""What inference may take, of what it took before, where the manifest says nothing of it."""


class HealthGate:
    """Is shown a sample again and again. `now` of its methods: monotonic seconds; it begins with the first."""

    def __init__(self, rules: GateRules, before: Baseline) -> None:
        self._rules, self._before = rules, before
        self._begun: float | None = None
        self._well: dict[str, float] = {}
        """When each thing that has to be well was so last."""
        self._frames = -1

    @property
    def most_inference_ms(self) -> float | None:
        """The bound that holds; None: there is none, since nothing was classified before."""
        if self._rules.most_inference_ms is not None:
            return self._rules.most_inference_ms
        before = self._before.inference_ms
        return None if before is None else before * SLOWER + SLOWER_BY_MS

    def see(self, sample: Sample, now: float) -> str | None:
        """Why the update is to be undone; None: there is no reason yet."""
        if self._begun is None:
            self._begun, self._frames = now, sample.frames
        views = dict(sample.views)
        for view in self._before.online:
            if view in views and self._is_long_ill(f"view {view}", views[view], now):
                return f"view {view} was online before, and is offline for {self._rules.most_offline_s:g} s"
        if self._before.connected and self._is_long_ill("broker", sample.connected is not False, now):
            return f"the broker was connected before, and is not for {self._rules.most_offline_s:g} s"
        grows = sample.frames != self._frames or sample.silence_s is None or not self._before.online
        self._frames = sample.frames
        most_s = max(self._rules.most_offline_s, sample.silence_s or 0.0)
        if self._is_long_ill("frames", grows, now, most_s):
            return f"no frame was classified for {most_s:g} s"
        return None

    def _is_long_ill(self, what: str, is_well: bool, now: float, most_s: float | None = None) -> bool:
        if is_well:
            self._well[what] = now
        return now - self._well.setdefault(what, now) > (self._rules.most_offline_s if most_s is None else most_s)

    def is_over(self, now: float) -> bool:
        """True where it was watched for long enough."""
        return self._begun is not None and now - self._begun >= self._rules.seconds

    def verdict(self, sample: Sample) -> str | None:
        """At the end: why it is to be undone; None: it is kept."""
        views = dict(sample.views)
        offline = [view for view in self._before.online if views.get(view) is False]
        if offline:
            return f"view {offline[0]} was online before, and is offline at the end"
        if self._before.connected and sample.connected is False:
            return "the broker was connected before, and is not at the end"
        most = self.most_inference_ms
        if most is not None and sample.inference_ms is not None and sample.inference_ms > most:
            return f"inference takes {sample.inference_ms:.1f} ms, and may take {most:.1f}"
        return None
