"""What an output is, told from the graph alone."""

import math

import pytest

from edgeclassify.model.roles.bounds import Bounds
from edgeclassify.model.roles.graph_bounds import tensor_bounds
from edgeclassify.model.roles.output_role import Activation, OutputRole, output_role
from edgeclassify.model.tflite.model_file import ModelFile, read_model_file
from tests.model.colour_nets import GATHER, Net
from tests.model.conftest import WriteModel
from tests.model.output_nets import EXCLUSIVE, LOGITS, SEVERAL, Head, mixed_groups
from tests.model.tflite_files import OperatorDef

LARGEST = {"sum of two": 2.0, "percents": 100.0, "percents of sigmoids": 100.0}
LOG_HEADS = ("log softmax", "log of softmax")
ONE = [1, 3]


def read(write_model: WriteModel, head: Head) -> ModelFile:
    net = Net()
    return read_model_file(write_model(net.model(head(net))))


def role(write_model: WriteModel, head: Head) -> OutputRole:
    return output_role(read(write_model, head))


def bounds(write_model: WriteModel, head: Head) -> Bounds:
    model = read(write_model, head)
    return tensor_bounds(model)[model.outputs[0]]


@pytest.mark.parametrize("name", EXCLUSIVE)
def test_probabilities_of_which_one_holds(write_model: WriteModel, name: str) -> None:
    expected = Activation.LOG_PROBABILITIES if name in LOG_HEADS else Activation.PROBABILITIES
    found = role(write_model, EXCLUSIVE[name])
    assert found == OutputRole(expected, largest=found.largest)
    assert found.largest == pytest.approx(LARGEST.get(name, 1.0))


@pytest.mark.parametrize("name", SEVERAL)
def test_probabilities_of_which_several_hold(write_model: WriteModel, name: str) -> None:
    largest = LARGEST.get(name, 1.0)
    found = role(write_model, SEVERAL[name])
    assert found == OutputRole(Activation.PROBABILITIES, has_several=True, largest=found.largest)
    assert found.largest == pytest.approx(largest)


@pytest.mark.parametrize("name", LOGITS)
def test_logits(write_model: WriteModel, name: str) -> None:
    is_sure = name != "a layer behind a hidden softmax"
    assert role(write_model, LOGITS[name]) == OutputRole(Activation.LOGITS, is_sure=is_sure)


def custom(net: Net) -> int:
    output = net.add("CUSTOM", [net.logits()], ONE)
    net.operators[-1] = OperatorDef("CUSTOM", net.operators[-1].inputs, [output], custom="Softmax2")
    return output


def clipped_custom(net: Net) -> int:
    return net.add("RELU_0_TO_1", [custom(net)], ONE)


def divided(net: Net) -> int:
    return net.add("DIV", [net.logits(), net.logits()], ONE)


def shifted(net: Net) -> int:
    return net.add("ADD", [net.softmax(), net.constant([1.0])], ONE)


@pytest.mark.parametrize(
    ("head", "is_sure"),
    [
        (custom, False),
        (mixed_groups, False),
        (divided, False),
        (lambda net: net.add("RELU6", [custom(net)], ONE), False),
        (lambda net: net.add("MUL", [custom(net), net.constant([2.0])], ONE), False),
        (lambda net: net.logits(net.add("MUL", [0, custom(net)], [1, 8, 8, 3])), True),
        (lambda net: net.add("TANH", [net.logits()], ONE), True),
        (shifted, True),
    ],
)
def test_what_the_graph_can_and_can_not_tell(write_model: WriteModel, head: Head, is_sure: bool) -> None:
    assert role(write_model, head) == OutputRole(Activation.LOGITS, is_sure=is_sure)


def test_limits_make_even_the_unknown_probabilities(write_model: WriteModel) -> None:
    assert role(write_model, clipped_custom) == OutputRole(Activation.PROBABILITIES, has_several=True)


