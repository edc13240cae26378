"""The .tflite reader: what it reads from whole files, and that no damaged one gets past it or crashes it."""

import hashlib
import io
import os
import random
import struct
import zipfile
from pathlib import Path

import flatbuffers
import numpy as np
import pytest

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.model.tflite.model_file import ModelFile, read_model_file
from tests.model.tflite_files import ModelDef, OperatorDef, TensorDef, flatten_model, tflite_bytes

REAL_MODELS = (
    "mobilenet_v1_0.25_128_quant.tflite",
    "mobilenet_v2_1.0_224_quant.tflite",
    "mobilenet_v2_1.0_224_inat_bird_quant.tflite",
    "tf2_mobilenet_v2_1.0_224_ptq.tflite",
)


def rich_model() -> ModelDef:
    """A small model with a constant, quantization, metadata and an attached file."""
    return flatten_model(softmax=True, metadata={"TFLITE_METADATA": b"abc"}, files={"labels.txt": b"a\nb\n"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.tflite"


def read(path: Path, content: bytes) -> ModelFile:
    path.write_bytes(content)
    return read_model_file(path)


def test_reads_the_graph(path: Path) -> None:
    model = read(path, tflite_bytes(rich_model()))
    assert (model.version, model.description, model.subgraphs) == (3, "written by a test", 1)
    assert [(o.name, o.inputs, o.outputs) for o in model.operators] == [
        ("RESHAPE", (0, 1), (2,)),
        ("SOFTMAX", (2,), (3,)),
    ]
    image = model.input_tensors[0]
    assert (image.name, image.shape, image.dtype, image.zero_points) == ("image", (1, 2, 2, 3), "uint8", (0,))
    assert image.scales == pytest.approx((1 / 255,))
    assert not image.is_constant
    assert model.output_tensors[0].name == "scores"
    assert model.size == path.stat().st_size


def test_constants_are_views_into_the_mapped_file(path: Path) -> None:
    model = read(path, tflite_bytes(rich_model()))
    shape = model.tensors[1]
    assert shape.is_constant
    assert struct.unpack("<2i", shape.data()) == (1, 12)
    assert shape.data().obj is model.content.obj


def test_reads_metadata_and_attached_files(path: Path) -> None:
    model = read(path, tflite_bytes(rich_model()))
    assert model.metadata == {"TFLITE_METADATA": b"abc"}
    assert model.associated_files == {"labels.txt": b"a\nb\n"}


def test_names_custom_operators(path: Path) -> None:
    tensors = [TensorDef("a", [1, 2]), TensorDef("b", [1, 2])]
    model = read(path, tflite_bytes(ModelDef(tensors, [OperatorDef("", [0], [1], custom="edgetpu")], [0], [1])))
    assert (model.operators[0].name, model.operators[0].is_custom) == ("edgetpu", True)


def test_reads_operator_codes_beyond_the_old_field(path: Path) -> None:
    tensors = [TensorDef("a", [1, 2]), TensorDef("b", [1, 2])]
    model = read(path, tflite_bytes(ModelDef(tensors, [OperatorDef("GELU", [0], [1])], [0], [1])))
    assert model.operators[0].name == "GELU"


@pytest.mark.data
@pytest.mark.parametrize("name", REAL_MODELS)
def test_reads_real_models(test_data: Path, name: str) -> None:
    model = read_model_file(test_data / "models" / name)
    image, scores = model.input_tensors[0], model.output_tensors[0]
    assert (image.dtype, scores.dtype) == ("uint8", "uint8")
    assert image.shape[0] == 1
    assert image.shape[3] == 3
    assert len(model.associated_files) == 1
    labels = next(iter(model.associated_files.values())).decode().splitlines()
    assert scores.shape == (1, len(labels))
    assert "DEPTHWISE_CONV_2D" in {operator.name for operator in model.operators}
    assert model.operators[-1].outputs == model.outputs


@pytest.mark.data
def test_reads_options_and_per_channel_quantization(test_data: Path) -> None:
    model = read_model_file(test_data / "models" / "tf2_mobilenet_v2_1.0_224_ptq.tflite")
    first = next(operator for operator in model.operators if operator.name == "CONV_2D")
    assert (first.options.stride, first.options.padding, first.options.activation) == ((2, 2), "SAME", "RELU6")
    weights = model.tensors[first.inputs[1]]
    assert weights.is_per_channel
    assert len(weights.scales) == weights.shape[weights.quantized_dimension] == 32


@pytest.mark.parametrize(
    ("content", "looks_like"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-lfs"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        (b"\n  <html>", "web page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "picture"),
        (b"PK\x03\x04" + bytes(64), "zip"),
        (b"\x1f\x8b\x08" + bytes(64), "compressed"),
        (b"\x89HDF\r\n\x1a\n" + bytes(64), "HDF5"),
        (b"\x08\x07\x12\x07pytorch" + bytes(64), "ONNX"),
        (bytes(4096), "zero bytes"),
        ("background\nKatze\nHündin\n".encode() * 30, "text"),
        (bytes(range(128, 256)), "no known kind"),
        (b"x", "text"),
    ],
)
def test_says_what_a_file_looks_like(path: Path, content: bytes, looks_like: str) -> None:
    with pytest.raises(ModelError, match=looks_like) as caught:
        read(path, content)
    assert str(path) in str(caught.value)


def test_missing_folder_empty_fifo(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="found nothing there"):
        read_model_file(tmp_path / "none.tflite")
    with pytest.raises(ModelMissingError, match="found nothing there"):
        read_model_file(Path(__file__) / "none.tflite")
    with pytest.raises(ModelError, match="found a folder"):
        read_model_file(tmp_path)
    (tmp_path / "empty").touch()
    with pytest.raises(ModelError, match="found an empty file"):
        read_model_file(tmp_path / "empty")
    with pytest.raises(ModelError, match="no plain file"):
        read_model_file(Path(os.devnull))
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ModelError, match="no plain file"):
        read_model_file(tmp_path / "fifo")


