"""`edgeclassify bench`: what it prints, draws and sends, and each bad input."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import pytest

from edgeclassify.__main__ import main
from edgeclassify.bench.order import cores
from edgeclassify.bench.result import BenchResult
from edgeclassify.cli.reports.bench import lines, result_chart
from edgeclassify.errors import ExitStatus
from edgeclassify.model.runtime.runtimes import available_runtimes
from tests.bench.results import result_document, run_document
from tests.support.broker import Mosquitto, Observer, free_port
from tests.support.waiting import wait_for

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDGECLASSIFY_MODEL", raising=False)


def test_a_table_and_a_picture(capsys: Output, tmp_path: Path) -> None:
    plot = tmp_path / "bench.png"
    assert main(["bench", "--seconds", "0.5", "--threads", "1", "--plot", str(plot)]) == ExitStatus.OK
    text = capsys.readouterr().out
    for words in ("builtin, LiteRT", "1 thread", "preprocess", "invoke", "decide", "publish", "bare invoke()",
                  "efficiency ", "frames/s", "640x480 YUV420"):  # fmt: skip
        assert words in text
    image = cv2.imread(str(plot))
    assert image is not None
    assert image.shape[1] > 600


def test_as_json(capsys: Output) -> None:
    arguments = ["bench", "--seconds", "0.5", "--threads", "1,2,1", "--json"]
    assert main(arguments) == ExitStatus.OK
    result = BenchResult.model_validate_json(capsys.readouterr().out)
    assert [run.threads for run in result.runs] == [1, 2]
    assert result.board.cores == cores()
    assert result.in_memory
    for run in result.runs:
        # Of the same rounds, so that they must fit: a frame holds its invoke(), and rates are what times say.
        assert run.frames_per_s.median > 0
        assert run.frame_ms.mean > 0


def test_the_report_says_what_the_document_says() -> None:
    runs = [run_document(), run_document(threads=1, heat=None, throttled=None)]
    text = "\n".join(lines(BenchResult.model_validate_json(json.dumps(result_document(runs=runs)))))
    assert "Raspberry Pi 5 Model B Rev 1.0 (aarch64, 4 cores, 4000 MB)" in text
    assert "  spool                      0.900     1.500     2.500     5.000        10" in text
    assert "  efficiency 0.900 (0.800 to 0.950), of the quietest rounds 0.940" in text
    assert "400.0 (390.0 to 410.0) frames/s, CPU 180 (170 to 190) %, 102 MB, 12 events" in text
    assert "48 to 62 °C, not throttled" in text
    assert "temperature not told, throttling not told" in text
    assert (
        " ".join(text.splitlines()[-1].split())
        == "builtin, LiteRT 2.3.0, 1 thread 2.00 2.50 0.900 0.940 400.0 180 102"
    )


def test_a_run_that_was_disturbed_is_said() -> None:
    def text(lowest: float) -> str:
        runs = [run_document(efficiency={"median": 0.9, "lowest": lowest, "highest": 0.96})]
        return "\n".join(lines(BenchResult.model_validate_json(json.dumps(result_document(runs=runs)))))

    assert "OTHER WORK DISTURBED THIS" in text(0.63)
    assert "DISTURBED" not in text(0.65)


def test_the_picture_adds_rare_stages_as_what_they_are_of_each_frame() -> None:
    chart = result_chart(BenchResult.model_validate_json(json.dumps(result_document())))
    shares = dict(zip(chart.parts, chart.bars[0].parts, strict=True))
    assert shares == {"invoke": 2.0, "preprocess": 1.0, "scores": 1.0, "decide": 1.0, "spool": 0.5, "publish": 1.0}
    assert chart.bars[0].mark == 6.5


def test_one_run_of_two_is_refused(capsys: Output, tmp_path: Path) -> None:
    missing = tmp_path / "none.tflite"
    arguments = ["bench", "--models", f"builtin,{missing}", "--seconds", "0.5", "--threads", "1"]
    assert main(arguments) == ExitStatus.SOME_FAILED
    out, err = capsys.readouterr()
    assert "builtin, LiteRT" in out
    assert err.count("\n") == 1
    assert f"{missing}: expected a .tflite file" in err


def test_more_threads_than_cores_are_said_once(capsys: Output) -> None:
    many = str(cores() + 1)
    assert main(["bench", "--seconds", "0.5", "--threads", f"1,{many}", "--models", "nope"]) == ExitStatus.CONFIG
    assert capsys.readouterr().err.count(f"--threads {many}: more than the {cores()} cores here") == 1


def test_both_runtimes_are_those_that_are_here(capsys: Output) -> None:
    assert main(["bench", "--seconds", "0.5", "--threads", "1", "--runtime", "both", "--json"]) == ExitStatus.OK
    out, err = capsys.readouterr()
    here = available_runtimes()
    assert [run["runtime"].split()[0] for run in json.loads(out)["runs"]] == list(here)
    assert err.count("is not here, and left out") == 2 - len(here)


def taken_back(live: Observer, topic: str) -> bool:
    return live.of(topic)[-1:] == [b""]


def test_a_broker_gets_all_and_keeps_nothing(broker: Mosquitto, capsys: Output) -> None:
    arguments = ["bench", "--seconds", "0.5", "--threads", "1", "--broker", f"127.0.0.1:{broker.port}", "--json"]
    live = Observer(broker.port, "edgeclassify-bench/#").start()
    try:
        assert main(arguments) == ExitStatus.OK
        for way in ("plain", "timed"):
            status = f"edgeclassify-bench/bench-{way}/status"
            wait_for(partial(taken_back, live, status))
            assert b"online" in live.of(status)
            assert live.of(f"edgeclassify-bench/bench-{way}/bench/state")
    finally:
        live.stop()
    late = Observer(broker.port, "#").start()
    try:
        late.await_subscription()
        assert [topic for topic in late.topics() if topic.startswith("edgeclassify-bench/")] == []
    finally:
        late.stop()
    assert json.loads(capsys.readouterr().out)["sink"] == "an MQTT broker"


def test_what_was_measured_is_shown_where_it_cant_be_drawn(
    capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot = tmp_path / "bench.png"

    def taken_meanwhile(*_: Any) -> BenchResult:
        plot.mkdir()
        return BenchResult.model_validate_json(json.dumps(result_document()))

    monkeypatch.setattr("edgeclassify.bench.benchmark.run_all", taken_meanwhile)
    assert main(["bench", "--json", "--plot", str(plot)]) == ExitStatus.CANNOT_WRITE
    out, err = capsys.readouterr()
    assert json.loads(out)["runs"]
    assert f"{plot}: can't be written" in err


def test_a_plot_that_cant_be_written_is_said_before_the_measurement(
    capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgeclassify.bench.benchmark.run_all", lambda *_: pytest.fail("it measured"))
    (tmp_path / "folder.png").mkdir()
    assert main(["bench", "--plot", str(tmp_path / "folder.png")]) == ExitStatus.CANNOT_WRITE
    assert "folder.png: can't be written: Is a directory" in capsys.readouterr().err


def test_a_broker_keeps_nothing_of_what_is_broken_off(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    status = "edgeclassify-bench/bench-plain/status"

    def broken_off(*_: Any) -> BenchResult:
        run = Observer(broker.port, status).start()
        run.await_subscription()
        run.publish(status, b"offline", retain=True)
        wait_for(lambda: bool(run.of(status)))
        run.stop()
        raise KeyboardInterrupt

    monkeypatch.setattr("edgeclassify.bench.benchmark.run_all", broken_off)
    assert main(["bench", "--broker", f"127.0.0.1:{broker.port}"]) == 130
    late = Observer(broker.port, "#").start()
    try:
        late.await_subscription()
        assert [topic for topic in late.topics() if topic.startswith("edgeclassify-bench/")] == []
    finally:
        late.stop()


def test_a_broker_that_goes_away_may_keep_something(
    broker: Mosquitto, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> BenchResult:
        broker.stop()
        return BenchResult.model_validate_json(json.dumps(result_document()))

    monkeypatch.setattr("edgeclassify.bench.benchmark.run_all", gone)
    assert main(["bench", "--broker", f"127.0.0.1:{broker.port}"]) == ExitStatus.SOME_FAILED
    out, err = capsys.readouterr()
    assert "efficiency 0.900" in out
    assert "retained topics of edgeclassify-bench/ may be left" in err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--threads", "0"], ExitStatus.USAGE, "--threads: expected auto or numbers from 1 to 64, found '0'"),
        (["--threads", "1,,2"], ExitStatus.USAGE, "--threads: expected words with commas"),
        (["--threads", "two"], ExitStatus.USAGE, "found 'two'"),
        (["--models", " "], ExitStatus.USAGE, "expected NAME|FILE"),
        (["--models", "nope"], ExitStatus.CONFIG, "nope: expected a model's name"),
        (["--plot", "bench.svg"], ExitStatus.USAGE, "--plot: expected a file name that ends in .png"),
        (["--plot", "/nowhere/bench.png"], ExitStatus.USAGE, "--plot: expected a file in a folder that is there"),
        (["--broker", "h:p"], ExitStatus.USAGE, "--broker: expected HOST or HOST:PORT, found 'h:p'"),
        (["--broker", "a:b:c"], ExitStatus.USAGE, "--broker: host: expected a host name"),
        (["--username", "u"], ExitStatus.USAGE, "--username: expected with --broker"),
        (["--source", "nonsense:1"], ExitStatus.CONFIG, "source: expected picamera:N"),
        (["--seconds", "nan"], ExitStatus.USAGE, "--seconds: expected a number, found nan"),
        (["--plot", "/proc/bench.png"], ExitStatus.CANNOT_WRITE, "/proc/bench.png: can't be written"),
        (["--delegate-option", "a=b"], ExitStatus.USAGE, "--delegate-option: expected with --delegate"),
        (["--seconds", "0"], ExitStatus.USAGE, "0.5<=x"),
        (["--threads", ",".join(map(str, range(1, 65))), "--models", "a,b"], ExitStatus.USAGE, "at most 64"),
    ],
)
def test_bad_input_is_one_message(capsys: Output, arguments: list[str], status: int, said: str) -> None:
    assert main(["bench", *arguments]) == status
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


def test_a_broker_that_is_not_there(capsys: Output) -> None:
    assert main(["bench", "--broker", f"127.0.0.1:{free_port()}"]) == ExitStatus.UNAVAILABLE
    assert "connection refused" in capsys.readouterr().err


def test_help_loads_no_numpy() -> None:
    code = "import sys; from edgeclassify.__main__ import main; main(['bench', '--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "edgeclassify.cli.bench" in done.stdout.split()
    assert not {"numpy", "pydantic", "cv2"} & set(done.stdout.split())
