"""What a node has to say and has not been able to yet: filled from any thread, emptied by the delivery thread.

Kinds, each with its own rule: the newest value of every retained topic, the newest raw result of every view,
answers to requests, and (in the spool) events.
"""

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Lock

from edgeclassify.contract import outgoing
from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.outgoing import Message
from edgeclassify.errors import PublishError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.interface import SpoolReader
from edgeclassify.publish.mqtt.replies import Replies
from edgeclassify.publish.mqtt.retained import Rank, RetainedValues
from edgeclassify.types import Prediction, Response, ViewState


@dataclass(frozen=True, slots=True)
class _Shown:
    """A view's newest state, and when (monotonic seconds) one was last sent."""

    state: ViewState
    sent_at: float


class Outbox:
    """Thread-safe. `results_interval_s`: at least so long between two results of one view.

    `clock`: monotonic seconds.
    """

    def __init__(
        self,
        layout: Layout,
        spool: SpoolReader,
        *,
        results_interval_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.layout, self.spool = layout, spool
        self.retained = RetainedValues()
        self.replies = Replies()
        self._results_interval_s, self._clock = results_interval_s, clock
        self._lock = Lock()
        self._states: dict[str, _Shown] = {}
        self._renewed = set[str]()
        self._results: dict[str, Message] = {}
        self._result_due: dict[str, float] = {}

    def begin(self) -> None:
        """Whatever the broker keeps of an earlier run: before a view's first decision nobody can tell."""
        self._put_unknown(view for view in self.layout.views if view.name not in self._states)

    def _put_unknown(self, views: Iterable[ViewLayout]) -> None:
        for view in views:
            unknown = outgoing.unknown_label_messages(self.layout.topics, view.name, view.slugs)
            self.retained.put_all(Rank.LABEL, unknown)

    def adopt(self, other: "Outbox") -> None:
        """Take over the layout and what waits of another one. What is known of views that look otherwise there, or
        are gone, is forgotten: their next state is a change.
        """
        with self._lock:
            kept = set(self.layout.views) & set(other.layout.views)
            self.layout = other.layout
            for known in (self._states, self._results, self._result_due):
                for view in known.keys() - {view.name for view in kept}:
                    del known[view]
        self.retained.adopt(other.retained)
        self._put_unknown(view for view in self.layout.views if view not in kept)

    def renew_state(self, view: str) -> None:
        """The view's next state is a change, whatever it says."""
        with self._lock:
            self._renewed.add(view)

    def put_state(self, state: ViewState) -> bool:
        """Keep a view's state; True when it is a change, which goes out at once."""
        topics = self.layout.topics
        now = self._clock()
        # Under the lock until it is in the live values, or a heartbeat could put an older state after it.
        with self._lock:
            known = self._states.get(state.view)
            changed = known is None or not outgoing.same_situation(known.state, state)
            changed = changed or state.view in self._renewed
            self._renewed.discard(state.view)
            # The message itself is made only where it is sent: this runs for every frame.
            if changed:
                self.retained.put(Rank.STATE, outgoing.state_message(topics, state))
                labels = outgoing.label_messages(topics, state, self.layout.slugs(state.view))
                self.retained.put_changed(Rank.LABEL, labels)
            self._states[state.view] = _Shown(state, now if known is None or changed else known.sent_at)
        return changed

    def renew_states(self, *, older_than_s: float) -> None:
        """Queue the newest state of the views whose last message is so old."""
        now = self._clock()
        with self._lock:
            for view, shown in self._states.items():
                if now - shown.sent_at >= older_than_s:
                    self._states[view] = replace(shown, sent_at=now)
                    # A state that can't be said (a score that is no number) was reported when it was published.
                    with contextlib.suppress(PublishError):
                        self.retained.put(Rank.STATE, outgoing.state_message(self.layout.topics, shown.state))

    def announce(self) -> int:
        """Queue the newest value of every retained topic; returns how many those are."""
        self.renew_states(older_than_s=0.0)
        self.retained.renew()
        return self.retained.waiting

    def put_result(self, view: str, prediction: Prediction) -> bool:
        """Keep a result where one is due; True when it is to be sent."""
        now = self._clock()
        with self._lock:
            if now < self._result_due.get(view, 0.0):
                return False
            self._result_due[view] = now + self._results_interval_s
            self._results[view] = outgoing.result_message(self.layout.topics, view, prediction)
        return True

    def take_results(self) -> list[Message]:
        """The results that wait, which are then forgotten."""
        with self._lock:
            messages, self._results = list(self._results.values()), {}
        return messages

    def put_reply(self, response: Response) -> None:
        """Keep the answer; one whose data has no JSON form becomes an error that says so."""
        topics = self.layout.topics
        try:
            message = outgoing.response_message(topics, response)
        except PublishError as error:
            plain = Response(response.command, response.transaction, {}, f"no answer can be given: {error}")
            message = outgoing.response_message(topics, plain)
        self.replies.put(message)