def facts(model: ModelFile) -> tuple[object, ...]:
    return (model.operators, model.tensors, model.inputs, model.outputs, model.metadata, model.associated_files)


def test_a_small_model_cut_off_anywhere_is_refused(path: Path) -> None:
    content = tflite_bytes(rich_model())
    whole, zip_start = facts(read(path, content)), content.index(b"PK\x03\x04")
    for length in range(len(content)):
        try:
            model = read(path, content[:length])
        except ModelError:
            continue
        # With the zip gone to its last byte the file is a whole model without attached files.
        assert zip_start - 16 <= length < zip_start + 4
        assert facts(model) == (*whole[:-1], {})


def test_a_model_without_attached_files_cut_off_loses_nothing_unnoticed(path: Path) -> None:
    content = tflite_bytes(flatten_model(softmax=True))
    whole = facts(read(path, content))
    accepted = 0
    for length in range(len(content)):
        try:
            model = read(path, content[:length])
        except ModelError:
            continue
        # Only padding at the end can go without a trace.
        assert facts(model) == whole
        accepted += 1
    assert accepted <= 16


@pytest.mark.data
@pytest.mark.parametrize("name", REAL_MODELS)
def test_a_real_model_cut_off_anywhere_is_refused(test_data: Path, path: Path, name: str) -> None:
    content = (test_data / "models" / name).read_bytes()
    numbers = random.Random(7)
    lengths = {0, 1, 7, 8, 15, 16, 100, len(content) - 1, len(content) - 22, len(content) // 2}
    lengths |= {numbers.randrange(len(content)) for _ in range(60)}
    path.write_bytes(content)
    for length in sorted(lengths, reverse=True):
        os.truncate(path, length)
        with pytest.raises(ModelError):
            read_model_file(path)


def mutated(content: bytes, numbers: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(numbers.choice((1, 1, 2, 8, 64))):
        damaged[numbers.randrange(len(damaged))] = numbers.choice((0, 1, 0x7F, 0x80, 0xFF, numbers.randrange(256)))
    return bytes(damaged)


def is_refused(path: Path, content: bytes) -> bool:
    """Whether the reader refuses it, with a ModelError that names the file; anything else it raises is a fault."""
    path.write_bytes(content)
    try:
        model = read_model_file(path)
    except ModelError as error:
        return str(error).startswith(f"{path}: ")
    read_all_of(model)
    return False


def read_all_of(model: ModelFile) -> None:
    """Touch everything the reader promises to have checked."""
    for tensor in model.tensors:
        bytes(tensor.data())
    for operator in model.operators:
        for index in (*operator.inputs, *operator.outputs):
            assert index == -1 or model.tensors[index].index == index
    assert model.input_tensors is not None
    assert model.output_tensors is not None


def test_damaged_small_models_raise_model_errors_or_read_whole(path: Path) -> None:
    content = tflite_bytes(rich_model())
    numbers = random.Random(3)
    refused = 0
    for _ in range(3000):
        refused += is_refused(path, mutated(content, numbers))
    assert refused > 1000


@pytest.mark.data
def test_damaged_real_models_raise_model_errors_or_read_whole(test_data: Path, path: Path) -> None:
    content = (test_data / "models" / REAL_MODELS[0]).read_bytes()
    # Offsets and tables; in the weights a changed byte is a changed weight.
    start = content.index(b"TFL3")
    tables, numbers = content[start - 4 : start + 30_000], random.Random(5)
    refused = sum(is_refused(path, mutated(tables, numbers) + content[len(tables) :]) for _ in range(150))
    assert 0 < refused < 150


def test_random_bytes_behind_the_identifier(path: Path) -> None:
    numbers = random.Random(11)
    for size in (16, 17, 64, 1000, 5000):
        for _ in range(100):
            with pytest.raises(ModelError):
                read(path, numbers.randbytes(4) + b"TFL3" + numbers.randbytes(size - 8))


def test_offsets_back_to_the_start_do_not_loop(path: Path) -> None:
    for offset in range(64):
        with pytest.raises(ModelError):
            read(path, struct.pack("<I", offset) + b"TFL3" + bytes(120))


def test_a_vector_named_again_and_again_is_refused_quickly(path: Path) -> None:
    builder = flatbuffers.Builder(1 << 20)
    scales = builder.CreateNumpyVector(np.ones(50_000, np.float32))

    zero_points = builder.CreateNumpyVector(np.zeros(50_000, np.int64))

    def table(*fields: tuple[int, int]) -> int:
        builder.StartObject(8)
        for slot, offset in fields:
            builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        return int(builder.EndObject())

    def vector(offset: int, count: int) -> int:
        builder.StartVector(4, count, 4)
        for _ in range(count):
            builder.PrependUOffsetTRelative(offset)
        return int(builder.EndVector())

    shape = builder.CreateNumpyVector(np.array([50_000], np.int32))
    tensor = table((0, shape), (4, table((2, scales), (3, zero_points))))
    graph = table((0, vector(tensor, 40_000)))
    root = table((2, vector(graph, 1)), (4, vector(table(), 1)))
    builder.Finish(root, b"TFL3")
    with pytest.raises(ModelError, match="over and over"):
        read(path, bytes(builder.Output()))


def test_tensors_bigger_than_their_data_are_refused(path: Path) -> None:
    model = ModelDef([TensorDef("w", [1, 100], data=bytes(99))], [], [0], [0])
    with pytest.raises(ModelError, match="99 bytes of 100"):
        read(path, tflite_bytes(model))


def test_tensors_of_impossible_size_are_refused(path: Path) -> None:
    for shape in ([1 << 30, 1 << 30], [-1, 3], [1] * 100_000):
        with pytest.raises(ModelError, match="impossible shape") as caught:
            read(path, tflite_bytes(ModelDef([TensorDef("w" * 10_000, shape)], [], [0], [0])))
        assert len(str(caught.value)) < 500


def test_indices_of_absent_tensors_are_refused(path: Path) -> None:
    tensors = [TensorDef("a", [1, 2])]
    for operators, inputs, outputs in (
        ([OperatorDef("RELU", [5], [0])], [0], [0]),
        ([OperatorDef("RELU", [0], [-2])], [0], [0]),
        ([], [1], [0]),
        ([], [0], [-1]),
    ):
        with pytest.raises(ModelError, match="tensor"):
            read(path, tflite_bytes(ModelDef(tensors, operators, inputs, outputs)))


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_attached_bombs_are_refused(path: Path) -> None:
    model = tflite_bytes(flatten_model())
    with pytest.raises(ModelError, match="attached to the model, found"):
        read(path, model + zipped({"labels.txt": bytes(40 << 20)}))
    with pytest.raises(ModelError, match="attached to the model, found"):
        read(path, model + zipped({f"{i}.txt": b"" for i in range(100)}))


def test_damaged_attached_files_are_refused(path: Path) -> None:
    model, files = tflite_bytes(flatten_model()), zipped({"labels.txt": b"cat\ndog\n" * 100})
    damaged = bytearray(files)
    damaged[45] ^= 0xFF  # in the compressed text: its checksum no longer fits
    for tail in (files[:-1], files[:60], bytes(damaged)):
        with pytest.raises(ModelError, match="zip"):
            read(path, model + tail)


def test_what_is_summed_is_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    data = tflite_bytes(flatten_model())
    path.write_bytes(data)
    model = read_model_file(path)
    with path.open("r+b") as file:
        file.write(bytes(len(data)))
    assert model.data() == data
    assert model.sha256() == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(("free", "is_read"), [(None, True), (4_000_000, True), (1_000_000, False)])
def test_a_file_that_the_memory_does_not_hold(tmp_path: Path, free: int | None, is_read: bool) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(tflite_bytes(flatten_model()) + bytes(1_500_000))
    if is_read:
        assert read_model_file(path, lambda: free).size > 1_500_000
        return
    with pytest.raises(ModelError, match=r"of at most 0 MB \(half of the memory that is free\), found 1 MB"):
        read_model_file(path, lambda: free)
