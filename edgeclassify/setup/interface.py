"""What is asked, what was found of an answer, and what was said on the command line."""

from dataclasses import field
from enum import StrEnum
from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass


class Subject(StrEnum):
    """What is asked about, in this order; each is a word of the command line too."""

    NODE = "node"
    BROKER = "broker"
    CAMERA = "camera"
    MODEL = "model"
    HOME_ASSISTANT = "home-assistant"
    PAGE = "page"


class PageReach(StrEnum):
    """Whether there is a page, and who reaches it."""

    OFF = "off"
    HERE = "here"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Given:
    """Answers of the command line; None: to be asked, or as it is.

    `broker`: HOST, HOST:PORT, mqtt://…, mqtts://… or none. `password`: one that is kept beside the config;
    `password_file`: one that stays where it is. `camera_name`: which camera, or what a new one is called.
    """

    node: str | None = None
    broker: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    password_file: Path | None = None
    tls: bool | None = None
    ca: Path | None = None
    camera: str | None = None
    camera_name: str | None = None
    model: str | None = None
    home_assistant: bool | None = None
    page: PageReach | None = None
    page_password: str | None = field(default=None, repr=False)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What they are about."""
        said = {
            Subject.NODE: (self.node,),
            Subject.BROKER: (
                self.broker,
                self.username,
                self.password,
                self.password_file,
                self.tls,
                self.ca,
            ),
            Subject.CAMERA: (self.camera, self.camera_name),
            Subject.MODEL: (self.model,),
            Subject.HOME_ASSISTANT: (self.home_assistant,),
            Subject.PAGE: (self.page, self.page_password),
        }
        return tuple(subject for subject, answers in said.items() if any(one is not None for one in answers))


NOTHING_GIVEN = Given()
