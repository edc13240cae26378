"""What a node sends, as classes: one per payload of the MQTT contract, version 1; channels.py has the topics.

What a node itself writes none of, by a class, is imported when it is asked for; that raises ReplacedFilesError
where its file has gone meanwhile.
"""

from typing import TYPE_CHECKING, Any

from edgeclassify.contract.bodies.base import Body, Versioned
from edgeclassify.contract.bodies.decisions import LabelScore
from edgeclassify.contract.bodies.event import Event, HistoricalEvent, Why
from edgeclassify.contract.bodies.health import CameraFigures, Figures, Health
from edgeclassify.contract.bodies.node import Info, Model
from edgeclassify.contract.bodies.problems import Problems
from edgeclassify.contract.bodies.snooze import Snooze
from edgeclassify.contract.bodies.view import IndexedScore, Result, State
from edgeclassify.replaced_files import late_name

if TYPE_CHECKING:
    from edgeclassify.contract.bodies.discovery import Discovery
    from edgeclassify.contract.bodies.posted_event import PostedEvent
    from edgeclassify.contract.bodies.texts import (
        ChosenProfileText,
        Presence,
        ProbeText,
        ProfileText,
        ScoreText,
        SecondsText,
        Showing,
        Switch,
    )

__all__ = [
    "Body",
    "CameraFigures",
    "ChosenProfileText",
    "Discovery",
    "Event",
    "Figures",
    "Health",
    "HistoricalEvent",
    "IndexedScore",
    "Info",
    "LabelScore",
    "Model",
    "PostedEvent",
    "Presence",
    "ProbeText",
    "Problems",
    "ProfileText",
    "Result",
    "ScoreText",
    "SecondsText",
    "Showing",
    "Snooze",
    "State",
    "Switch",
    "Versioned",
    "Why",
]


def __getattr__(name: str) -> Any:
    return late_name(__name__, name, __all__, ("texts", "discovery", "posted_event"))
