"""New heads of the taught models that run: noticed wherever they were fitted, and taken over at once."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.files import identity

log = logging.getLogger(__name__)


class Renewal:
    """Used by the daemon's thread. `manifests`: those of the taught models that run now, name → file. `is_news`:
    whether the head that one names is another than the one that runs. `renew` takes new heads over.

    A look costs a `stat` for each model. What can't be read or taken over is said once, and tried again when the
    file has changed.
    """

    def __init__(
        self,
        manifests: Callable[[], Mapping[str, Path]],
        is_news: Callable[[str], bool],
        renew: Callable[[], None],
    ) -> None:
        self._manifests, self._is_news, self._renew = manifests, is_news, renew
        self._seen: dict[str, object] = {}

    def work(self) -> None:
        """Called again and again: with each turn of the daemon's loop."""
        now = {name: identity(path) for name, path in self._manifests().items()}
        changed = [name for name, stamp in now.items() if stamp != self._seen.get(name)]
        self._seen = now
        try:
            news = [name for name in changed if self._is_news(name)]
            if news:
                self._renew()
                log.info("%s: another head decides from now on", ", ".join(news))
        except EdgeClassifyError as error:
            log.error("a new head can't be taken over, the one before goes on: %s", error)
