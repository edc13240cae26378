"""The running daemon in figures: which there are (`figures`), and what is counted over time (`statistics`)."""

from edgeclassify.health.figures import Health
from edgeclassify.health.statistics import HealthMonitor

__all__ = ["Health", "HealthMonitor"]
