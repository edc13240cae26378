"""`python -m tests.bench.runtime_options [MODEL.tflite ...]`: what a runtime's own options gain.

LiteRT's `Interpreter`, with each of its options that touch XNNPACK; and its `CompiledModel`, which alone can keep
packed weights in a file (written at the first opening, read at the second).

* `open`: milliseconds until the first invoke is done, and the memory that this takes, own pages (RssAnon) and
  pages of files (RssFile) in MB: each in processes of its own that have imported the runtime; the least of some.
* `invoke`: milliseconds. All ways take turns in one process; the least and the median of their runs.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgeclassify.model.catalog import resolve_model

Invoke = Callable[[], object]

OPTIONS: dict[str, dict[str, bool]] = {
    "Interpreter": {},
    "+ latest features": {"experimental_default_delegate_latest_features": True},
    "+ no clustering": {"experimental_disable_delegate_clustering": True},
    "+ packed zero points": {"experimental_compress_quantization_zero_points": True},
}
COMPILED, CACHED = "CompiledModel", "CompiledModel, weight cache"
WAYS = (*OPTIONS, COMPILED, CACHED)
PROCESSES, TURNS = 5, 300


def opened(way: str, model: Path, threads: int, cache: str) -> Invoke:
    """The model, ready in that way: what runs it once."""
    if way in OPTIONS:
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(model_content=model.read_bytes(), num_threads=threads, **OPTIONS[way])
        interpreter.allocate_tensors()
        return interpreter.invoke  # type: ignore[no-any-return]
    from ai_edge_litert.compiled_model import CompiledModel, CpuOptions, Options

    cpu = CpuOptions(num_threads=threads, xnnpack_weight_cache_path=cache if way == CACHED else "")
    compiled = CompiledModel.from_file(str(model), options=Options(cpu_options=cpu))
    inputs, outputs = compiled.create_input_buffers(0), compiled.create_output_buffers(0)
    return lambda: compiled.run_by_index(0, inputs, outputs)


def opening(way: str, model: Path, threads: int, cache: str) -> dict[str, float]:
    """Of this process: how long it takes, and what memory."""
    import ai_edge_litert.compiled_model
    import ai_edge_litert.interpreter  # noqa: F401

    before, began = _memory(), time.perf_counter()
    invoke = opened(way, model, threads, cache)
    invoke()
    took, after = time.perf_counter() - began, _memory()
    return {"open": took * 1e3, **{key: (after[key] - before[key]) / 1024 for key in after}}


def openings(way: str, model: Path, threads: int) -> dict[str, float]:
    """The least of some processes; of the cached way without the first one, which writes the file."""
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(PROCESSES + (way == CACHED)):
            command = [
                sys.executable,
                "-m",
                __spec__.name,
                "--child",
                way,
                str(threads),
                f"{folder}/w",
                str(model),
            ]
            done = subprocess.run(command, capture_output=True, check=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    kept = found[way == CACHED :]
    return {key: min(one[key] for one in kept) for key in kept[0]}


def invokes(model: Path, threads: int) -> dict[str, list[float]]:
    """Milliseconds of each run."""
    with tempfile.TemporaryDirectory() as folder:
        opened(CACHED, model, threads, f"{folder}/w")()
        ways = {way: opened(way, model, threads, f"{folder}/w") for way in WAYS}
        times: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(TURNS + 10):
            for way, invoke in ways.items():
                began = time.perf_counter()
                invoke()
                if turn >= 10:
                    times[way].append((time.perf_counter() - began) * 1e3)
    return times


def _memory() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssFile"))}


def main(arguments: list[str] | None = None) -> None:
    """Print a table for each model and number of threads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--child", nargs=3, metavar=("WAY", "THREADS", "CACHE"), help=argparse.SUPPRESS)
    given: Any = parser.parse_args(arguments)
    if given.child:
        way, threads, cache = given.child
        print(json.dumps(opening(way, given.models[0], int(threads), cache)))
        return
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    for model in given.models or [resolve_model("builtin")]:
        for threads in (1, 2):
            print(f"\n{model.name}, {threads} threads")
            print(f"{'':28} {'invoke':>14} {'open':>7} {'own MB':>7} {'files MB':>9}")
            times = invokes(model, threads)
            for way in WAYS:
                found = openings(way, model, threads)
                shown = f"{min(times[way]):6.2f} {statistics.median(times[way]):7.2f}"
                memory = f"{found['RssAnon']:7.1f} {found['RssFile']:9.1f}"
                print(f"{way:28} {shown} {found['open']:7.1f} {memory}", flush=True)


if __name__ == "__main__":
    main()
