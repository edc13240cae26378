"""When an image of which nothing came has its next turn, and when it is given up. Pure functions."""

from dataclasses import replace

from edgeclassify.sources.images.watched.wait_times import WatchTimes
from edgeclassify.sources.images.watched.waiting_images import Candidate


def after_bad_read(candidate: Candidate, now: float, times: WatchTimes, *, readable: bool) -> Candidate | None:
    """An image that could not be read or decoded at `now` (monotonic seconds), as it waits on; None: it is bad.

    Within the grace it may still be written to. After that one that can be read is bad; one that can't be (not
    `readable`) is to be said once, and is tried on.
    """
    since = now if candidate.failed_since is None else candidate.failed_since
    again = replace(candidate, failed_since=since, due=now + times.retry_s)
    if now - since < times.grace_s:
        return again
    return None if readable else replace(again, due=now + times.unreadable_retry_s, said=True)


def after_failure(candidate: Candidate, now: float, times: WatchTimes) -> Candidate | None:
    """An image that could not be classified, as it waits on; None: it was tried often enough."""
    if candidate.tries >= len(times.failed_retry_s):
        return None
    return replace(candidate, due=now + times.failed_retry_s[candidate.tries], tries=candidate.tries + 1)
