"""What counts as a picture in the dark, of which a model has to know some to be of use by night."""

from datetime import datetime, tzinfo

DARK = 0.22
"""Brightness below which a picture is in the dark, whenever it was taken: of a day, or a lit room, it is 0.3."""
_NIGHT_FROM, _NIGHT_TO = 22, 5
"""Hours in which it is night nearly all year. A camera with lamps of its own, or a long exposure, shows the night
as bright as a day: only the clock tells."""


def is_dark(brightness: float, at: float | None = None, zone: tzinfo | None = None) -> bool:
    """True for a picture of this brightness (0-1) that a camera has taken then.

    `at`: seconds since the epoch, None: not known, or no camera's. `zone`: None: that of this machine.
    """
    if brightness < DARK:
        return True
    if at is None:
        return False
    hour = datetime.fromtimestamp(at, zone).hour
    return hour >= _NIGHT_FROM or hour < _NIGHT_TO
