#!/usr/bin/env python3
"""Package and config to many hosts by ssh: a few first, then in stages, each looked at; what fails is taken back.

    packaging/rollout/rollout.py hosts.txt --template edgeclassify.toml.in --dry-run
    packaging/rollout/rollout.py hosts.txt --template edgeclassify.toml.in --canary 2 --percent 20 \\
        --gate 'edgeclassify fleet ping --host broker.local --wait 60'

It needs Python 3.11, ssh with keys, and on the hosts root or sudo without a password. docs/rollout.md
"""

import argparse
import fnmatch
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rollout.hosts import Host, HostsError, fill, read_hosts
from rollout.one_host import OUTCOMES, Result, Work, apply, undo

USAGE, CONFIG, INTERRUPTED = 64, 78, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry it out; the exit status: 0 all are as they should be, 1 not all."""
    options = _options(arguments)
    try:
        hosts = [
            one
            for one in read_hosts(options.hosts)
            if any(fnmatch.fnmatchcase(one.address, pattern) for pattern in options.only or ["*"])
        ]
        configs = fill(options.template, hosts) if options.template else {}
        _check_options(options, hosts)
        ssh, gate = _words("--ssh", options.ssh), _words("--gate", options.gate)
        checked_by = _words("--check-with", options.checked_by)
        if not ssh:
            raise HostsError("--ssh: expected a command, found nothing")
    except HostsError as error:
        print(error, file=sys.stderr)
        return USAGE
    try:
        faults = _faults(configs, checked_by, options.template.absolute().parent) if configs and checked_by else ""
    except KeyboardInterrupt:
        print("interrupted: no host was asked", file=sys.stderr)
        return INTERRUPTED
    if faults:
        print(faults, file=sys.stderr)
        return CONFIG
    if options.dry_run:
        for number, stage in enumerate(stages(hosts, options.canary, options.percent), 1):
            print(f"stage {number}: {', '.join(one.address for one in stage)}")
        return 0
    work = Work(ssh, gate, options.deb, options.apt or "", options.settle)

    def do(host: Host) -> Result:
        return undo(work, host) if options.undo else apply(work, host, configs.get(host))

    run = RollOut(do, options.at_once, options.stop_after)
    results = run.over(stages(hosts, options.canary, options.percent))
    _tell(results, run.stopped, as_json=options.json)
    if run.interrupted:
        return INTERRUPTED
    return 0 if all(one.good for one in results) else 1


def stages(hosts: Sequence[Host], canary: int, percent: Sequence[float]) -> list[Sequence[Host]]:
    """The hosts in their order: the first few, then up to each share of all, then the rest."""
    ends = [canary, *(round(len(hosts) * share / 100) for share in sorted(percent)), len(hosts)]
    found: list[Sequence[Host]] = []
    begin = 0
    for end in ends:
        if min(end, len(hosts)) > begin:
            found.append(hosts[begin:end])
            begin = end
    return found


class RollOut:
    """`do`: what is done with a host; `at_once`: with so many at a time; `stop_after`: so many failures end it."""

    def __init__(self, do: Callable[[Host], Result], at_once: int, stop_after: int) -> None:
        self._do, self._at_once, self._stop_after = do, at_once, stop_after
        self._failed = 0
        self._lock = threading.Lock()
        self.stopped = ""
        self.interrupted = False

    def over(self, stages: Sequence[Sequence[Host]]) -> list[Result]:
        """Each stage when the one before has done well; a result for every host.

        Ctrl-C: nobody else is begun with.
        """
        found: dict[Host, Result] = {}
        with ThreadPoolExecutor(self._at_once) as pool:
            for number, stage in enumerate(stages, 1):
                if self.stopped:
                    break
                futures = {pool.submit(self._one, host): host for host in stage}
                for result in self._finished(futures):
                    found[result.host] = result
                    if result.outcome != "not asked":
                        print(
                            f"stage {number}: {result.host.address}: {result.outcome} {result.why}".rstrip(),
                            file=sys.stderr,
                        )
        return [found.get(host, Result(host, "not asked")) for stage in stages for host in stage]

    def _one(self, host: Host) -> Result:
        if self.stopped:
            return Result(host, "not asked")
        result = self._do(host)
        with self._lock:
            self._failed += not result.good
            if self._failed >= self._stop_after and not self.stopped:
                self.stopped = f"{self._failed} failed"
        return result

    def _finished(self, futures: Mapping["Future[Result]", Host]) -> Iterator[Result]:
        left = set(futures)
        while left:
            try:
                for future in as_completed(left):
                    left.discard(future)
                    yield future.result()
            except KeyboardInterrupt:
                self.stopped, self.interrupted = "it was interrupted", True
                print("interrupted: what was begun is brought to its end", file=sys.stderr)


def _words(option: str, text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise HostsError(f"{option} {text}: expected a command as a shell reads it: {error}") from error


def _faults(configs: Mapping[Host, str], checked_by: Sequence[str], beside: Path) -> str:
    """What is wrong with the configs, as far as can be told here. `beside`: where what they include lies."""
    faults = []
    for host, text in configs.items():
        with _folder(beside) as folder:
            try:
                with tempfile.NamedTemporaryFile(
                    "w", dir=folder, prefix=f".{host.node}-", suffix=".toml", encoding="utf-8"
                ) as file:
                    file.write(text)
                    file.flush()
                    command = [*checked_by, "--elsewhere", file.name]
                    done = subprocess.run(command, capture_output=True, text=True, check=False)
            except OSError as error:
                said = f"{shlex.join(checked_by)}: {error}"
                return f"{said}. --check-with names another one; '' looks on the hosts alone"
        if done.returncode:
            faults.append(f"{host.address}: {done.stderr.strip()}")
    return "\n".join(faults)


@contextmanager
def _folder(beside: Path) -> Iterator[Path]:
    """That one, or where it can't be written to, an empty one."""
    if os.access(beside, os.W_OK):
        yield beside
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _check_options(options: argparse.Namespace, hosts: Sequence[Host]) -> None:
    if not hosts:
        raise HostsError(
            f"--only {' '.join(options.only or ())}: expected a pattern of hosts, "
            f"found none of {options.hosts} that fits"
        )
    if options.undo == bool(options.template or options.deb or options.apt):
        raise HostsError("expected --template, --deb or --apt, or --undo alone")
    if options.deb and options.apt:
        raise HostsError("--deb and --apt exclude each other: expected one of them")
    if options.deb and not options.deb.is_file():
        raise HostsError(f"--deb {options.deb}: there is no such file")
    if options.deb and not os.access(options.deb, os.R_OK):
        raise HostsError(f"--deb {options.deb}: expected a file that you may read")


