"""A run by the real pipeline: every stage is there, and what adds up does."""

import json
import subprocess
import sys
from array import array
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.bench.benchmark import RunRefusedError, run_all, run_one
from edgeclassify.bench.line import Line, Turn
from edgeclassify.bench.measuring import (
    FRAMES_OF_A_ROUND,
    LEAST_ROUNDS,
    MOST_ROUND_S,
    ROUND_S,
    alone_ms,
    measure,
    planned_rounds,
    quiet_efficiency,
)
from edgeclassify.bench.memory_frames import FRAMES_OF_A_SCENE, HEIGHT, WIDTH, MemoryFrames, bundled_pictures
from edgeclassify.bench.order import BenchOrder, BrokerOrder
from edgeclassify.bench.stopwatch import Stage
from edgeclassify.errors import BenchError, ExitStatus
from edgeclassify.pixels import check_frame
from edgeclassify.types import ModelChoice

QUICK = BenchOrder(ModelChoice(threads=1), seconds=0.5)


def test_every_stage_of_frames_in_memory() -> None:
    done: list[float] = []
    # Longer than a scene even where the machine is busy, so that there are events.
    run = measure(BenchOrder(ModelChoice(threads=1), seconds=6.0), done.append)
    assert set(run.stages) == set(Stage)
    frames = run.age_ms.count
    for stage in (Stage.PREPROCESS, Stage.INVOKE, Stage.DECIDE, Stage.PUBLISH):
        assert run.stages[stage].count == frames, "each frame goes through all stages but the spool"
    for stage in (Stage.CAPTURE_WAIT, Stage.SCORES):
        assert frames / 2 < run.stages[stage].count <= frames, "where frames overlap, two may end in one lap"
    assert run.stages[Stage.SPOOL].count <= run.events
    assert 0 < run.stages[Stage.SPOOL].count < frames / 10
    assert run.stage_frame_ms.count == frames - run.rounds, "the first frame of a round has none before it"
    assert run.stages[Stage.INVOKE].mean > run.stages[Stage.PREPROCESS].mean
    assert run.rounds == len(done)
    assert done == sorted(done)
    assert done[-1] == 1
    assert run.rss_mb > 20
    assert (run.model.name, run.model.width, run.threads) == ("builtin", 64, 1)


def test_a_camera_is_waited_for_and_that_is_no_time_of_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    # Far more apart than a frame takes on a machine with much else to do, and so fewer of them.
    monkeypatch.setattr("edgeclassify.bench.measuring.FRAMES_OF_A_ROUND", 3)
    run = measure(BenchOrder(ModelChoice(threads=1), seconds=0.5, source="synthetic:fps=5"))
    wait = run.stages[Stage.CAPTURE_WAIT]
    assert wait.p50 > 20, "5 frames a second are 200 ms apart"
    assert run.frame_ms.p50 < wait.p50
    assert run.frames_per_s.median < 6


def test_a_model_that_is_not_there_is_refused_as_everywhere() -> None:
    order = BenchOrder(ModelChoice(name="/nowhere/none.tflite"))
    with pytest.raises(RunRefusedError, match=r"/nowhere/none.tflite: expected a .tflite file") as caught:
        run_one(order)
    assert caught.value.exit_status == ExitStatus.NO_INPUT


def test_one_that_is_refused_stops_no_other() -> None:
    heard: list[str] = []
    result = run_all(
        [BenchOrder(ModelChoice(name="/nowhere/none.tflite"), 0.5), QUICK],
        lambda order, done: heard.append(order.model.name),
    )
    assert [run.model.name for run in result.runs] == ["builtin"]
    assert [one.model for one in result.refused] == ["/nowhere/none.tflite"]
    assert "expected a .tflite file" in result.refused[0].reason
    assert set(heard) == {"builtin"}


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import sys; print('no JSON'); print('{\"a\"'); sys.exit('it broke')", "exit status 1: it broke"),
        ("import sys; sys.stdin.read()", "exit status 0: no word"),
    ],
)
def test_a_process_that_ends_without_an_answer(program: str, said: str) -> None:
    with pytest.raises(RunRefusedError, match=said):
        run_one(QUICK, command=(sys.executable, "-c", program))


def test_alone_is_checked_where_frames_are_waited_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    real = Line.turn

    def one_turn(line: Line, *arguments: Any, **more: Any) -> Turn:
        turn = real(line, *arguments, **more)
        turns.append(len(turn.ends_ns))
        # The first of the rounds, after three to warm up.
        return Turn(array("q"), array("q"), 33.0, 0.1) if len(turns) == 4 else turn

    monkeypatch.setattr(Line, "turn", one_turn)
    with pytest.raises(BenchError, match="expected two frames or more in 33 s, found 0"):
        measure(BenchOrder(ModelChoice(threads=1), seconds=0.5, source="synthetic:fps=20"))
    assert len(turns) == 4


