"""What is refused before a runtime sees it: one wrong number in a model that was sound."""

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.errors import ExitStatus, ModelError
from edgeclassify.machine import free_memory_bytes
from edgeclassify.model.runtime.interpreter import open_interpreter
from edgeclassify.model.soundness.check import check_soundness
from edgeclassify.model.tflite.model_file import ModelFile, parse_model
from edgeclassify.types.model_choice import RuntimeName
from tests.model.soundness.nets import Net, float_net, moving_net, quantized_net
from tests.model.tflite_files import ModelDef, OperatorDef, tflite_bytes

PATH = Path("m.tflite")


def parsed(model: ModelDef) -> ModelFile:
    return parse_model(PATH, tflite_bytes(model))


def place(model: ModelDef, name: str) -> int:
    return [operator.name for operator in model.operators].index(name)


def with_operator(model: ModelDef, name: str, **changes: Any) -> ModelDef:
    at = place(model, name)
    changed = replace(model.operators[at], **changes)
    return replace(model, operators=[*model.operators[:at], changed, *model.operators[at + 1 :]])


def with_tensor(model: ModelDef, index: int, **changes: Any) -> ModelDef:
    changed = replace(model.tensors[index], **changes)
    return replace(model, tensors=[*model.tensors[:index], changed, *model.tensors[index + 1 :]])


def with_input(model: ModelDef, name: str, number: int, tensor: int | None) -> ModelDef:
    inputs = list(model.operators[place(model, name)].inputs)
    inputs[number : number + 1] = [] if tensor is None else [tensor]
    return with_operator(model, name, inputs=inputs)


def with_option(model: ModelDef, name: str, slot: int, value: int) -> ModelDef:
    options = model.operators[place(model, name)].options
    kind = next((kind for at, kind, _ in options if at == slot), "int32")
    rest = [option for option in options if option[0] != slot]
    return with_operator(model, name, options=[*rest, (slot, kind, value)])


def with_values(model: ModelDef, name: str, number: int, *values: int) -> ModelDef:
    """Other values of a constant that an operator reads."""
    index = model.operators[place(model, name)].inputs[number]
    return with_tensor(model, index, data=struct.pack(f"<{len(values)}i", *values))


def output_shaped(model: ModelDef, name: str, *shape: int) -> ModelDef:
    return with_tensor(model, model.operators[place(model, name)].outputs[0], shape=shape)


def refusal(model: ModelDef, free_memory: Callable[[], int | None] = free_memory_bytes) -> str:
    with pytest.raises(ModelError) as caught:
        check_soundness(parsed(model), free_memory=free_memory)
    assert caught.value.exit_status == ExitStatus.DATA
    return str(caught.value)


@pytest.mark.parametrize("net", [quantized_net, float_net, moving_net])
def test_sound_models_pass_and_run(net: Callable[[], ModelDef], runtime: RuntimeName) -> None:
    model = parsed(net())
    need = check_soundness(model)
    assert need.total == 2 * model.size + need.arena
    assert 0 < need.arena < 10_000
    opened = open_interpreter(PATH, runtime, 1, model.data())
    assert opened.outputs[0].shape == (1, 5)


