"""Damaged models by the thousand: none ends the process that reads them. EDGECLASSIFY_FUZZ says how many."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from edgeclassify.model.catalog import resolve_model
from edgeclassify.types.model_choice import RuntimeName
from tests.model.fuzz.mutations import mutations, structure_words
from tests.model.fuzz.worker import Tally
from tests.model.soundness.nets import float_net, moving_net, quantized_net
from tests.model.tflite_files import flatten_model, tflite_bytes
from tests.support.data import find_test_data
from tests.support.photos import V1_SMALL, model_path

MUTATIONS = int(os.environ.get("EDGECLASSIFY_FUZZ", "400"))
"""Of all models together. The gate sets 20,000 on one Python."""
SHARES = {"quantized": 0.25, "floats": 0.25, "moving": 0.2, "builtin": 0.15, "other": 0.15}
MOST_KILLED = 0.002
"""Share of mutations that may get past the checks and crash a runtime: for them there is the trial."""
MOST_MB = 400
LONG_S = 600.0


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    """Small ones of every usual operator, the built-in one, and an older real one where it is at hand."""
    paths = {name: tmp_path / f"{name}.tflite" for name in ("quantized", "floats", "moving", "other")}
    paths["quantized"].write_bytes(tflite_bytes(quantized_net()))
    paths["floats"].write_bytes(tflite_bytes(float_net()))
    paths["moving"].write_bytes(tflite_bytes(moving_net()))
    paths["other"].write_bytes(tflite_bytes(flatten_model(softmax=True)))
    real = find_test_data()
    if real is not None:
        paths["other"] = model_path(real, V1_SMALL)
    return paths | {"builtin": resolve_model("builtin")}


@pytest.mark.timeout(LONG_S)
def test_nothing_ends_the_process_that_reads_it(
    models: dict[str, Path], runtime: RuntimeName, capsys: pytest.CaptureFixture[str]
) -> None:
    started, tally = time.monotonic(), Tally()
    for part in _tallies(models, runtime):
        tally.add(part)
    with capsys.disabled():
        print(f"\n{runtime}, {time.monotonic() - started:.0f} s:", *tally.lines(), sep="\n")
    assert tally.tracebacks == []
    assert tally.total == sum(int(MUTATIONS * share) for share in SHARES.values())
    assert tally.all_killed <= max(1, MOST_KILLED * tally.total)
    assert tally.ran > 0.02 * tally.total
    assert tally.peak_mb < MOST_MB


def _tallies(models: dict[str, Path], runtime: RuntimeName) -> Iterator[Tally]:
    """One process per model and core at a time, all at once."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.model.fuzz.worker"]
    running = [
        subprocess.Popen(
            [*command, str(models[name]), runtime, str(int(MUTATIONS * share)), str(seed)],
            stdout=subprocess.PIPE,
            env=environment,
            cwd=Path(__file__).parents[3],
        )
        for seed, (name, share) in enumerate(SHARES.items())
    ]
    try:
        for process in running:
            output = process.communicate(timeout=LONG_S)[0]
            assert process.returncode == 0, f"{process.args!r}: ended with {process.returncode}"
            yield Tally(**json.loads(output))
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_mutations_are_many_and_can_be_repeated() -> None:
    data = tflite_bytes(quantized_net())
    first = list(mutations(data, 300, 1))
    assert first == list(mutations(data, 300, 1))
    assert len({mutated for _, mutated in first}) > 250
    assert {what.split()[0] for what, _ in first} == {"word", "bit", "words", "cut"}


def test_structure_is_what_steers() -> None:
    data = tflite_bytes(quantized_net())
    words = structure_words(data)
    assert 0 in words  # the root's offset
    assert 0.1 < 4 * len(words) / len(data) < 1


def test_what_was_killed_is_counted_over_the_processes() -> None:
    one, other = (
        Tally(ran=1, killed={"SIGSEGV: ADD": 2}),
        Tally(killed={"SIGSEGV: ADD": 1, "SIGFPE: PAD": 1}, peak_mb=7),
    )
    one.add(Tally(**json.loads(json.dumps(asdict(other)))))
    assert one.killed == {"SIGSEGV: ADD": 3, "SIGFPE: PAD": 1}
    assert (one.total, one.all_killed, one.peak_mb) == (5, 4, 7)
    assert "  3 x SIGSEGV: ADD" in one.lines()
