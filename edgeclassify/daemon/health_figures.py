"""The figures of `health`, gathered from the parts that count, also over reloads that replace those."""

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.daemon.publishing import MQTT
from edgeclassify.files import FolderCondition
from edgeclassify.health import Health, HealthMonitor, UpdateHealth
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.interface import BrokerProgress, SinkProgress, Spool

if TYPE_CHECKING:
    from edgeclassify.publish.snapshots import SnapshotTaker


@dataclass(frozen=True, slots=True)
class Governed:
    """What the governor does, by the names of the figures; None: there is none, or it does not know."""

    slowdown: float | None = None
    slowed_by: str | None = None
    one_thread: bool | None = None
    power_w: float | None = None
    battery_percent: float | None = None
    battery_volts: float | None = None


NOTHING = "nothing"
"""Said where a list of words is empty."""


class SinceStart:
    """A count since the daemon's start, of parts of which each that takes the place of another counts from 0."""

    def __init__(self) -> None:
        self._before = self._now = 0

    def count(self, now: int) -> int:
        """All that was counted; `now`: by the part that there is."""
        if now < self._now:
            self._before += self._now
        self._now = now
        return self._before + now


class HealthFigures:
    """What the parts have counted, as one record."""

    def __init__(
        self,
        health: HealthMonitor,
        cameras: Cameras,
        spool: Spool,
        progress: Callable[[], SinkProgress | None],
        broker: Callable[[], BrokerProgress | None] = lambda: None,
    ) -> None:
        """`progress`: of the webhook that there is, `broker`: of the broker; None: there is none."""
        self._health, self._cameras, self._spool = health, cameras, spool
        self._progress, self._broker = progress, broker
        self.governed = Governed()
        """What the governor has said last."""
        self.update: UpdateHealth | None = None
        """The newest update that is known; None: nobody looks for one."""
        self._webhook_dropped, self._connects, self._changes = SinceStart(), SinceStart(), SinceStart()
        self._snapshots: SnapshotTaker | None = None
        self._dropped_before = self._skipped_before = 0

    def count(self, snapshots: "SnapshotTaker | None") -> None:
        """Snapshots are taken by this one from now on (None: nobody); the one before it has ended."""
        if self._snapshots is not None:
            self._dropped_before += self._snapshots.dropped
            self._skipped_before += self._snapshots.skipped
        self._snapshots = snapshots

    def report(self) -> Health:
        """All of them, now."""
        spool, cameras, snapshots = self._spool, self._cameras, self._snapshots
        counts = cameras.counts
        webhook, broker = self._progress(), self._broker()
        governed = {one.name: getattr(self.governed, one.name) for one in fields(Governed)}
        return self._health.report(
            **governed,
            update=self.update,
            cameras=cameras.health,
            dropped=counts.dropped,
            restarts=counts.restarts,
            spool_depth=spool.reader(MQTT).depth,  # what only another sink lacks has arrived
            spool_dropped=spool.dropped,
            spool_on_disk=spool.on_disk,
            state_folder=spool.folder_condition,
            skipped=counts.skipped,
            snapshots_dropped=self._dropped_before + (0 if snapshots is None else snapshots.dropped),
            snapshots_skipped=self._skipped_before + (0 if snapshots is None else snapshots.skipped),
            webhook_connected=None if webhook is None else webhook.connected,
            webhook_depth=None if webhook is None else webhook.depth,
            webhook_dropped=None if webhook is None else self._webhook_dropped.count(webhook.dropped),
            broker=None if broker is None else broker.server,
            broker_connects=None if broker is None else self._connects.count(broker.connects),
            broker_changes=None if broker is None else self._changes.count(broker.changes),
            broker_lacks=None if broker is None or broker.lacks is None else ", ".join(broker.lacks) or NOTHING,
        )

    @property
    def server(self) -> str | None:
        """The server of the broker that the node is connected to; None: none, or there is no broker."""
        broker = self._broker()
        return None if broker is None else broker.server

    @property
    def in_short(self) -> str:
        """For people, on one line."""
        states = ", ".join(f"{one.name} {one.state}" for one in self._cameras.health)
        condition = self._spool.folder_condition
        folder = "" if condition in (None, FolderCondition.OK) else f"; state folder {condition}"
        return f"{self._health.frames} frames; cameras: {states}{folder}"
