"""What is to be measured: one model in one runtime with so many threads."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgeclassify.types import ModelChoice

PREFIX = "edgeclassify-bench"
"""Of the topics at a broker."""

_WITH_AN_END = ("images:", "video:")
"""Sources that are begun again, until the measurement is done."""


@dataclass(frozen=True, slots=True)
class BrokerOrder:
    """A broker that gets what is published; its password, if any, is in EDGECLASSIFY_MQTT_PASSWORD."""

    host: str
    port: int = 1883
    username: str | None = None


@dataclass(frozen=True, slots=True)
class BenchOrder:
    """`seconds`: of frames that are timed. `source`: of frames, as in the config; None: they lie in memory.
    `broker`: None: what is published waits in the sink."""

    model: ModelChoice
    seconds: float = 5.0
    source: str | None = None
    broker: BrokerOrder | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"model": self.model.plain()}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "BenchOrder":
        """What `to_json` has written."""
        broker = document["broker"]
        made = {
            "model": ModelChoice.of_plain(document["model"]),
            "broker": None if broker is None else BrokerOrder(**broker),
        }
        return cls(**document | made)

    def config_document(self, state: Path, node: str) -> dict[str, Any]:
        """The config that is measured: one camera, one view, every default. `state`: its state folder."""
        model = self.model.plain() | {"delegate_options": dict(self.model.delegate_options)}
        mqtt: dict[str, Any] = {"prefix": PREFIX}
        if self.broker is not None:
            mqtt |= {key: value for key, value in asdict(self.broker).items() if value is not None}
        camera: dict[str, Any] = {"name": "bench", "source": self.source or "synthetic:", "interval_s": 0}
        if camera["source"].startswith(_WITH_AN_END):
            camera["loop"] = True
        return {
            "node": {"name": node, "state_dir": str(state), "trust_clock": True},
            "mqtt": mqtt,
            "model": {key: value for key, value in model.items() if value not in (None, {})},
            "camera": [camera],
            "view": [{"name": "bench"}],
            "home_assistant": {"discovery": False},
            "commands": {"enabled": False},
            "history": {"enabled": False},
        }


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
