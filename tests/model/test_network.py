"""A network: frames are prepared and inferred, what is prepared is not overwritten, heads share its outputs."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.errors import ImageError, ModelError
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.heads.output_values import OutputValues
from edgeclassify.model.interface import Head, Outputs
from edgeclassify.model.network import TfliteNetwork
from edgeclassify.model.tensors import output_tensor
from edgeclassify.model.tflite.model_file import read_model_file
from edgeclassify.types import Frame, ModelInfo, PixelFormat
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.frames import frame_of
from tests.model.networks_of import EMBEDDING, SCORES, network_of, two_outputs
from tests.model.tflite_files import flatten_model

INFO = ModelInfo("small", "small.tflite", "0" * 64, "litert 2", 2, 2, 2)


def shade(value: int) -> Frame:
    """A frame of one shade of grey."""
    return frame_of(np.full((2, 2, 3), value, np.uint8), PixelFormat.RGB)


def flat(network: TfliteNetwork, frame: Frame) -> list[int]:
    """What the network hands on of a frame."""
    outputs = network.infer(network.prepare(frame))
    values: list[int] = outputs[0].reshape(-1).tolist()
    return values


def test_what_is_known_of_the_frame_stays(write_model: WriteModel) -> None:
    network = network_of(write_model(flatten_model()))
    frame = replace(shade(7), sequence=41, captured_at_ns=99, captured_at=5.0, origin="x.jpg", scene_ns=98)
    prepared = network.prepare(frame)
    assert (prepared.frame_sequence, prepared.captured_at_ns, prepared.captured_at) == (41, 99, 5.0)
    assert (prepared.origin, prepared.scene_ns) == ("x.jpg", 98)
    assert prepared.preprocess_ms > 0


def test_pixels_may_change_once_they_are_prepared(write_model: WriteModel) -> None:
    network, frame = network_of(write_model(flatten_model())), shade(7)
    prepared = network.prepare(frame)
    frame.pixels[...] = 200
    assert network.infer(prepared)[0].reshape(-1).tolist() == [7] * 12


def test_the_only_input_lies_in_the_interpreter_itself(write_model: WriteModel) -> None:
    """No copy: with one in flight the input tensor is what is filled."""
    network = network_of(write_model(flatten_model()))
    network.prepare(shade(9))
    assert (network.interpreter.input_view() == 9).all()


@pytest.mark.parametrize("in_flight", [1, 2])
def test_what_is_prepared_is_not_overwritten(write_model: WriteModel, in_flight: int) -> None:
    network = network_of(write_model(flatten_model()), in_flight=in_flight)
    waiting = [network.prepare(shade(value)) for value in range(in_flight)]
    with pytest.raises(RuntimeError, match=f"at most {in_flight} prepared"):
        network.prepare(shade(200))
    assert [network.infer(one)[0].reshape(-1)[0] for one in waiting] == list(range(in_flight))
    assert flat(network, shade(200)) == [200] * 12


@pytest.mark.parametrize("in_flight", [1, 2])
def test_each_is_inferred_once_and_by_its_own_network(write_model: WriteModel, in_flight: int) -> None:
    path = write_model(flatten_model())
    network, other = network_of(path, in_flight=in_flight), network_of(path, in_flight=in_flight)
    prepared, others = network.prepare(shade(1)), other.prepare(shade(2))
    with pytest.raises(RuntimeError, match="a prepared input that waits"):
        network.infer(others)
    network.infer(prepared)
    with pytest.raises(RuntimeError, match="a prepared input that waits"):
        network.infer(prepared)
    assert other.infer(others)[0].reshape(-1)[0] == 2


@pytest.mark.parametrize("in_flight", [1, 2])
def test_what_is_discarded_makes_room_once(write_model: WriteModel, in_flight: int) -> None:
    network = network_of(write_model(flatten_model()), in_flight=in_flight)
    first = network.prepare(shade(0))
    network.discard(first)
    kept = [network.prepare(shade(value)) for value in range(1, 1 + in_flight)]
    network.discard(first)  # again: it must not free the memory of another
    with pytest.raises(RuntimeError):
        network.prepare(shade(9))
    assert [network.infer(one)[0].reshape(-1)[0] for one in kept] == list(range(1, 1 + in_flight))


@pytest.mark.parametrize("in_flight", [1, 2])
def test_a_frame_that_can_not_be_prepared_takes_no_room(write_model: WriteModel, in_flight: int) -> None:
    network = network_of(write_model(flatten_model()), in_flight=in_flight)
    for _ in range(3):
        with pytest.raises(ImageError):
            network.prepare(replace(shade(1), width=3))
    assert flat(network, shade(5)) == [5] * 12


@pytest.mark.parametrize("in_flight", [1, 2])
def test_a_runtime_that_fails_gives_the_room_back(write_model: WriteModel, in_flight: int) -> None:
    network = network_of(write_model(flatten_model()), in_flight=in_flight)
    for _ in range(3):
        prepared = network.prepare(shade(1))
        held = network.interpreter.output_views[0]
        with pytest.raises(ModelError, match=r"model\.tflite: .* failed: "):
            network.infer(prepared)
        del held
    assert flat(network, shade(6)) == [6] * 12


def test_one_is_prepared_while_another_is_inferred(write_model: WriteModel, runtime: RuntimeName) -> None:
    """On two threads, with two in flight: each answer is that of its own frame."""
    network = network_of(write_model(flatten_model()), runtime, in_flight=2)
    with ThreadPoolExecutor(1) as preparing:
        ahead = preparing.submit(network.prepare, shade(0))
        for value in range(200):
            prepared = ahead.result()
            ahead = preparing.submit(network.prepare, shade((value + 1) % 256))
            outputs = network.infer(prepared)
            assert (outputs[0] == value).all()
        network.discard(ahead.result())


# Several outputs


class NearestShade(Head):
    """Scores by how near an embedding is to those of examples: a head that a user's examples made."""

    def __init__(self, values: OutputValues, examples: dict[str, float]) -> None:
        self._values, self._examples = values, examples

    @property
    def labels(self) -> Sequence[str]:
        return tuple(self._examples)

    def scores(self, outputs: Outputs) -> NDArray[np.float32]:
        mean = float(self._values.read(outputs[EMBEDDING]).mean())
        near = np.array([1 / (1e-3 + abs(mean - example)) for example in self._examples.values()], np.float32)
        return np.asarray(near / near.sum(dtype=np.float32))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32"])
