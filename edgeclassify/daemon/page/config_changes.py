"""A change of the config that the page asks for: checked, taken over live, then written to its file."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from edgeclassify.config import Config, config_of, load_config
from edgeclassify.config.editing.config_file import ConfigFile, conflict, etag_of, why_not_writable
from edgeclassify.config.editing.edited import Edited, edited
from edgeclassify.config.editing.interface import ConfigConflictError, KeyChange
from edgeclassify.config.layers.layered import Layered, layered
from edgeclassify.config.loading import is_layered
from edgeclassify.config.reading import parsed
from edgeclassify.daemon.page.included import included_notes, with_tables
from edgeclassify.daemon.page.overlaid import overlaid_notes, said_options
from edgeclassify.daemon.page.reloads import Reloads
from edgeclassify.errors import ConfigError, EdgeClassifyError, StorageError
from edgeclassify.files import StagedFile, printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import Option
from edgeclassify.web.interface import ConfigChange, ConfigChanged


@dataclass(frozen=True, slots=True)
class ChangedNode:
    """What a change is taken over by.

    `as_run`: what a config that was read becomes before it runs; `running`: the config that runs, with the profile
    that is on; `follow`: let the config's word hold of an option of a view, whatever was set over MQTT.
    """

    reloads: Reloads
    as_run: Callable[[Config], Config]
    running: Callable[[], Config]
    follow: Callable[[str, Option], None]


class ConfigChanges:
    """Used by the daemon's thread. `path`: the file; None: the config came from none."""

    def __init__(self, path: Path | None, node: ChangedNode) -> None:
        self._path, self._node = path, node
        self._own_etag: str | None = None
        """Of what was written last from here."""

    def carry_out(self, change: ConfigChange) -> ConfigChanged:
        """Raises EdgeClassifyError; then nothing has changed. All of it is checked and written beside the file
        first, then taken over, and only then put in its place."""
        if self._path is None:
            raise StorageError("the config came from no file: it can't be changed from here.")
        file = ConfigFile.read(self._path)
        if change.etag and change.etag != file.etag:
            raise conflict(self._path)
        self._check_as_it_is(file)
        whole = self._whole(file)
        made = self._edited(file, change.keys, whole)
        config = self._node.as_run(config_of(made.document, self._path))
        notes = tuple(overlaid_notes(config, self._node.running().profile_on, change.keys))
        if whole is not None:
            notes += tuple(included_notes(whole, change.keys))
        content = file.encoded(made.text)
        if change.dry_run:
            return ConfigChanged(file.etag, made.changed, notes=notes)
        backup = self._take_over(file, content, config) if made.changed else None
        for view, option in said_options(config, change.keys):
            self._node.follow(view, option)
        return ConfigChanged(etag_of(content), made.changed, backup, notes)

    def _check_as_it_is(self, file: ConfigFile) -> None:
        """What somebody has left half done is theirs to mend."""
        try:
            load_config(file.path)
        except ConfigError as error:
            raise ConfigError(f"the file as it is can't be used; mend it first. {error}") from error

    def _whole(self, file: ConfigFile) -> Layered | None:
        """The file with those below it; None: there are none."""
        document = parsed(file.text, file.path)
        return layered(document, file.path) if is_layered(document) else None

    def _edited(self, file: ConfigFile, keys: Sequence[KeyChange], whole: Layered | None) -> Edited:
        text = file.text
        try:
            if whole is not None:
                text = with_tables(text, parsed(text, file.path), whole, keys)
            return edited(text, keys)
        except ConfigError as error:
            raise ConfigError(f"{printable(file.path)}: {error}") from error

    def _take_over(self, file: ConfigFile, content: bytes, config: Config) -> Path:
        """All that can be refused is, before anything runs by another config: a reload ends what is in a view
        whose region is another one, and what was set over MQTT."""
        if (why_not := why_not_writable(file.path)) is not None:
            raise StorageError(why_not)
        before = self._node.running().under(None)
        with ExitStack() as dropped:
            # The backup first: it is in its place before what it is a backup of goes.
            staged = [dropped.enter_context(one) for one in self._staged(file, content)]
            file.check_unchanged()
            self._node.reloads.reload(load=lambda: config)
            try:
                file.check_unchanged()
                for one in staged:
                    file.put_in_place(one)
            except ConfigConflictError:
                self._go_back(before, load=None)
                raise
            except (StorageError, ConfigError):
                self._go_back(before, load=lambda: before)
                raise
        self._own_etag = etag_of(content)
        return file.backup

    def _staged(self, file: ConfigFile, content: bytes) -> Iterator[StagedFile]:
        # What was there before the page's own changes is worth more than the last step of them.
        if self._own_etag != file.etag or not file.backup.exists():
            yield file.stage_backup()
        yield file.stage(content)

    def _go_back(self, before: Config, load: Callable[[], Config] | None) -> None:
        """By what is in the file, where somebody else has written it; by the config before, where that fails."""
        try:
            self._node.reloads.reload(load=load)
        except EdgeClassifyError:
            self._node.reloads.reload(load=lambda: before)
