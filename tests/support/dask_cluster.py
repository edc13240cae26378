"""A Dask scheduler and workers of this machine, as one starts them by hand."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.waiting import patient

START_S = patient(60.0)


@dataclass
class LocalCluster:
    """Processes of a scheduler and its workers; the address, once it is known."""

    folder: Path
    address: str = ""
    scheduler: "subprocess.Popen[bytes] | None" = None
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def start_scheduler(self, port: int = 0) -> None:
        """Start it, and wait for its address."""
        file = self.folder / "scheduler.json"
        file.unlink(missing_ok=True)
        self.scheduler = self._started(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--no-dashboard",
            "--scheduler-file",
            str(file),
        )
        until = time.monotonic() + START_S
        while True:
            try:
                self.address = json.loads(file.read_text())["address"]
            except (OSError, ValueError, KeyError):
                if time.monotonic() > until or self.scheduler.poll() is not None:
                    raise SystemExit(
                        f"the scheduler did not start: {(self.folder / 'scheduler.log').read_text()}"
                    ) from None
                time.sleep(0.05)
            else:
                return

    def start_worker(
        self, *, threads: int = 1, script: str | None = None, environment: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start one; it joins when it is ready. `script`: what it runs in place of Dask's own command."""
        worker = self._started(
            "worker", self.address, "--host", "127.0.0.1", "--nthreads", str(threads), "--no-nanny",
            "--no-dashboard", "--local-directory", str(self.folder), script=script, environment=environment,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def end(self) -> None:
        """End all of it."""
        for process in (*self.workers, self.scheduler):
            if process is not None:
                process.kill()
                process.wait()

    def _started(
        self, *arguments: str, script: str | None = None, environment: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            what = ["-m", "dask", *arguments] if script is None else ["-c", script, *arguments[1:]]
            return subprocess.Popen(
                [sys.executable, *what],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
            )


@contextmanager
def local_cluster(folder: Path, workers: int) -> Iterator[LocalCluster]:
    """One that runs, ended with its context."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = LocalCluster(folder)
    try:
        cluster.start_scheduler()
        for _ in range(workers):
            cluster.start_worker()
        yield cluster
    finally:
        cluster.end()
