"""A real PostgreSQL of the test's own: a cluster in a folder, on a port that the system chose."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.broker import HOST, free_port
from tests.support.waiting import patient, wait_for

NO_POSTGRES = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
NO_USER = "PostgreSQL does not run as root, and this machine has no user postgres"
PASSWORD = "quite-a-secret-word"


def programs() -> Path | None:
    """The folder of initdb and postgres: Debian has one for each version, outside the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return None if path is None else Path(path).resolve().parent


class Cluster:
    """A server; `url(database)` of it for its superuser `owner`, who needs no password on this machine.

    `synced`: what is committed is forced to the disk, as usual; it survives a crash of the server without, too.
    """

    def __init__(self, folder: Path, programs: Path, *, synced: bool = False) -> None:
        self.folder, self._programs = folder, programs
        self.port = free_port()
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None
        data = folder / "data"
        self._run(
            "initdb", "-D", str(data), "-U", "owner", "--auth=trust", "-E", "UTF8", "--no-sync", "--locale=C"
        )
        hba = f"host all guest {HOST}/32 scram-sha-256\nlocal all all trust\nhost all all {HOST}/32 trust\n"
        (data / "pg_hba.conf").write_text(hba)
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"listen_addresses = '{HOST}'\nport = {self.port}\nunix_socket_directories = '{folder}'\n"
                f"fsync = {'on' if synced else 'off'}\nshared_buffers = 32MB\n"
                "max_connections = 20\nautovacuum_naptime = 3600\n"
            )

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, timeout=patient(120), **self._user
        )

    def url(self, database: str = "postgres", user: str = "owner") -> str:
        return f"postgresql://{user}@{HOST}:{self.port}/{database}"

    def start(self) -> "Cluster":
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self._user)
        wait_for(self._answers, 60)
        return self

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends connections and writes all; SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(patient(60))
            self._process = None

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url()):
            return True
        return False

    def new_database(self, name: str) -> str:
        """An empty database; returns its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)


@contextlib.contextmanager
def running_cluster(*, synced: bool = False) -> Iterator[Cluster]:
    """A cluster in a folder of its own, which goes with it; skips the test where none can run."""
    found = programs()
    if found is None:
        pytest.skip(NO_POSTGRES)
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        pytest.skip(NO_USER)
    # Not in pytest's folder: that is for one user alone, and PostgreSQL is another one where this is root.
    folder = Path(tempfile.mkdtemp(prefix="edgeclassify-postgres-"))
    try:
        cluster = Cluster(folder, found, synced=synced)
        try:
            yield cluster.start()
        finally:
            cluster.stop(signal.SIGQUIT)  # nobody needs it any more
    finally:
        shutil.rmtree(folder, ignore_errors=True)
