"""`python -m tests.faults --faults 200 --seed 1 --persistence on`: exit status 1 when anything was lost."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.faults.harness import run_faults
from tests.support.broker import NO_MOSQUITTO, mosquitto_path

LONG = 3000


@click.command()
@click.option("--faults", type=click.IntRange(min=1), default=200, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which ones, in which order.")
@click.option(
    "--persistence",
    type=click.Choice(["on", "off", "both"]),
    default="both",
    show_default=True,
    help="Does the broker keep a persistence file? both: half of the faults with, half without.",
)
@click.option("--long", "long", is_flag=True, help=f"{LONG} faults; takes about an hour.")
@click.option("--list", "listing", is_flag=True, help="Print each fault as it happens.")
def main(faults: int, seed: int, persistence: str, long: bool, listing: bool) -> None:  # fmt: skip
    """Faults at random against daemon, broker and network; prints what was lost, repeated and reordered."""
    if mosquitto_path() is None:
        raise click.ClickException(NO_MOSQUITTO)
    modes = [True, False] if persistence == "both" else [persistence == "on"]
    count = (LONG if long else faults) // len(modes)
    failed = [mode for mode in modes if not _run(count, seed, mode, listing)]
    sys.exit(1 if failed else 0)


def _run(count: int, seed: int, persistence: bool, listing: bool) -> bool:
    name = "on" if persistence else "off"
    print(f"== {count} faults, seed {seed}, broker persistence {name}", flush=True)
    history: list[str] = []
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        history.append(line)
        if listing:
            print(f"  {line}", flush=True)
        elif time.monotonic() - last > 30:
            last = time.monotonic()
            print(f"  {line}", flush=True)

    folder = Path(tempfile.mkdtemp(prefix=f"edgeclassify-faults-{name}-"))
    try:
        result = run_faults(count, seed, persistence=persistence, say=say, folder=folder)
    except AssertionError as error:
        print("\n".join([] if listing else history))
        print(f"FAILED: {error}\nseed {seed}, persistence {name}; logs in {folder}")
        return False
    if not result.good and not listing:
        print("\n".join(history))
    print("\n".join(result.lines()), flush=True)
    if result.good:
        shutil.rmtree(folder)
    else:
        print(f"FAILED: seed {seed}, persistence {name}; logs in {folder}")
    return result.good


if __name__ == "__main__":
    main()