Q, F, M = quantized_net(), float_net(), moving_net()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        # tensor indices
        (with_input(Q, "CONV_2D", 1, -1), "operator 0 (CONV_2D): its input 1 is missing"),
        (with_input(Q, "CONV_2D", 0, -1), "operator 0 (CONV_2D): its input 0 is missing"),
        (with_input(Q, "SOFTMAX", 0, -1), "(SOFTMAX): its input 0 is missing"),
        (with_input(Q, "ADD", 1, -1), "(ADD): its input 1 is missing"),
        (with_input(Q, "ADD", 1, None), "(ADD): it has 1 inputs, not 2"),
        (with_input(Q, "DEPTHWISE_CONV_2D", 2, None), "a quantized one must have biases"),
        (with_input(Q, "DEPTHWISE_CONV_2D", 2, -1), "a quantized one must have biases"),
        (with_input(Q, "ADD", 0, 8), "(ADD): it reads tensor 8, which nothing has written before"),
        (with_input(Q, "CONV_2D", 0, 14), "(CONV_2D): it reads tensor 14, which nothing has written before"),
        (with_operator(Q, "ADD", outputs=[-1]), "(ADD): an output is missing"),
        (with_operator(Q, "ADD", outputs=[]), "(ADD): it has no output"),
        (with_operator(Q, "ADD", outputs=[9, 10]), "(ADD): it has 2 outputs, not one"),
        (with_operator(Q, "ADD", outputs=[1]), "(ADD): it writes tensor 1, which has its values from elsewhere"),
        (with_operator(Q, "ADD", outputs=[0]), "(ADD): it writes tensor 0, which has its values from elsewhere"),
        (with_operator(Q, "CONV_2D", inputs=[0, 1, 2, 5]), "(CONV_2D): it has 4 inputs, not 2 to 3"),
        (with_operator(Q, "RESHAPE", inputs=[8, 9, 9]), "(RESHAPE): it has 3 inputs, not 1 to 2"),
        (replace(Q, inputs=[3]), "(CONV_2D): it reads tensor 0, which nothing has written before"),
        (replace(Q, inputs=[1]), "its input, tensor 1, is a constant"),
        (replace(Q, inputs=[0, 0]), "one tensor is two of its inputs"),
        (replace(Q, operators=Q.operators[:-1]), "nothing writes its output, tensor"),
        (replace(Q, outputs=[1]), "its output, tensor 1, is not computed from its input"),
        (replace(Q, outputs=[0]), "its output, tensor 0, is not computed from its input"),
        (with_input(Q, "RESHAPE", 0, 5), "its output, tensor 14, is not computed from its input"),
        # options
        (with_operator(Q, "CONV_2D", options_kind=0), "(CONV_2D): its options (padding, stride, axis) are"),
        (with_operator(Q, "AVERAGE_POOL_2D", options_kind=9, options=[]), "its options (padding, stride, axis)"),
        (with_option(Q, "CONV_2D", 1, 0), "stride, dilation and window must be positive, found 2, 0"),
        (with_option(Q, "CONV_2D", 2, -1), "stride, dilation and window must be positive, found -1, 2"),
        (with_option(Q, "CONV_2D", 1, 1 << 20), "stride, dilation and window must be positive"),
        (with_option(Q, "CONV_2D", 5, -3), "stride, dilation and window must be positive"),
        (with_option(Q, "AVERAGE_POOL_2D", 3, 0), "stride, dilation and window must be positive"),
        (with_option(Q, "AVERAGE_POOL_2D", 4, 99), "a window of 99 x 4 finds nothing in 4 x 4"),
        (with_option(Q, "DEPTHWISE_CONV_2D", 3, 7), "a depth multiplier of 7 don't fit an input of 4 channels"),
        (with_option(F, "CONCATENATION", 0, 4), "it has the axis 4 with 4 dimensions"),
        (with_option(F, "CONCATENATION", 0, -5), "it has the axis -5 with 4 dimensions"),
        (with_option(F, "CONCATENATION", 0, 1), "the shape [1, 8, 8, 6] but its inputs make [1, 16"),
        (with_option(F, "GATHER", 0, 6), "it has the axis 6 with 5 dimensions"),
        (with_option(F, "PACK", 1, 9), "it has the axis 9"),
        (with_option(F, "PACK", 0, 3), "its 2 inputs must be 3 of one shape"),
        (with_option(F, "SPLIT", 0, 2), "it has 3 outputs, not 2"),
        # shapes
        (output_shaped(Q, "CONV_2D", 1, 4, 800_000, 4), "[1, 4, 800000, 4] but its inputs make [1, 4, 4, 4]"),
        (output_shaped(Q, "ADD", 1, 4, 4, 400), "(ADD): its output has the shape [1, 4, 4, 400]"),
        (output_shaped(Q, "RESHAPE", 1, 4000), "its output has 4000 values but its inputs have 4"),
        (output_shaped(Q, "FULLY_CONNECTED", 1, 6), "its output has 6 values but its inputs have 5"),
        (output_shaped(Q, "SOFTMAX", 1, 50), "its output has 50 values but its inputs have 5"),
        (output_shaped(F, "PAD", 1, 10, 10, 30), "its output has the shape [1, 10, 10, 30] but its inputs make"),
        (output_shaped(F, "RESIZE_BILINEAR", 1, 4, 4000, 2), "its inputs make [1, 4, 4, 2]"),
        (output_shaped(F, "TRANSPOSE", 1, 8, 8, 2), "its inputs make [1, 2, 8, 8]"),
        (output_shaped(F, "MEAN", 1, 500), "its output has 500 values but its inputs have 5"),
        (output_shaped(F, "STRIDED_SLICE", 1, 8, 8, 8), "its output has 512 values but its inputs have 8"),
        (with_tensor(Q, 1, shape=(2, 3, 3, 6)), "weights of 6 to 2 channels don't fit an input of 3"),
        (with_tensor(Q, 1, shape=(36, 3)), "its input 1 must have 4 dimensions, found [36, 3]"),
        (with_tensor(Q, 2, shape=(2,), data=bytes(8)), "it has 2 biases for 4 channels"),
        (with_tensor(Q, 2, shape=(2,), data=bytes(8)), "operator 0 (CONV_2D)"),
        # constants that steer
        (with_values(F, "PAD", 1, 0, 0, 1, 1, -1, 1, 0, 0), "none negative, found [0, 0, 1, 1, -1, 1, 0, 0]"),
        (with_values(F, "TRANSPOSE", 1, 0, 3, 3, 2), "its order of 4 dimensions can't be [0, 3, 3, 2]"),
        (with_values(F, "TRANSPOSE", 1, 0, 9, 1, 2), "its order of 4 dimensions can't be [0, 9, 1, 2]"),
        (with_values(F, "GATHER", 1, 2), "it picks from places outside of 2"),
        (with_values(F, "GATHER", 1, -1), "it picks from places outside of 2"),
        (with_values(F, "SPLIT", 0, 4), "it has the axis 4 with 4 dimensions"),
        (with_values(F, "SPLIT", 0, 1), "8 values can't be split into 3 parts"),
        (with_values(F, "RESIZE_BILINEAR", 1, 0, 4), "it must have a height and a width, found [0, 4]"),
        (with_values(F, "MEAN", 1, 1, 7), "it has the axis 7 with 4 dimensions"),
        (with_values(F, "STRIDED_SLICE", 3, 1, 0, 1, 1), "0:2:0 leaves nothing of 4 values"),
        (with_values(F, "STRIDED_SLICE", 1, 0, 0, 0, 3), "3:2:1 leaves nothing of 2 values"),
        (with_values(Q, "RESHAPE", 1, -1, -1), "its target can't be [-1, -1]"),
        (with_values(Q, "RESHAPE", 1, -2, 4), "its target can't be [-2, 4]"),
        (with_values(M, "SLICE", 1, 0, 0, 0, 5), "2 values from 5 on are not inside of 6"),
        (with_values(M, "SLICE", 1, 0, 0, 0, -1), "2 values from -1 on are not inside of 6"),
        (with_values(M, "SLICE", 1, 0, 8, 0, 1), "8 values from 8 on are not inside of 8"),
        (with_values(M, "SLICE", 2, 1, 8, 8, 6), "6 values from 1 on are not inside of 6"),
        (with_values(M, "SLICE", 2, 1, 8, 8, 0), "0 values from 1 on are not inside of 6"),
        (with_values(M, "SLICE", 2, 1, 8, 8, -2), "-2 values from 1 on are not inside of 6"),
        (with_values(M, "SLICE", 2, 1, 8, 8, 4), "has the shape [1, 8, 8, 2] but its inputs make [1, 8, 8, 4]"),
        (with_values(F, "STRIDED_SLICE", 2, 1, 2, 3, 2), "its output has 8 values but its inputs have 12"),
        (with_values(M, "SPACE_TO_BATCH_ND", 1, 0, 2), "blocks of [0, 2] don't fit an input of [1, 4, 4, 2]"),
        (with_values(M, "SPACE_TO_BATCH_ND", 1, 3, 2), "4 values with edges of 0 and 0 make no blocks of 3"),
        (with_values(M, "SPACE_TO_BATCH_ND", 2, -1, 1, 0, 0), "its edges must not be negative, or absurdly wide"),
        (with_values(M, "SPACE_TO_BATCH_ND", 2, 0, 800_000, 0, 0), "its edges must not be negative, or absurdly"),
        (with_values(M, "SPACE_TO_BATCH_ND", 2, 0, 2, 0, 0), "its output has 32 values but its inputs have 48"),
        (with_values(M, "BATCH_TO_SPACE_ND", 2, 2, 2, 0, 0), "2 values with edges of 2 and 2 make no blocks of 2"),
        (with_values(M, "BATCH_TO_SPACE_ND", 2, 1, 1, 0, 0), "its output has 32 values but its inputs have 16"),
        (with_values(M, "TILE", 1, 1, 1, 1, 0), "it can't be repeated [1, 1, 1, 0] times"),
        (with_values(M, "TILE", 1, 1, 1, 1, 3), "has the shape [1, 8, 8, 6] but its inputs make [1, 8, 8, 9]"),
        (with_option(M, "SPACE_TO_DEPTH", 0, 0), "blocks must have a positive side, found 0"),
        (with_option(M, "SPACE_TO_DEPTH", 0, 3), "[1, 8, 8, 3] has no whole number of blocks of 3 x 3"),
        (with_option(M, "SPACE_TO_DEPTH", 0, 4), "but its inputs make [1, 2, 2, 48]"),
        (with_option(M, "DEPTH_TO_SPACE", 0, -1), "blocks must have a positive side, found -1"),
        (with_option(M, "DEPTH_TO_SPACE", 0, 4), "[1, 4, 4, 12] has no whole number of blocks of 4 x 4"),
        (with_option(M, "DEPTH_TO_SPACE", 0, 1), "but its inputs make [1, 4, 4, 12]"),
        (with_option(M, "UNPACK", 0, 7), "it has 8 outputs, and makes 7 of 8 parts"),
        (with_option(M, "UNPACK", 1, 3), "it has 8 outputs, and makes 8 of 4 parts"),
        (with_option(M, "UNPACK", 1, 4), "it has the axis 4 with 4 dimensions"),
        (with_option(M, "TRANSPOSE_CONV", 1, 0), "the stride must be positive, found (2, 0)"),
        (with_values(M, "TRANSPOSE_CONV", 0, 1, 8, 0, 4), "its output can't have the shape [1, 8, 0, 4]"),
        (with_values(M, "TRANSPOSE_CONV", 0, 1, 8, 9, 4), "but its inputs make [1, 8, 9, 4]"),
        # quantization
        (with_tensor(Q, 0, zero_point=300), "the zero point of int8 must be from -128 to 127, found 300"),
        (with_tensor(Q, 0, zero_point=128), "the zero point of int8 must be from -128 to 127, found 128"),
        (with_tensor(Q, 0, zero_point=-129), "the zero point of int8 must be from -128 to 127, found -129"),
        (with_tensor(Q, 0, scale=1e-40), "tensor 0 (image) has the scale "),
        (with_tensor(Q, 0, scale=1e30), "tensor 0 (image) has the scale 1e+30"),
        (with_tensor(Q, 7, scale=9e-8), "operator 2 (ADD): the scale of its output, 9e-08, does not fit"),
        (with_tensor(Q, 7, scale=1e-9), "operator 2 (ADD): the scale of its output, 1e-09, does not fit"),
    ],
)  # fmt: skip
def test_one_wrong_number(model: ModelDef, words: str) -> None:
    message = refusal(model)
    assert message.startswith("m.tflite: expected a .tflite file without contradictions, found this: ")
    assert words in message


