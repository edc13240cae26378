"""The figures of the running daemon, as a body: its fields are those of the record."""

from dataclasses import MISSING, asdict, fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_type_hints

from pydantic import create_model

from edgeclassify import health, types
from edgeclassify.contract.bodies.base import Amount, Body, Count, Level, Time, Versioned, about
from edgeclassify.contract.encoding import rfc3339
from edgeclassify.health.figures import FIGURES


class CameraFigures(Body):
    """Figures of one camera."""

    name: Level = about("Name of the camera.")
    state: Literal["starting", "running", "resting", "restarting", "finished", "failed"] = about(
        "running: it delivers; resting: stopped between two stills; restarting: lost, and being brought back; "
        "failed: given up for now."
    )
    frame_age_s: Amount | None = about("Seconds since its newest frame.")
    frames: Count = about("Frames handed over since start.")
    dropped: Count = about("Of these: overwritten by a newer one before inference took them.")
    skipped: Count = about("Pictures left out since they can't be decoded, since start.", default=0)
    copied: Count = about("Of these: copied out of the camera's buffer in place of lent.")
    stalls: Count = about("Times that no new frame came in time, since start.")
    freezes: Count = about("Times that the same picture came for too long, since start.")
    restarts: Count = about("Stream stopped and started, since start.")
    reopens: Count = about("Closed and opened again, since start.")
    fresh_processes: Count = about("Daemons that ended to get it back, in vain so far.")
    profile: Literal["day", "night"] = about("Which of its settings are in use.")
    error: str | None = about("Why it is lost; null while it works.")

    @classmethod
    def of(cls, camera: types.CameraHealth) -> Self:
        """From the record."""
        return cls.made(**asdict(camera))


class _OfHealth(Body):
    """Figures of the running daemon; null where the machine can't tell."""

    keeps_null: ClassVar[bool] = True

    @classmethod
    def of(cls, figures: health.Health) -> Self:
        """From the record. Raises PublishError for a time that is no date."""
        values = {name: getattr(figures, name) for name in FIGURES}
        cameras = [CameraFigures.of(camera) for camera in figures.cameras]
        return cls.made(**values | {"ts": rfc3339(figures.ts), "cameras": cameras})


def _fields() -> dict[str, Any]:
    """The record's fields with their descriptions, in pydantic's words."""
    hints = get_type_hints(health.Health, include_extras=True)
    hints |= {"ts": Time, "cameras": list[CameraFigures]}
    found = {}
    for one in fields(health.Health):
        optional = {} if one.default is MISSING or one.name == "cameras" else {"default": one.default}
        found[one.name] = (hints[one.name], about(FIGURES[one.name].text, **optional))
    return found


if TYPE_CHECKING:

    class Figures(_OfHealth):
        """Figures of the running daemon; null where the machine can't tell."""
else:
    Figures = create_model("Figures", __base__=_OfHealth, __doc__=_OfHealth.__doc__, **_fields())


class Health(Figures, Versioned):
    """Figures of the running daemon; null where the machine can't tell."""