def test_a_camera_with_too_few_frames_is_said_before_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.bench.line.PATIENCE_S", 0.5)
    heard: list[float] = []
    with pytest.raises(BenchError, match=r"expected two frames or more in \d+ s, found 1"):
        measure(BenchOrder(ModelChoice(threads=1), seconds=0.5, source="synthetic:fps=0.05"), heard.append)
    assert heard == []


def test_files_are_begun_again_until_it_is_measured() -> None:
    run = measure(BenchOrder(ModelChoice(threads=1), 0.5, source="images:edgeclassify/demo/photos/cat.jpg"))
    assert run.frames > 1


def test_a_source_that_ends_or_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunRefusedError, match="nothing there"):
        run_one(BenchOrder(ModelChoice(), 0.5, source=f"images:{tmp_path}/none"))
    with pytest.raises(RunRefusedError, match="/dev/none"):
        run_one(BenchOrder(ModelChoice(), 0.5, source="v4l2:/dev/none"))
    monkeypatch.setattr("edgeclassify.bench.order._WITH_AN_END", ())
    with pytest.raises(BenchError, match="ended before the measurement did"):
        measure(BenchOrder(ModelChoice(), 0.5, source="images:edgeclassify/demo/photos/cat.jpg"))


def test_an_order_comes_through_json_as_it_was() -> None:
    choice = ModelChoice("m", Path("/l.txt"), "litert", 3, delegate="d.so", delegate_options=(("a", "b"),))
    for order in (QUICK, BenchOrder(choice, 3.5, "picamera:0", BrokerOrder("h", 1, "u"))):
        assert BenchOrder.from_json(json.loads(json.dumps(order.to_json()))) == order


def test_rounds_are_short_and_hold_some_frames() -> None:
    assert planned_rounds(5.0, 0.001) == (20, 0.25)
    number, round_s = planned_rounds(5.0, 0.2)
    assert (number, round_s) == (
        LEAST_ROUNDS,
        FRAMES_OF_A_ROUND * 0.2 if FRAMES_OF_A_ROUND * 0.2 > 5 / 3 else 5 / 3,
    )
    assert planned_rounds(0.1, 0.001) == (LEAST_ROUNDS, ROUND_S)


def test_a_round_of_a_slow_camera_has_an_end() -> None:
    assert planned_rounds(5.0, 14.0) == (LEAST_ROUNDS, MOST_ROUND_S)
    assert planned_rounds(300.0, 14.0) == (10, MOST_ROUND_S)


def test_the_quietest_rounds_are_the_tenth_that_took_least() -> None:
    assert quiet_efficiency([5.0, 1.0, 3.0], [9.0, 2.0, 4.0]) == 0.5
    # The quickest of each are of different rounds: no round had them both.
    assert quiet_efficiency([1.0, 3.0], [6.0, 3.0]) == 1.0
    numbers = [float(number) for number in range(29, -1, -1)]
    assert quiet_efficiency(numbers, [number + 1 for number in numbers]) == (0 + 1 + 2) / (1 + 2 + 3)


def test_the_time_of_a_frame_is_that_between_ends_less_the_waiting() -> None:
    ends = array("q", [0, 10_000_000, 30_000_000])
    assert alone_ms(Turn(ends, array("q"), 1.0, 1.0)) == [10.0, 20.0]
    assert alone_ms(Turn(ends, array("q", [5_000_000, 4_000_000, 25_000_000]), 1.0, 1.0)) == [6.0, 0.0]
    with pytest.raises(BenchError, match="two frames or more"):
        alone_ms(Turn(ends[:1], array("q"), 1.0, 1.0))


def test_frames_in_memory_are_a_cameras() -> None:
    pictures = bundled_pictures()
    assert len(pictures) == 3
    frames = MemoryFrames("bench", pictures)
    taken = []
    for _ in range(FRAMES_OF_A_SCENE + 1):
        lease = frames.take(0.0)
        assert lease is not None
        with lease:
            taken.append(lease.frame)
    check_frame(taken[0])
    assert (taken[0].width, taken[0].height) == (WIDTH, HEIGHT)
    assert [frame.sequence for frame in taken] == list(range(FRAMES_OF_A_SCENE + 1))
    assert taken[0].pixels is taken[-2].pixels
    assert taken[0].pixels is not taken[-1].pixels
    scenes = [frame.scene_ns for frame in taken if frame.scene_ns is not None]
    assert {after - before for before, after in pairwise(scenes)} == {100_000_000}


def test_a_child_prints_lines_of_json() -> None:
    order = json.dumps(QUICK.to_json())
    command = [sys.executable, "-m", "edgeclassify.bench.child"]
    done = subprocess.run(command, input=order, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [*lines[-1]] == ["run"]
    assert [line["done"] for line in lines[:-1]][-1] == 1
