"""The history as a sink: the node's events, on its own disk."""

from edgeclassify.publish.history.desk import HistoryDesk
from edgeclassify.publish.history.linger import Linger
from edgeclassify.publish.history.sink import HistoryPlace, HistorySink

__all__ = ["HistoryDesk", "HistoryPlace", "HistorySink", "Linger"]
