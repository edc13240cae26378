"""The program: Python, numpy, runtime and speed, each asked in a process of its own, which may crash."""

from pathlib import Path

import pytest

from edgeclassify.doctor.interface import Standing
from edgeclassify.doctor.software import python, runtime
from edgeclassify.doctor.software.child import ask_child
from tests.doctor.looked_at import CAMERA, around, config_of, places


def in_place_of(module: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child imports this text as that module."""
    (folder / f"{module}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))


def test_numpy_and_opencv_that_fit_together() -> None:
    (finding,) = python.look_at_numpy(around())
    assert finding.standing is Standing.OK
    assert finding.figures is not None
    assert finding.figures["cv2"]


def test_opencv_for_another_numpy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_place_of("cv2", "raise ImportError('numpy.core.multiarray failed to import')", tmp_path, monkeypatch)
    (finding,) = python.look_at_numpy(around())
    assert finding.standing is Standing.FAULT
    assert "numpy.core.multiarray failed to import" in finding.found
    assert "opencv" in (finding.remedy or "")


def test_a_module_that_kills_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_place_of("cv2", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", tmp_path, monkeypatch)
    (finding,) = python.look_at_numpy(around())
    assert finding.standing is Standing.FAULT
    assert "SIGSEGV" in finding.found


def test_a_child_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_place_of("cv2", "import time; time.sleep(3600)", tmp_path, monkeypatch)
    assert "did not end" in ask_child("numpy", 3.0).failure


def test_the_runtime_is_named() -> None:
    (finding,) = runtime.look_at_runtime(around())
    assert finding.figures is not None
    assert finding.figures["runtime"] in finding.found


def test_no_runtime_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ai_edge_litert", "tflite_runtime"):
        in_place_of(module, "", tmp_path, monkeypatch)  # a module, no package: its interpreter is not there
    (finding,) = runtime.look_at_runtime(around())
    assert finding.standing is Standing.FAULT
    assert "pip install" in (finding.remedy or "")
    speed = runtime.look_at_speed(around())
    assert [one.standing for one in speed] == [Standing.UNKNOWN], "said once, by the runtime"


@pytest.mark.parametrize(
    ("bits", "version", "said"),
    [(64, (3, 13), "ai-edge-litert"), (32, (3, 13), "Bookworm"), (32, (3, 11), "tflite-runtime")],
)
def test_what_to_install_where(
    monkeypatch: pytest.MonkeyPatch, bits: int, version: tuple[int, int], said: str
) -> None:
    monkeypatch.setattr(runtime, "bits", lambda: bits)
    monkeypatch.setattr("sys.version_info", version)
    assert said in runtime.how_to_get_one()


def test_speed_is_measured_against_what_views_ask_for() -> None:
    (finding,) = runtime.look_at_speed(around(config_of(CAMERA + "interval_s = 30\n")))
    assert finding.standing is Standing.OK
    assert finding.subject == "builtin"
    (slow,) = runtime.look_at_speed(around(config_of(CAMERA + "interval_s = 0.000001\n")))
    assert slow.standing is Standing.WARNING
    assert "interval_s" in (slow.remedy or "")


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    config = config_of(f'[model]\nname = "{tmp_path}/gone.tflite"\n{CAMERA}')
    (finding,) = runtime.look_at_speed(around(config))
    assert finding.standing is Standing.FAULT
    assert "gone.tflite" in finding.found


def test_beside_the_daemon_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", None)
    beside = around(config_of(), beside_daemon=True)
    assert python.look_at_numpy(beside)[0].standing is Standing.OK
    assert runtime.look_at_speed(beside)[0].standing is Standing.UNKNOWN


def test_a_daemon_from_before_an_upgrade(tmp_path: Path) -> None:
    shown = {"ActiveState": "active", "ActiveEnterTimestampMonotonic": "5000000"}
    old = around(shown=shown, places=places(tmp_path, proc__stat="cpu 1\nbtime 1000000000\n"))
    (finding,) = python.look_at_versions(old)
    assert finding.standing is Standing.WARNING
    assert "systemctl restart edgeclassify.service" in (finding.remedy or "")
    new = around(shown=shown, places=places(tmp_path, proc__stat="btime 4000000000\n"))
    assert python.look_at_versions(new)[0].standing is Standing.OK


@pytest.mark.parametrize(
    ("version", "standing"),
    [((3, 10), Standing.FAULT), ((3, 11), Standing.OK), ((3, 13), Standing.OK), ((3, 14), Standing.WARNING)],
)
def test_python(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], standing: Standing) -> None:
    monkeypatch.setattr("sys.version_info", version)
    assert python.look_at_python(around())[0].standing is standing