def _tell(results: Sequence[Result], stopped: str, *, as_json: bool) -> None:
    if as_json:
        nodes = [
            {"host": one.host.address, "node": one.host.node, "outcome": one.outcome, "why": one.why}
            for one in results
        ]
        print(json.dumps({"stopped": stopped or None, "hosts": nodes}, indent=2))
        return
    for outcome in OUTCOMES:
        there = [one for one in results if one.outcome == outcome]
        if there:
            print(f"{outcome:12}{len(there):5}  {', '.join(one.host.address for one in there)}")
    if stopped:
        print(f"not all were asked: {stopped}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hosts", type=Path, help="a host per line: ADDRESS KEY=VALUE …")
    parser.add_argument(
        "--template", type=Path, metavar="FILE", help="the config, with @KEY@ for values of the hosts"
    )
    parser.add_argument("--deb", type=Path, metavar="FILE", help="install this package first")
    parser.add_argument(
        "--apt", metavar="VERSION", help='install this version by apt first; "newest": whatever there is'
    )
    parser.add_argument("--undo", action="store_true", help="put the config before back")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="of these hosts alone; several times")
    parser.add_argument("--canary", type=int, default=1, metavar="N", help="so many first (1)")
    parser.add_argument(
        "--percent",
        type=float,
        action="append",
        default=[],
        metavar="P",
        help="then up to P %% of all; several times",
    )
    parser.add_argument("--at-once", type=int, default=10, metavar="N", help="so many at a time (10)")
    parser.add_argument("--stop-after", type=int, default=1, metavar="N", help="so many failures end it (1)")
    parser.add_argument(
        "--settle", type=int, default=10, metavar="SECONDS", help="how long the service must run (10)"
    )
    parser.add_argument(
        "--gate", default="", metavar="COMMAND", help="what must succeed for the node: edgeclassify fleet ping …"
    )
    parser.add_argument("--ssh", default=shlex.join(Work.ssh), metavar="COMMAND", help="ssh with its options")
    parser.add_argument(
        "--check-with",
        dest="checked_by",
        default="edgeclassify check",
        metavar="COMMAND",
        help="looks at each config here",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="read and check everything here, and show the stages"
    )
    parser.add_argument("--json", action="store_true", help="the summary as JSON")
    options = parser.parse_args(arguments)
    for name, least in (("canary", 0), ("at_once", 1), ("stop_after", 1), ("settle", 0)):
        if getattr(options, name) < least:
            parser.error(f"--{name.replace('_', '-')}: expected {least} or more, found {getattr(options, name)}")
    for share in options.percent:
        if not 0 < share <= 100:
            parser.error(f"--percent: expected a share above 0, 100 at most, found {share:g}")
    return options


if __name__ == "__main__":
    sys.exit(main())
