"""What `service install` does, in its order: files and environment, user and folders, the config, systemd told."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edgeclassify.config.reference import reference
from edgeclassify.errors import EdgeClassifyError, ServiceError, StorageError
from edgeclassify.files import replacing
from edgeclassify.service.files import Layout, ServiceFile, service_files
from edgeclassify.service.installing.changes import Changes, Link
from edgeclassify.service.installing.environment import Swap
from edgeclassify.service.places import CONFIG, NAME
from edgeclassify.service.systemctl import booted, systemctl

LIBRARY = Path("/usr/local/lib")
LINK = Path("/usr/local/bin/edgeclassify")
_OURS = ("edgeclassify.service", "edgeclassify@*.service")


@dataclass(frozen=True)
class Installation:
    """`command`: what the units start; `swap`: a staged environment that it belongs to; `documents`: man pages
    and completions. `config`: written where there is none."""

    command: Path
    systemd: int
    documents: Sequence[ServiceFile] = ()
    swap: Swap | None = None
    library: Path = LIBRARY
    link: Path = LINK
    config: Path = CONFIG
    tell: Callable[[str], None] = field(default=print)

    def changes(self) -> Changes:
        """Every file that is new or changes; the config is not among them."""
        files = service_files(Layout(self.command, self.library, self.systemd))
        linked = self.link != self.command and (self.link.is_symlink() or not self.link.exists())
        return Changes([*files, *self.documents], [Link(self.link, self.command)] if linked else [])

    def shown(self) -> Iterator[str]:
        """What carry_out() would do, with every file's text."""
        changes = self.changes()
        yield from changes.shown()
        if not self.config.exists():
            yield f"new: {self.config} (mode 640, for root and the service): every key, commented out"
        else:
            yield f"kept: {self.config}"
        if not changes.paths:
            yield "all files are as they should be"

    def carry_out(self) -> None:
        """Raises ServiceError, StorageError; then all is as it was."""
        changes = self.changes()
        changes.stage()
        if self.swap is not None:
            _or_drop(self.swap.put, changes)
        made: list[Path] = []
        try:
            changes.put()
            _run("systemd-sysusers", str(self.library / f"sysusers.d/{NAME}.conf"))
            _run("systemd-tmpfiles", "--create", str(self.library / f"tmpfiles.d/{NAME}.conf"))
            made += self._write_config()
        except BaseException:  # also Ctrl-C
            changes.undo()
            if self.swap is not None:
                self.swap.undo()
            raise
        if self.swap is not None:
            self.swap.finish()
        documents = {document.path for document in self.documents}
        for path in (*changes.paths, *made):
            if path not in documents:
                self.tell(f"written: {path}")
        if documents.intersection(changes.paths):
            self.tell("written: man pages, and completions for bash, zsh and fish")
        self._settle()
        if booted():
            systemctl("daemon-reload")
            systemctl("try-restart", *_OURS)

    def _write_config(self) -> list[Path]:
        """A config of its own where there is none: a camera's password goes there, nobody else reads it."""
        from grp import getgrnam

        if self.config.exists() or self.config.is_symlink():
            return []
        beside = self.config.with_name(f".{self.config.name}.new")
        try:
            beside.unlink(missing_ok=True)
            with replacing(self.config, unfinished=beside.name, is_new=True, mode=0o600) as file:
                file.write(reference().encode())
                os.fchown(file.fileno(), -1, getgrnam(NAME).gr_gid)
                os.fchmod(file.fileno(), 0o640)
        except (OSError, KeyError) as error:
            reason = error.strerror if isinstance(error, OSError) else f"there is no group {NAME}"
            raise StorageError(f"{self.config}: can't be written: {reason}. Is there room?") from error
        return [self.config]

    def _settle(self) -> None:
        """By the command that is installed: it may be another version than this one."""
        done = subprocess.run(
            [str(self.command), "service", "settle", "--config", str(self.config)],
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            self.tell("the config could not be settled, see above; later: sudo edgeclassify service settle")


def _or_drop(step: Callable[[], None], changes: Changes) -> None:
    try:
        step()
    except EdgeClassifyError:
        changes.drop()
        raise


def _run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        said = (done.stdout.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise ServiceError(f"{command[0]}: {said}. Nothing was changed.")
