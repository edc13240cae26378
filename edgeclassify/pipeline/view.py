"""A view: what is watched, whether and how often, and what follows from what is seen there.

A view is used from several threads: the inference thread shows it frames, the daemon's thread switches it, a
capture thread says that its camera is lost. Its lock is inside: who calls it gets a whole step, and it is told.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from edgeclassify.errors import ConfigError
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.pipeline.frame_waiters import FrameWaiters
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.pace import FramePace
from edgeclassify.pipeline.settling import Settling
from edgeclassify.postprocess.interface import Decider, Rules, Step
from edgeclassify.types import (
    PLAIN_SURROUNDINGS,
    Frame,
    Moment,
    OpenOccurrence,
    Prediction,
    Reason,
    Roi,
    Surroundings,
    ViewState,
)


class View:
    """What is watched: a camera's region, the classifier that looks at it, its decider, and whether and how often.

    Thread-safe, apart from `wants`, `would_want`, `seen` and `is_settled`, which belong to the inference thread.
    Whole, since its lock holds together what is decided and what is told of it.
    """

    def __init__(
        self,
        *,
        name: str,
        camera: str,
        region: Roi,
        classifier: ImageClassifier,
        decider: Decider,
        enabled: bool = True,
    ) -> None:
        self.name, self.camera, self.region = name, camera, region
        self.classifier = classifier
        self.enabled = enabled
        self.snapshots = True
        """True while pictures may be taken of its events."""
        self.waiters = FrameWaiters()
        """Those who wait for what the next frame shows, also while the view is switched off."""
        self._pace = FramePace()
        self._settling = Settling()
        self._decider = decider
        self._rules = decider.rules
        self._lock = threading.Lock()
        """Held while the decider is used."""

    def successor(self, *, region: Roi, rules: Rules, enabled: bool, classifier: ImageClassifier) -> "View":
        """The same view in other surroundings (after a reload): what is in it stays. `classifier`: with the labels
        of the one before.

        The two share the decider and its lock, and each decides by its own rules. So a successor may be made while
        this view still watches, and dropped again where the reload is refused.
        """
        heir = View(
            name=self.name,
            camera=self.camera,
            region=region,
            classifier=classifier,
            decider=self._decider,
            enabled=enabled,
        )
        heir._rules, heir._lock = rules, self._lock
        return heir

    def continues(self, other: "View") -> bool:
        """True where what is in the other view stays in this one."""
        return self._decider is other._decider

    # --- rules, and which frames ------------------------------------------------------------------------

    @property
    def rules(self) -> Rules:
        """What it decides by."""
        return self._rules

    def adopt(self, change: Callable[[Rules], Rules]) -> None:
        """Decide by changed rules from the next frame on; what is in it stays.

        Raises ConfigError, and goes on by the ones before, where the new ones can't hold.
        """
        with self._lock:
            try:
                rules = change(self._rules)
                self._decider.adopt(rules)
            except ConfigError as error:
                raise ConfigError(f"view {self.name}: {error}") from None
            self._rules = rules

    def renew(self) -> None:
        """Another head has given the scores of its predecessor: they count no more; what is in it stays."""
        with self._lock:
            self._deciding.renew()

    def wants(self, frame: Frame) -> bool:
        """True where this frame is to be classified."""
        return bool(self.waiters) or (self.enabled and self._pace.is_due(frame, self._rules.pace.apart_s))

    def would_want(self, frame: Frame, unfinished: Sequence[Frame]) -> bool | None:
        """The same while its turns at other frames are not finished; None: that depends on what comes of them."""
        if not unfinished:
            return self.wants(frame)
        if self.waiters:  # the first of those may be what somebody waits for
            return None
        interval_s = self._rules.pace.apart_s
        due = self.enabled and self._pace.is_due(frame, interval_s)
        due_after = self.enabled and self._pace.is_due_after(unfinished, frame, interval_s)
        return due if due == due_after else None

    def seen(self, frame: Frame) -> None:
        """This frame was looked at: classified, or passed over since nothing has moved in it."""
        self._pace.seen(frame, self._rules.pace.apart_s)

    @property
    def is_settled(self) -> bool:
        """True where what it shows agrees with what it saw last, and no more frames are needed to decide."""
        with self._lock:
            return self._settling.is_settled(self._decider.told)

    # --- what follows ----------------------------------------------------------------------------------

    def see(
        self, prediction: Prediction, outlet: Outlet, surroundings: Surroundings = PLAIN_SURROUNDINGS
    ) -> Step | None:
        """Decide, and tell what follows; None where nothing does, since the view is switched off."""
        with self._lock:
            self._settling.note(prediction)
            # Asked again under the lock: it may have been switched off while the model was at work.
            return outlet.tell(self._deciding.see(prediction, surroundings)) if self.enabled else None

    def still(self, now: Moment, outlet: Outlet, surroundings: Surroundings) -> Step | None:
        """A frame came in which nothing has moved, and was not classified: tell what follows; as of `see`."""
        with self._lock:
            return outlet.tell(self._deciding.still(now, surroundings)) if self.enabled else None

    def look(self, prediction: Prediction) -> ViewState:
        """What a prediction shows, without taking it into account."""
        with self._lock:
            return self._deciding.look(prediction)

    def pass_time(self, now: Moment, outlet: Outlet) -> None:
        """No frame has come for it until now. Where a day has begun since, its state says so."""
        with self._lock:
            turns = outlet.tallies.turns(self.name, now.at)
            told = outlet.tell(self._deciding.pass_time(now)).state if self.enabled else None
            if turns and told is None and (shown := self._decider.told) is not None:
                outlet.tell_again(shown, now.at)

    def lose(self, now: Moment, outlet: Outlet, reason: Reason = Reason.NO_FRAMES) -> None:
        """Nothing is known of it until the next frame: its camera gives none."""
        with self._lock:
            outlet.tell(self._deciding.gap(now, reason))

    def switch(self, enabled: bool, outlet: Outlet) -> None:
        """Watch it or let it rest; what is in a view that is switched off ends."""
        with self._lock:
            if self.enabled and not enabled:
                outlet.tell(self._deciding.end(Moment.now(), Reason.PAUSED))
            self.enabled = enabled

    def end(self, reason: Reason, outlet: Outlet, *, shown: bool = True) -> None:
        """It is no longer watched, or rests: end what is in it, so that every start has its end.

        `shown`: there will still be something to see under its name, and until then it is unknown.
        """
        with self._lock:
            step = self._deciding.end(Moment.now(), reason)
            outlet.tell(step if shown else replace(step, state=None))

    def tell_again(self, outlet: Outlet) -> None:
        """To a sink that is new: what was told last."""
        with self._lock:
            if (told := self._decider.told) is not None:
                outlet.tell_again(told)

    # --- what lasts over a restart -----------------------------------------------------------------------

    def resume(self, kept: OpenOccurrence, now: Moment) -> bool:
        """At the start: this was in it before the restart. False where the model has no such label."""
        with self._lock:
            return self._decider.resume(kept, now)

    def open(self, now: Moment) -> OpenOccurrence | None:
        """What is in it, to be kept over a restart; None: nothing."""
        with self._lock:
            return self._decider.open(now)

    @property
    def _deciding(self) -> Decider:
        """The decider by this view's rules, under the lock: a predecessor or successor may have used it last."""
        if self._decider.rules is not self._rules:
            self._decider.adopt(self._rules)
        return self._decider
