"""When a model is tried, and when it is known; all the way through the command and the daemon's reload."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edgeclassify.config import ModelConfig
from edgeclassify.errors import ModelError
from edgeclassify.model.catalog import is_shipped, resolve_model
from edgeclassify.model.opening import tried_interpreter
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.soundness.check import Need
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.trial_run import remembered, trial
from edgeclassify.model.trial_run.remembered import remember, was_tried
from tests.model.conftest import WriteModel
from tests.model.soundness.nets import quantized_net
from tests.model.soundness.test_check import with_input
from tests.model.tflite_files import tflite_bytes

LABELS = ["a", "b", "c", "d", "e"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is known; returns the file in which it will be."""
    monkeypatch.setattr(tried_interpreter, "was_tried", was_tried)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "edgeclassify" / remembered.FILE_NAME


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The models that were tried."""
    tried: list[Path] = []

    def count(model: ModelFile, *arguments: Need | str | int | bytes) -> bool:
        tried.append(model.path)
        return trial.try_model(model, *arguments)

    monkeypatch.setattr(tried_interpreter, "try_model", count)
    return tried


def config_of(write_model: WriteModel) -> ModelConfig:
    path = write_model(quantized_net(), labels=LABELS, sidecar='labels = "labels.txt"')
    return ModelConfig(name=str(path))


def test_a_new_model_is_tried_once(write_model: WriteModel, cache: Path, trials: list[Path]) -> None:
    config = config_of(write_model)
    for _ in range(3):
        open_classifier(config).close()
    assert trials == [Path(config.name)]
    assert len(json.loads(cache.read_text())["good"]) == 1


def test_another_content_is_another_model(write_model: WriteModel, cache: Path, trials: list[Path]) -> None:
    config = config_of(write_model)
    open_classifier(config).close()
    data = tflite_bytes(quantized_net())
    Path(config.name).write_bytes(data + bytes(16))
    open_classifier(config).close()
    assert len(trials) == 2


def test_another_runtime_tries_anew(
    write_model: WriteModel, cache: Path, trials: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(write_model)
    open_classifier(config).close()
    monkeypatch.setattr(tried_interpreter, "runtime_name", lambda _: "litert 99.0")
    open_classifier(config).close()
    assert len(trials) == 2


def test_a_bad_model_is_tried_again_each_time(
    write_model: WriteModel, cache: Path, trials: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(write_model)
    monkeypatch.setattr(trial, "child_command", lambda: [sys.executable, "-c", CRASHING])
    for _ in range(2):
        with pytest.raises(ModelError, match="the runtime crashed on this model"):
            open_classifier(config)
    assert len(trials) == 2
    assert not cache.exists()


def test_what_could_not_be_tried_is_tried_the_next_time(
    write_model: WriteModel, cache: Path, trials: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(write_model)
    with monkeypatch.context() as patch:
        patch.setattr(trial, "child_command", lambda: ["/no/such/python"])
        open_classifier(config).close()
    assert not cache.exists()
    open_classifier(config).close()
    assert len(trials) == 2
    assert cache.exists()


CRASHING = (
    "from edgeclassify.model.trial_run import child; import os\n"
    "child.open_interpreter = lambda *_: os.abort()\nchild.main()"
)


def test_what_ships_with_the_package_is_known(cache: Path, trials: list[Path], tmp_path: Path) -> None:
    open_classifier(ModelConfig()).close()
    assert trials == []
    assert is_shipped(resolve_model("builtin"), "")
    assert is_shipped(Path("x.tflite"), "5d3137241276e79c86d14a74fe43581398ae0e815191d3dba45495b810840e8c")
    assert not is_shipped(tmp_path / "x.tflite", "00")


def test_the_golden_picture_is_what_it_is_tried_with(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = resolve_model("builtin").parent
    for path in folder.iterdir():
        shutil.copy(path, tmp_path / path.name)
    samples: list[bytes] = []
    monkeypatch.setattr(tried_interpreter, "try_model", lambda *arguments: samples.append(arguments[-1]) is None)
    config = ModelConfig(name=str(tmp_path / "mobilenet_v2_64.tflite"))
    open_classifier(config).close()
    assert [len(sample) for sample in samples] == [64 * 64 * 3]
    assert len(set(samples[0])) > 50
    (tmp_path / "golden.jpg").unlink()
    cache.unlink()
    open_classifier(config).close()  # the self-test is what complains
    assert samples[1:] == [b""]


def test_a_memory_that_can_not_be_written_or_read(
    write_model: WriteModel, cache: Path, trials: list[Path]
) -> None:
    cache.parent.parent.write_text("no folder")
    config = config_of(write_model)
    open_classifier(config).close()
    open_classifier(config).close()
    assert len(trials) == 2


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"good": 3}', '{"good": [null, 5]}', "\x00\xff", '{"other": []}']
)
def test_a_damaged_memory_counts_as_empty(cache: Path, content: str) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(content.encode("latin-1"))
    assert not was_tried("aa", "litert 2")
    remember("aa", "litert 2")
    assert was_tried("aa", "litert 2")


def test_the_oldest_are_forgotten(cache: Path) -> None:
    for number in range(remembered.MOST + 5):
        remember(f"sha{number}", "litert 2")
    assert not was_tried("sha4", "litert 2")
    assert was_tried("sha5", "litert 2")
    remember("sha5", "litert 2")
    remember("new", "litert 2")
    assert was_tried("sha5", "litert 2")
    assert not was_tried("sha6", "litert 2")


def test_the_services_memory_lies_in_its_state_folder(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path}/state:{tmp_path}/other")
    remember("aa", "litert 2")
    assert (tmp_path / "state" / remembered.FILE_NAME).exists()
    assert not cache.exists()


def test_a_user_without_a_home(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    remember("aa", "litert 2")
    assert not was_tried("aa", "litert 2")


def test_the_command_on_a_model_that_would_crash_it(tmp_path: Path) -> None:
    """A damaged file is refused by its check; one that passes is tried: never a crash of the command."""
    (tmp_path / "labels.txt").write_text("\n".join(LABELS))
    good = quantized_net()
    picture = Path(__file__).parents[3] / "edgeclassify" / "demo" / "photos" / "cat.jpg"
    for name, model, status in (("good", good, 0), ("bad", with_input(good, "CONV_2D", 1, -1), 65)):
        path = tmp_path / f"{name}.tflite"
        path.write_bytes(tflite_bytes(model))
        command = [sys.executable, "-m", "edgeclassify", "classify", "--model", str(path)]
        done = subprocess.run(
            [*command, "--labels", str(tmp_path / "labels.txt"), str(picture)],
            capture_output=True, text=True, timeout=60, check=False,
            env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
    known = json.loads((tmp_path / "edgeclassify" / remembered.FILE_NAME).read_text())
    assert len(known["good"]) == 1