def test_a_tensor_that_is_read_before_it_is_written() -> None:
    """A circle: each of two operators waits for the other."""
    first, second = place(Q, "CONV_2D"), place(Q, "DEPTHWISE_CONV_2D")
    operators = list(Q.operators)
    operators[first], operators[second] = operators[second], operators[first]
    assert "(DEPTHWISE_CONV_2D): it reads tensor 3, which nothing has" in refusal(replace(Q, operators=operators))


@pytest.mark.parametrize(("model", "name"), [(Q, "FULLY_CONNECTED"), (F, "MEAN")])
def test_options_with_values_by_default_may_be_left_out(model: ModelDef, name: str) -> None:
    check_soundness(parsed(with_operator(model, name, options_kind=0, options=())))


@pytest.mark.parametrize(
    ("name", "place_", "tensor"), [("CONV_2D", 2, -1), ("CONV_2D", 2, None), ("FULLY_CONNECTED", 2, -1)]
)
def test_a_bias_may_be_left_out(name: str, place_: int, tensor: int | None) -> None:
    check_soundness(parsed(with_input(Q, name, place_, tensor)))


@pytest.mark.parametrize("scale", [0.0, 1e-7, 1.0])
def test_scales_that_a_sum_can_work_with(scale: float) -> None:
    """0: none at all, for which the runtimes have words of their own."""
    check_soundness(parsed(with_tensor(Q, 7, scale=scale)))


