"""The checks of the cameras' pictures: made of the config, with what is known of the pictures of before."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from edgeclassify.config import CameraConfig, Config
from edgeclassify.daemon.assembly.parts import Parts, PlannedChecks
from edgeclassify.daemon.assembly.sources import zoom_of

if TYPE_CHECKING:  # where no camera is checked, what does it is not imported
    from edgeclassify.scene.checks.reference import Reference

KnownPicture = Callable[[str, str], "Reference | None"]
"""Given a camera's name and how its picture is taken: what it usually shows, None where that is not known."""


def nothing_known(camera: str, taken_by: str) -> "Reference | None":
    """Of no camera anything is known."""
    return None


def plan_checks(config: Config, before: Parts, known: KnownPicture) -> tuple[PlannedChecks, ...]:
    """One for each camera that is checked. One whose section is as it was goes on."""
    return tuple(_plan(config, camera, before, known) for camera in config.camera if camera.problems_looked_for)


def _plan(config: Config, camera: CameraConfig, before: Parts, known: KnownPicture) -> PlannedChecks:
    taken_by, made_from = _taken_by(config, camera), _made_from(camera)
    former = next((one for one in before.checks if one.camera == camera.name), None)
    reference = None
    if former is None:
        reference = known(camera.name, taken_by)
    elif former.taken_by == taken_by:
        if former.made_from == made_from:
            return former
        reference = former.checks.reference
    from edgeclassify.scene.checks.picture_checks import PictureChecks

    checks = PictureChecks(
        camera.name,
        camera.problems_looked_for,
        realign_limit=camera.realign_limit if camera.realign else None,
        known=reference,
    )
    return PlannedChecks(camera.name, checks, taken_by, made_from)


def _made_from(camera: CameraConfig) -> object:
    return (camera.problems_looked_for, camera.realign, camera.realign_limit)


def _taken_by(config: Config, camera: CameraConfig) -> str:
    """A digest of all that decides which part of the world a camera's picture shows: a URL may hold a password."""
    decides = (camera.source, camera.rotation, camera.hflip, camera.vflip, zoom_of(config, camera))
    return hashlib.sha256(repr(decides).encode("utf-8", "surrogatepass")).hexdigest()[:16]