def test_a_single_logit_gets_a_sigmoid(write_model: WriteModel) -> None:
    found = role(write_model, lambda net: net.logits(weights=[[1, 0, 0]], bias=[0]))
    assert found == OutputRole(Activation.SEPARATE_LOGITS)


def tanh(net: Net) -> int:
    return net.add("TANH", [net.logits()], ONE)


def percents(net: Net) -> int:
    return net.add("MUL", [net.softmax(), net.constant([100.0])], ONE)


def nothing(net: Net) -> int:
    """Something unbounded times 0."""
    return net.add("MUL", [net.add("RELU6", [net.logits()], ONE), net.constant([0.0])], ONE)


def stacked(one: Head, other: Head) -> Head:
    return lambda net: net.add("PACK", [one(net), other(net)], [2, 1, 3])


def summed(one: Head, other: Head) -> Head:
    return lambda net: net.add("SUM", [stacked(one, other)(net), net.constant([0], "int32")], ONE)


def chosen(net: Net) -> int:
    condition = net.add("GREATER", [net.logits(), net.constant([0.0])], ONE, "bool")
    return net.add("SELECT", [condition, net.softmax(), net.sigmoid()], ONE)


def reciprocal(low: float) -> Head:
    """2 / (softmax + low)."""
    return lambda net: net.add("DIV", [net.constant([2.0]), binary("ADD", low)(net)], ONE)


def relu(net: Net) -> int:
    return net.add("RELU", [net.logits()], ONE)


def by_its(name: str, head: Head, other: Head | None = None) -> Head:
    """Values, divided by what an operator makes of all of them, or of others."""

    def divided(net: Net) -> int:
        values = head(net)
        of = values if other is None else other(net)
        total = net.add(name, [of, net.constant([1], "int32")], [1, 1])
        return net.add("DIV", [values, total], ONE)

    return divided


def sliced(head: Head) -> Head:
    """Two of three classes."""
    return lambda net: net.add(
        "SLICE", [head(net), net.constant([0, 0], "int32"), net.constant([1, 2], "int32")], [1, 2]
    )


def gathered(*indices: int) -> Head:
    def head(net: Net) -> int:
        order = net.constant(indices, "int32")
        shape = [1, len(indices)]
        return net.add("GATHER", [net.softmax(), order], shape, options_kind=GATHER, options=[(0, "int32", 1)])

    return head


def binary(name: str, *constant: float) -> Head:
    return lambda net: net.add(name, [net.softmax(), net.constant(constant)], ONE)


