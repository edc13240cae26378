"""How long a watched folder waits for what."""

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class WatchTimes:
    """Seconds. An image that can't be decoded may still be half written, or lie on a drive in trouble."""

    poll_s: float = 1.0
    """How often the folder is looked through."""
    quiet_s: float = 1.0
    """A file that has not changed for so long may be whole."""
    grace_s: float = 30.0
    """After so long without a change one that can't be decoded counts as bad."""
    retry_s: float = 3.0
    """Between two tries to decode one."""
    unreadable_retry_s: float = 60.0
    """One that can't even be read lacks rights that somebody may give, or a drive that may come back."""
    failed_retry_s: tuple[float, ...] = (5.0, 60.0, 600.0)
    """An image that could not be classified is tried again after these times."""


USUAL = WatchTimes()