@pytest.mark.parametrize("zero_point", [-128, 127])
def test_the_least_and_the_largest_zero_point(zero_point: int) -> None:
    check_soundness(parsed(with_tensor(Q, 0, zero_point=zero_point)))


def test_a_size_of_minus_one_is_all_the_rest() -> None:
    check_soundness(parsed(with_values(M, "SLICE", 2, -1, -1, -1, 2)))


@pytest.mark.parametrize("changes", [{"shape": ()}, {"shape": (1, 9, 9, 4), "signature": (1, -1, -1, 4)}])
@pytest.mark.parametrize("name", ["CONV_2D", "ADD"])
def test_a_shape_that_the_file_leaves_open(name: str, changes: dict[str, tuple[int, ...]]) -> None:
    """The runtime finds it out; where the next operator needs it, the file must have it."""
    alone = place(Q, name)
    output = Q.operators[alone].outputs[0]
    model = with_tensor(replace(Q, operators=Q.operators[: alone + 1], outputs=[output]), output, **changes)
    check_soundness(parsed(model))


@pytest.mark.parametrize("shape", [(0, 3, 3, 3), (4, 3, 3, 0)])
def test_weights_without_values(shape: tuple[int, ...]) -> None:
    """A kernel would divide by their number. (A constant of no bytes counts as a result that nobody writes.)"""
    message = refusal(with_tensor(Q, 1, shape=shape, data=b""))
    assert "don't fit an input of 3" in message or "which nothing has written before" in message


