"""Whether the node is well, in one word: for monitors that ask for no more."""

from enum import StrEnum

from edgeclassify.health import Health
from edgeclassify.web.interface import NodeFacts
from edgeclassify.web.live.latest import Latest


class Wellness(StrEnum):
    """How the node is."""

    OK = "ok"
    DEGRADED = "degraded"  # some of it: a view gets no frames, or its picture can't be trusted
    DOWN = "down"  # views are watched, and none of them gets frames


def wellness(facts: NodeFacts, latest: Latest) -> Wellness:
    """By what was told last. Views that rest count for nothing."""
    watched = [view.name for view in facts.views if view.enabled]
    online = [view for view in watched if latest.online.get(view, False)]
    if watched and not online:
        return Wellness.DOWN
    suspect = any(view in latest.conditions and latest.conditions[view].problems for view in watched)
    if len(online) < len(watched) or suspect or (latest.health is not None and _ails(latest.health)):
        return Wellness.DEGRADED
    return Wellness.OK


def _ails(health: Health) -> bool:
    lost = any(camera.error is not None for camera in health.cameras)
    return lost or bool(health.throttled) or health.webhook_connected is False
