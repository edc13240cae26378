"""What questions are asked with: the terminal, what is nearby, pictures that were taken, the service that may hold
the camera."""

from collections.abc import Callable
from dataclasses import field
from functools import cached_property

from edgeclassify.config import CameraConfig
from edgeclassify.doctor.broker_trial import BrokerTrial
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.setup.nearby.interface import Nearby
from edgeclassify.setup.service_control import ServiceControl
from edgeclassify.setup.terminal.screen import Screen
from edgeclassify.setup.terminal.talk import Talk
from edgeclassify.types import Frame


@dataclass(frozen=True, slots=True)
class Trials:
    """How answers are tried. `broker`: of a config; `picture`: of a camera; raises SourceError."""

    broker: Callable[..., BrokerTrial]
    picture: Callable[[CameraConfig], Frame]
    look_around: Callable[[], Nearby]


@dataclass
class Around:
    """`tries` False: answers are taken as they are. Used by one thread."""

    talk: Talk
    service: ServiceControl
    trials: Trials
    tries: bool = True
    _pictures: dict[str, Frame] = field(default_factory=dict)

    @property
    def screen(self) -> Screen:
        """Where lines go."""
        return self.talk.screen

    @cached_property
    def nearby(self) -> Nearby:
        """What this network offers: looked for once."""
        self.screen.note("Looking for brokers in this network …")
        return self.trials.look_around()

    def picture(self, camera: CameraConfig) -> Frame:
        """One picture of it, taken once in this run. Raises SourceError."""
        if camera.source not in self._pictures:
            self.service.let_go_of(camera, self.talk)
            self._pictures[camera.source] = self.trials.picture(camera)
        return self._pictures[camera.source]

    def forget_pictures(self) -> None:
        """The next one is a new one."""
        self._pictures.clear()
