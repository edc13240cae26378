"""The running daemon in figures: which there are (`figures`, `cameras`), what is counted (`statistics`)."""

from edgeclassify.health.cameras import CameraHealth
from edgeclassify.health.figures import Health
from edgeclassify.health.statistics import HealthMonitor
from edgeclassify.health.updates import UpdateHealth

__all__ = ["CameraHealth", "Health", "HealthMonitor", "UpdateHealth"]
