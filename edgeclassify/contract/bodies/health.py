"""The figures of the running daemon and of its cameras, as bodies: their fields are those of the records."""

from dataclasses import MISSING, asdict, fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_type_hints

from edgeclassify import health
from edgeclassify.contract.bodies.base import Body, Level, Time, Versioned, about
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.files import FolderCondition
from edgeclassify.health.figures import FIGURES
from edgeclassify.late_model import create_model
from edgeclassify.types import CameraState, UpdateState


class _OfCamera(Body):
    """Figures of one camera."""

    @classmethod
    def of(cls, camera: health.CameraHealth) -> Self:
        """From the record."""
        return cls.made(**asdict(camera))


class _OfUpdate(Body):
    """The newest update that a node knows."""

    keeps_null: ClassVar[bool] = True

    @classmethod
    def of(cls, update: health.UpdateHealth) -> Self:
        """From the record."""
        return cls.made(**asdict(update))


class _OfHealth(Body):
    """Figures of the running daemon; null where the machine can't tell."""

    keeps_null: ClassVar[bool] = True

    @classmethod
    def of(cls, figures: health.Health) -> Self:
        """From the record. Raises PublishError for a time that is no date."""
        values = {name: getattr(figures, name) for name in FIGURES}
        cameras = [CameraFigures.of(camera) for camera in figures.cameras]
        update = None if figures.update is None else UpdateFigures.of(figures.update)
        return cls.made(**values | {"ts": rfc3339(figures.ts), "cameras": cameras, "update": update})


def _fields(record: type, **other: Any) -> dict[str, Any]:
    """The record's fields with their descriptions, in pydantic's words; `other`: what a body has otherwise."""
    hints = get_type_hints(record, include_extras=True) | other
    found = {}
    for one in fields(record):
        optional = {} if one.default is MISSING or one.name == "cameras" else {"default": one.default}
        found[one.name] = (hints[one.name], about(one.metadata["figure"].text, **optional))
    return found


if TYPE_CHECKING:

    class CameraFigures(_OfCamera):
        """Figures of one camera."""

    class UpdateFigures(_OfUpdate):
        """The newest update that a node knows."""

    class Figures(_OfHealth):
        """Figures of the running daemon; null where the machine can't tell."""
else:
    _STATES = Literal[tuple(state.value for state in CameraState)]
    _CONDITIONS = Literal[tuple(one.value for one in FolderCondition)] | None
    _UPDATE_STATES = Literal[tuple(one.value for one in UpdateState)]
    CameraFigures = create_model(
        "CameraFigures",
        __base__=_OfCamera,
        **_fields(health.CameraHealth, name=Level, state=_STATES),
    )
    UpdateFigures = create_model(
        "UpdateFigures",
        __base__=_OfUpdate,
        **_fields(health.UpdateHealth, state=_UPDATE_STATES),
    )
    Figures = create_model(
        "Figures",
        __base__=_OfHealth,
        **_fields(
            health.Health,
            ts=Time,
            cameras=list[CameraFigures],
            state_folder=_CONDITIONS,
            update=UpdateFigures | None,
        ),
    )


class Health(Figures, Versioned):
    """Figures of the running daemon; null where the machine can't tell."""