def test_the_shape_of_a_scalar_is_no_missing_tensor() -> None:
    """Its bytes are none, as if it were a result."""
    net = Net("float32", [1, 1, 1, 1])
    net.step("RESHAPE", [0, net.constant("scalar", [])], net.result("scalar", []))
    net.step("RESHAPE", [net.last, net.constant("shape", [1, 1])], net.result("flat", [1, 1]))
    check_soundness(parsed(net.model()))


def test_custom_operators_are_the_runtimes_business() -> None:
    net = Net("float32", [1, 2, 2, 3])
    net.operators.append(OperatorDef("", [0, -1], [net.result("out", [1, 9])], custom="Mine"))
    net.last = 1
    check_soundness(parsed(net.model()))


def test_a_custom_operator_may_be_called_as_a_built_in_one() -> None:
    net = Net("float32", [1, 2, 2, 3])
    outputs = [net.result("one", [1, 9]), net.result("two", [1, 9])]
    net.operators.append(OperatorDef("", [0], outputs, custom="ADD"))
    net.last = 1
    check_soundness(parsed(net.model()))


def huge(side: int) -> ModelDef:
    """Sound in itself, but its results take 2 * 4 * 3 * side^2 bytes."""
    net = Net("float32", [1, side, side, 3])
    net.step("RELU", [0], net.result("relu", [1, side, side, 3]))
    net.step("MEAN", [net.last, net.constant("axes", [1, 2])], net.result("mean", [1, 3]))
    return net.model()


def test_results_that_no_classifier_needs() -> None:
    check_soundness(parsed(huge(2000)))
    message = refusal(huge(5000))
    assert "whose results take at most 512 MB, found one that needs 572 MB" in message


def test_exactly_as_much_as_there_may_be() -> None:
    model = parsed(huge(100))
    need = check_soundness(model)
    assert check_soundness(model, most_arena_bytes=need.arena, free_memory=lambda: need.total) == need
    with pytest.raises(ModelError, match="whose results take at most"):
        check_soundness(model, most_arena_bytes=need.arena - 1)
    with pytest.raises(ModelError, match="are free here"):
        check_soundness(model, free_memory=lambda: need.total - 1)


@pytest.mark.parametrize(("free", "is_refused"), [(None, False), (1 << 30, False), (50 << 20, True)])
def test_more_than_there_is(free: int | None, is_refused: bool) -> None:
    if not is_refused:
        check_soundness(parsed(huge(2000)), free_memory=lambda: free)
        return
    message = refusal(huge(2000), lambda: free)
    assert message == (
        "m.tflite: the model needs about 91 MB of memory, 50 MB are free here. Use a smaller model."
    )


def test_what_is_no_longer_read_takes_no_memory() -> None:
    """Ten results of 12 MB in a row: two of them are alive at a time."""
    side = 1000
    net = Net("float32", [1, side, side, 3])
    for i in range(10):
        net.step("RELU", [net.last], net.result(f"relu{i}", [1, side, side, 3]))
    assert check_soundness(parsed(net.model())).arena == 2 * 12 * side * side


def test_what_is_read_late_is_kept() -> None:
    side = 1000
    net = Net("float32", [1, side, side, 3])
    shape = [1, side, side, 3]
    early = net.step("RELU", [0], net.result("early", shape))
    for i in range(3):
        net.step("RELU", [net.last], net.result(f"relu{i}", shape))
    net.step("ADD", [net.last, early], net.result("sum", shape), 11)
    assert check_soundness(parsed(net.model())).arena == 3 * 12 * side * side
