"""What a node sends, as classes: one per payload of the MQTT contract, version 1; channels.py has the topics."""

from edgeclassify.contract.bodies.base import Body, Versioned
from edgeclassify.contract.bodies.decisions import LabelScore
from edgeclassify.contract.bodies.discovery import Discovery
from edgeclassify.contract.bodies.event import Event, HistoricalEvent, Why
from edgeclassify.contract.bodies.health import CameraFigures, Figures, Health
from edgeclassify.contract.bodies.node import Info, Model
from edgeclassify.contract.bodies.posted_event import PostedEvent
from edgeclassify.contract.bodies.problems import Problems
from edgeclassify.contract.bodies.snooze import Snooze
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
from edgeclassify.contract.bodies.view import IndexedScore, Result, State

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