@pytest.mark.parametrize(
    ("head", "low", "high", "most"),
    [
        (Net.softmax, 0, 1, 1),
        (Net.sigmoid, 0, 1, 3),
        (gathered(2, 0), 0, 1, 1),
        (gathered(1, 1), 0, 1, 2),
        (binary("ADD", 0.25), 0.25, 1.25, 1.75),
        (binary("SUB", 0.25), -0.25, 0.75, 0.25),
        (binary("MUL", 0.5), 0, 0.5, 0.5),
        (binary("MUL", 0.5, 0.25, 1), 0, 1, 1),
        (binary("MUL", -2), -2, 0, math.inf),
        (binary("DIV", 4), 0, 0.25, 0.25),
        (binary("MINIMUM", 0.5), 0, 0.5, 1),
        (binary("MAXIMUM", 0.5), 0.5, 1, 2.5),
        (binary("MAXIMUM", -1), 0, 1, 1),
        (lambda net: net.add("NEG", [net.softmax()], ONE), -1, 0, 0),
        (lambda net: net.add("SUB", [net.constant([1.0]), net.softmax()], ONE), 0, 1, 3),
        (lambda net: net.add("ADD_N", [net.softmax(), net.softmax()], ONE), 0, 2, 2),
        (lambda net: net.add("SQUARE", [net.softmax()], ONE), 0, 1, 3),
        (lambda net: net.add("TILE", [net.softmax(), net.constant([1, 2], "int32")], [1, 6]), 0, 1, 2),
        (by_its("SUM", relu), 0, 1, 1),
        (by_its("SUM", tanh), -math.inf, math.inf, math.inf),
        (by_its("SUM", relu, relu), -math.inf, math.inf, math.inf),
        (by_its("REDUCE_MAX", relu), -math.inf, math.inf, math.inf),
        (lambda net: net.add("MAXIMUM", [net.softmax(), net.softmax()], ONE), 0, 1, 2),
        (binary("MAXIMUM", -1, 0, -1), 0, 1, 1),
        (sliced(Net.softmax), 0, 1, 1),
        (sliced(binary("ADD", -2)), -2, -1, math.inf),
        (lambda net: net.add("RESHAPE", [binary("ADD", -2)(net)], [3]), -2, -1, -5),
        (nothing, -math.inf, math.inf, math.inf),
        (stacked(tanh, percents), -1, 100, math.inf),
        (stacked(Net.softmax, Net.sigmoid), 0, 1, 4),
        (summed(tanh, tanh), -2, 2, math.inf),
        (summed(Net.softmax, Net.sigmoid), 0, 2, 4),
        (chosen, 0, 1, 3),
        (reciprocal(4), 0.4, 0.5, 1.5),
        (reciprocal(0), -math.inf, math.inf, math.inf),
        (binary("DIV", 0, 1, 1), -math.inf, math.inf, math.inf),
        (binary("DIV", -2), -math.inf, math.inf, math.inf),
        (lambda net: net.add("DIV", [net.softmax()], ONE), -math.inf, math.inf, math.inf),
        (lambda net: net.add("ABS", [net.softmax()], ONE), 0, 1, 1),
        (lambda net: net.add("ABS", [tanh(net)], ONE), 0, 1, 3),
        (lambda net: net.add("ABS", [binary("SUB", 3)(net)], ONE), 0, 3, math.inf),
        (lambda net: net.add("PAD", [net.softmax(), net.constant([[0, 0], [1, 0]], "int32")], [1, 4]), 0, 1, 1),
        (lambda net: net.add("PAD", [binary("ADD", 1)(net), net.constant([[0, 0]], "int32")], ONE), 0, 2, 4),
        (lambda net: net.add("EXP", [net.softmax()], ONE), 0, math.e, math.inf),
        (lambda net: net.add("EXP", [net.logits()], ONE), 0, math.inf, math.inf),
        (lambda net: net.add("EXP", [net.add("LOG", [net.softmax()], ONE)], ONE), 0, 1, 1),
        (lambda net: net.add("RELU", [tanh(net)], ONE), 0, 1, 3),
        (lambda net: net.add("SUM", [net.softmax(), net.constant([1], "int32")], [1, 1]), 0, 1, 1),
        (lambda net: net.add("SUM", [net.sigmoid(), net.constant([1], "int32")], [1, 1]), 0, 3, 3),
        (lambda net: net.add("REDUCE_MAX", [net.softmax(), net.constant([1], "int32")], [1, 1]), 0, 1, 1),
    ],
)
def test_bounds(write_model: WriteModel, head: Head, low: float, high: float, most: float) -> None:
    found = bounds(write_model, head)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.most == pytest.approx(most)


def test_constants_of_other_types_count_by_their_real_values(write_model: WriteModel) -> None:
    """A half as a quantized constant and as one of 16 bits that the graph widens first."""

    def quantized(net: Net) -> int:
        half = net.constant([-28], "int8")
        net.tensors[half] = type(net.tensors[half])("half", [1], "int8", 1 / 200, -128, net.tensors[half].data)
        return net.add("MUL", [net.softmax(), half], ONE)

    def widened(net: Net) -> int:
        half = net.add("DEQUANTIZE", [net.constant([0.5], "float16")], [1])
        return net.add("MUL", [net.softmax(), half], ONE)

    for head in (quantized, widened):
        assert bounds(write_model, head).most == pytest.approx(0.5)
