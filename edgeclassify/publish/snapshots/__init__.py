"""Snapshots: the frame that made an event, as JPEG with its labels drawn, to MQTT and to disk."""

from edgeclassify.publish.snapshots.interface import Snapshot
from edgeclassify.publish.snapshots.taker import SnapshotTaker

__all__ = ["Snapshot", "SnapshotTaker"]
