"""A node's updating without a daemon: a folder, a signed manifest in it, reloads that the test watches."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edgeclassify.config import Config, UpdatesConfig, load_config
from edgeclassify.config.layers.update_layer import UpdateChoice
from edgeclassify.daemon.updating.looking import Looking
from edgeclassify.daemon.updating.starting import StartCount
from edgeclassify.daemon.updating.taking import Taking
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.updates.decision import Here
from edgeclassify.updates.interface import Manifest, Sample
from edgeclassify.updates.manifest import manifest_bytes
from edgeclassify.updates.signature import new_private_key, public_key_of, signed
from edgeclassify.updates.store import UpdateStore
from tests.updates.made import GATE, manifest, model

KEY = new_private_key()
MODEL = os.urandom(2000)
WELL = Sample((("front", True),), 1, 1.0, 10.0, True)
ILL = replace(WELL, views=(("front", False),))


class Killed(BaseException):
    """The process ends here: nobody may catch it."""


class NodeBench:
    """`restart` makes everything anew of what is on disk. `sample`: how the node is; `refuse`: what a reload says;
    `config`: what runs, as of the last reload."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stick = folder, folder / "stick"
        (self.stick / "models").mkdir(parents=True)
        self.url = f"file:{self.stick}/update"
        self.path = folder / "node.toml"
        self.path.write_text(
            f'[node]\nname = "porch"\nstate_dir = "state"\n[updates]\nurl = "{self.url}"\n'
            f'public_key = "{public_key_of(KEY)}"\n[[camera]]\nname = "front"\nsource = "synthetic:"\n'
        )
        self.sample = WELL
        self.refuse: EdgeClassifyError | None = None
        self.step: Callable[[str], None] = lambda _: None
        """Told of each step; may raise Killed."""
        self.now = 0.0
        self.restart()

    @property
    def updates(self) -> Path:
        return self.folder / "state" / "updates"

    def sign(self, key: str = KEY, **changes: object) -> Manifest:
        made = manifest(
            **{"gate": GATE, "config": "[spool]\nmemory_events = 7\n", "models": (model(MODEL),)} | changes
        )
        (self.stick / "models" / "m.tflite").write_bytes(MODEL)
        (self.stick / "update").write_bytes(signed(manifest_bytes(made), key))
        return made

    def restart(self) -> None:
        self.store = UpdateStore(self.updates)
        self.starts = StartCount(self.store)
        settings = UpdatesConfig(url=self.url, public_key=public_key_of(KEY))
        self.taking = Taking(self.store, self, self.load, self._sampled, lambda: self.now)
        self.looking = Looking(
            settings, self.store, lambda: Here("porch", "1.0.0", self.now), self.taking.offer,
            lambda: self.taking.is_busy, lambda: None,
        )  # fmt: skip
        self.starts.begin()
        self.config = self.load(None)

    def _sampled(self) -> Sample:
        return replace(self.sample, frames=int(self.now * 10))

    def load(self, choice: UpdateChoice | None) -> Config:
        self.step("load")
        return load_config(self.path, choice)

    def reload(self, *, load: Callable[[], Config] | None = None) -> None:
        config = (load or (lambda: self.load(None)))()
        self.step("reload")
        if self.refuse is not None and config.spool.memory_events == 7:
            raise self.refuse
        self.config = config

    def look(self) -> None:
        self.looking.look()

    def turn(self, seconds: float = 0.0) -> None:
        """The daemon's thread works for so long."""
        self.taking.work()
        until = self.now + seconds
        while self.now < until:
            self.now += 1.0
            self.taking.work()

    @property
    def runs(self) -> int:
        """What tells the config with the update (7) from the one without (10,000)."""
        return self.config.spool.memory_events
