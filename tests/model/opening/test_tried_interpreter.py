"""When a model is tried, and when it is known; all the way through the command."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.catalog import is_shipped, resolve_model
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.tried_interpreter import Trials, TryModel
from edgeclassify.model.runtime.runtimes import runtime_name
from edgeclassify.model.soundness.check import Need
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.trial_run.interface import RunBy
from edgeclassify.model.trial_run.trial import try_model
from edgeclassify.model.trial_run.tried_models import FILE_NAME, TriedModels
from edgeclassify.types import ModelChoice
from tests.model.conftest import WriteModel
from tests.model.soundness.nets import quantized_net
from tests.model.soundness.test_check import with_input
from tests.model.tflite_files import tflite_bytes
from tests.support.waiting import patient

LABELS = ["a", "b", "c", "d", "e"]


@dataclass
class Bench:
    """Opens models as on a machine that knows none, and notes the samples that they were tried with."""

    memory: Path
    samples: list[bytes] = field(default_factory=list)

    def open(self, config: ModelChoice, how: TryModel = try_model) -> None:
        def noted(model: ModelFile, need: Need, by: RunBy, sample: bytes) -> bool:
            self.samples.append(sample)
            return how(model, need, by, sample)

        open_classifier(config, trials=Trials(TriedModels(self.memory), noted)).close()

    @property
    def trials(self) -> int:
        """How often a model was tried."""
        return len(self.samples)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "cache" / "edgeclassify" / FILE_NAME)


def config_of(write_model: WriteModel) -> ModelChoice:
    path = write_model(quantized_net(), labels=LABELS, sidecar='labels = "labels.txt"')
    return ModelChoice(name=str(path))


def test_a_new_model_is_tried_once(write_model: WriteModel, bench: Bench) -> None:
    config = config_of(write_model)
    for _ in range(3):
        bench.open(config)
    assert bench.trials == 1
    assert len(json.loads(bench.memory.read_text())["good"]) == 1


def test_another_content_is_another_model(write_model: WriteModel, bench: Bench) -> None:
    config = config_of(write_model)
    bench.open(config)
    Path(config.name).write_bytes(tflite_bytes(quantized_net()) + bytes(16))
    bench.open(config)
    assert bench.trials == 2


@pytest.mark.parametrize(("runtime", "trials"), [("litert 0.9", 1), (runtime_name(), 0)])
def test_another_runtime_tries_anew(write_model: WriteModel, bench: Bench, runtime: str, trials: int) -> None:
    config = config_of(write_model)
    sha256 = hashlib.sha256(Path(config.name).read_bytes()).hexdigest()
    TriedModels(bench.memory).add(sha256, runtime)
    bench.open(config)
    assert bench.trials == trials


def test_a_bad_model_is_tried_again_each_time(write_model: WriteModel, bench: Bench) -> None:
    config = config_of(write_model)
    for _ in range(2):
        with pytest.raises(ModelError, match="the runtime crashed on this model"):
            bench.open(config, partial(try_model, command=lambda: [sys.executable, "-c", CRASHING]))
    assert bench.trials == 2
    assert not bench.memory.exists()


def test_what_could_not_be_tried_is_tried_the_next_time(write_model: WriteModel, bench: Bench) -> None:
    config = config_of(write_model)
    bench.open(config, partial(try_model, command=lambda: ["/no/such/python"]))
    assert not bench.memory.exists()
    bench.open(config)
    assert bench.trials == 2
    assert bench.memory.exists()


CRASHING = (
    "from edgeclassify.model.trial_run import child; import os\n"
    "child.open_interpreter = lambda *_: os.abort()\nchild.main()"
)


def test_what_ships_with_the_package_is_known(bench: Bench, tmp_path: Path) -> None:
    bench.open(ModelChoice())
    assert bench.trials == 0
    assert is_shipped(resolve_model("builtin"), "")
    assert is_shipped(Path("x.tflite"), "5d3137241276e79c86d14a74fe43581398ae0e815191d3dba45495b810840e8c")
    assert not is_shipped(tmp_path / "x.tflite", "00")


def test_the_golden_picture_is_what_it_is_tried_with(bench: Bench, tmp_path: Path) -> None:
    folder = resolve_model("builtin").parent
    for path in folder.iterdir():
        shutil.copy(path, tmp_path / path.name)
    config = ModelChoice(name=str(tmp_path / "mobilenet_v2_64.tflite"))
    bench.open(config, lambda *_: True)
    assert [len(sample) for sample in bench.samples] == [64 * 64 * 3]
    assert len(set(bench.samples[0])) > 50
    (tmp_path / "golden.jpg").unlink()
    bench.memory.unlink()
    bench.open(config, lambda *_: True)  # the self-test is what complains
    assert bench.samples[1:] == [b""]


def test_a_memory_that_can_not_be_written_or_read(write_model: WriteModel, bench: Bench) -> None:
    bench.memory.parent.parent.write_text("no folder")
    config = config_of(write_model)
    bench.open(config)
    bench.open(config)
    assert bench.trials == 2


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
            capture_output=True, text=True, timeout=patient(60), check=False,
            env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
    known = json.loads((tmp_path / "edgeclassify" / FILE_NAME).read_text())
    assert len(known["good"]) == 1