def test_a_head_reads_another_output(write_model: WriteModel, runtime: RuntimeName, dtype: str) -> None:
    """Without a change to the network, which says of itself that it has two outputs."""
    path = write_model(two_outputs(dtype))
    network = network_of(path, runtime)
    values = OutputValues(output_tensor(read_model_file(path), EMBEDDING))
    darkest, brightest = (
        float(values.read(network.infer(network.prepare(shade(value)))[EMBEDDING]).mean()) for value in (0, 255)
    )
    assert brightest - darkest > 1
    classifier = NetworkClassifier(INFO, network, NearestShade(values, {"dark": darkest, "bright": brightest}))
    assert classifier.labels == ("dark", "bright")
    assert [classifier.classify(shade(value)).top(1)[0].label for value in (10, 240)] == ["dark", "bright"]
    outputs = network.infer(network.prepare(shade(3)))
    assert len(outputs) == 2
    assert outputs[SCORES].reshape(-1) == pytest.approx(outputs[SCORES].reshape(-1)[0])


def test_an_output_is_fetched_when_it_is_asked_for(write_model: WriteModel) -> None:
    """What is held of one inference is refused by the next, not overwritten by it."""
    network = network_of(write_model(two_outputs()))
    outputs = network.infer(network.prepare(shade(1)))
    network.infer(network.prepare(shade(2)))
    held = outputs[EMBEDDING]
    with pytest.raises(ModelError, match="failed"):
        network.infer(network.prepare(shade(3)))
    del held
    network.infer(network.prepare(shade(4)))


def test_classifiers_share_a_network(write_model: WriteModel) -> None:
    """Heads of their own; it stays until the last of them is closed."""
    path = write_model(two_outputs())
    network = network_of(path)
    values = OutputValues(output_tensor(read_model_file(path), EMBEDDING))
    coarse = NetworkClassifier(INFO, network, NearestShade(values, {"dark": -1.0, "bright": 1.0}))
    fine = NetworkClassifier(INFO, network, NearestShade(values, {"night": -1.0, "dusk": 0.0, "day": 1.0}))
    seen = [(coarse.classify(shade(v)).top(1)[0].label, fine.classify(shade(v)).top(1)[0].label) for v in (0, 125)]
    assert seen == [("dark", "night"), ("dark", "dusk")]
    coarse.close()
    assert fine.classify(shade(250)).top(1)[0].label == "day"
    with pytest.raises(ModelError, match="closed"):
        coarse.classify(shade(0))
