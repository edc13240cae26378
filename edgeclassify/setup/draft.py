"""The config as it is to be: its text with what was answered so far, checked at each answer, not written yet."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Self

from edgeclassify.config import Config, config_of
from edgeclassify.config.editing.config_file import ConfigFile
from edgeclassify.config.editing.edited import edited
from edgeclassify.config.editing.examples_set import with_examples_set
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.config.reference import reference
from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ConfigError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import remember
from edgeclassify.service.sandbox import config_seen, service_of


@dataclass(frozen=True, slots=True)
class Draft:
    """`before`: the file as it is, None: there is none yet.

    `password`: the broker's, to be kept beside the config; `page_password`: the page's, one of the user's own;
    None: nothing is to be written there.
    """

    path: Path
    before: ConfigFile | None
    text: str
    config: Config
    password: str | None = field(default=None, repr=False)
    page_password: str | None = field(default=None, repr=False)

    @classmethod
    def begin(cls, path: Path) -> Self:
        """As the file is, or as the commented reference where there is none. Raises ConfigError where it can't be
        read, or has faults: what somebody has left half done is theirs to mend."""
        if not path.exists() and not path.is_symlink():
            return cls(path, None, reference(), _parsed(reference(), path))
        file = ConfigFile.read(path)
        try:
            config = config_seen(path)[0]
        except ConfigError as error:
            raise ConfigError(f"the config as it is can't be used; mend it first. {error}") from error
        return cls(path, file, file.text, config)

    @property
    def is_fresh(self) -> bool:
        """True where nothing is said yet beyond the camera of every new file: there is none, it is the commented
        reference, or the one that Debian's package brings."""
        return self.before is None or _said(self.before.text) == _said(reference())

    @property
    def is_changed(self) -> bool:
        """True where there is something to write."""
        said = self.password is not None or self.page_password is not None
        return said or self.before is None or self.text != self.before.text

    @property
    def document(self) -> dict[str, Any]:
        """What its text says."""
        return parse_toml(self.text)

    def changed(self, keys: Sequence[KeyChange]) -> Self:
        """With these keys, where they are another value than now. Raises ConfigError with every fault of it."""
        made = edited(with_examples_set(self.text, keys), keys)
        if made.text == self.text:
            return self
        return replace(self, text=made.text, config=_parsed(made.text, self.path))

    def with_password(self, password: str | None) -> Self:
        """With the broker's password; None: what is there stays."""
        remember([] if password is None else [password])
        return replace(self, password=password)

    def with_page_password(self, password: str | None) -> Self:
        """With the page's password; None: what is there stays."""
        remember([] if password is None else [password])
        return replace(self, page_password=password)


def _said(text: str) -> dict[str, Any]:
    """Without sections in which nothing is set."""
    return {key: value for key, value in parse_toml(text).items() if value != {}}


def _parsed(text: str, path: Path) -> Config:
    """As the service would read it."""
    document, service = parse_toml(text), service_of(path)
    with nullcontext() if service is None else service.environment():
        return config_of(document, path)
