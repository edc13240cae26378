"""A source's whole life: opened, read, brought back when it is lost, closed."""

import logging

from edgeclassify.errors import SourceError
from edgeclassify.redaction import redacted_text
from edgeclassify.sources.capture.camera_state import FINAL
from edgeclassify.sources.capture.daynight import DayNight
from edgeclassify.sources.capture.driven_source import DrivenSource
from edgeclassify.sources.capture.file_reading import FileReading
from edgeclassify.sources.capture.freshness import FrozenError
from edgeclassify.sources.capture.ladder import NextAttempt, Rung
from edgeclassify.sources.capture.live_reading import LiveReading
from edgeclassify.sources.interface import StalledError

log = logging.getLogger(__name__)


class CaptureLoop:
    """What the capture thread does, from its start to its end.

    A SourceError, a stall and a frozen frame (see Freshness) lead up the restart ladder (see Ladder). At its end
    the state is FAILED and the camera's status holds the reason. What can't be mended fails at once. Whatever
    else escapes from a source is a fault of ours or a library's: logged with its traceback, then treated as a
    SourceError. Until it is stopped the loop goes on trying, quietly.
    """

    def __init__(
        self, driven: DrivenSource, reading: LiveReading | FileReading, daynight: DayNight | None
    ) -> None:
        self._driven, self._reading, self._daynight = driven, reading, daynight
        self._running = False
        self._unexpected = ""

    def run(self) -> None:
        """Until the source ends or the stop is asked for; at its end the source is closed."""
        driven, rung = self._driven, None
        try:
            while not driven.stop.is_set():
                error = self._session(rung)
                # After a stop nobody wants to hear of it: another thread may have the camera by now.
                if error is None or driven.stop.is_set():
                    return
                step = self._next_step(error)
                if step.rung is Rung.REOPEN:
                    self._close()
                if step.thorough:
                    with driven.call():
                        driven.source.renew()
                if driven.stop.wait(step.wait_s):
                    return
                rung = step.rung
        finally:
            self._close()

    def _session(self, rung: Rung | None) -> SourceError | None:
        """From a start of the source to its loss, which is returned; None: it came to its end, or to the stop."""
        source = self._driven.source
        self._running = False
        try:
            self._begin(rung)
            self._running = True
            self._reading.run()
        except SourceError as error:
            return _without_frames(error)
        except Exception as error:
            said, self._unexpected = self._unexpected, f"{type(error).__name__}: {redacted_text(str(error))}"
            if said != self._unexpected:  # each try of months may end like this
                log.exception(
                    "camera %s: unexpected error in %s",
                    source.camera,
                    source.describe(),
                    extra={"camera": source.camera},
                )
            return SourceError(f"{source.describe()}: {self._unexpected}")
        self._conclude()
        return None

    def _begin(self, rung: Rung | None) -> None:
        """Open the source, or only restart its stream."""
        driven, source = self._driven, self._driven.source
        driven.status.count(rung)
        if rung is Rung.RESTART:
            with driven.call():
                source.pause()
            with driven.call():
                source.resume()
            return
        with driven.call():
            source.open()
        if self._daynight is not None and self._daynight.night:
            with driven.call():
                source.use_night_profile(True)
        if source.waits:
            driven.is_back()

    def _conclude(self) -> None:
        driven = self._driven
        if driven.stop.is_set():
            return
        if driven.bad_image is not None and driven.captured == 0:
            driven.status.failed(driven.bad_image)
        else:
            driven.status.ended(driven.source.describe())

    def _next_step(self, error: SourceError) -> NextAttempt:
        """The source was lost: say so, and take a rung of the ladder."""
        driven, ladder = self._driven, self._driven.ladder
        driven.settled = False
        if isinstance(error, StalledError | FrozenError):
            error = type(error)(f"{driven.source.describe()}: {error}.")
        final = isinstance(error, FINAL) and not driven.worked  # what has worked may work again
        step = ladder.give_up() if final else ladder.lost(error, running=self._running)
        if ladder.given_up:
            driven.status.failed(error)
        else:
            driven.status.lost(error, step)
        return step

    def _close(self) -> None:
        with self._driven.call():
            self._driven.source.close()


def _without_frames(error: SourceError) -> SourceError:
    """The error without its tracebacks, which would keep what the calls held: a frame, and with it a buffer."""
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen:
        link.__traceback__ = None
        seen.append(link)
        link = link.__cause__ or link.__context__
    return error
