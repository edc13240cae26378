"""What exporters put behind a network's logits: heads by name, each grows a net and returns its output."""

from collections.abc import Callable

import numpy as np

from tests.model.colour_nets import ADD, CONCATENATION, GAIN, GATHER, PACK, REDUCER, Net

Head = Callable[[Net], int]

ONE = [1, 3]


def _half(net: Net, total: int) -> int:
    return net.add("MUL", [total, net.constant([0.5])], ONE)


def _mean_of_two(net: Net) -> int:
    return _half(net, net.add("ADD", [net.softmax(), net.softmax()], ONE))


def _weighted(net: Net) -> int:
    parts = [net.add("MUL", [net.softmax(), net.constant([share])], ONE) for share in (0.75, 0.25)]
    return net.add("ADD", parts, ONE)


def _mean_of_stack(net: Net) -> int:
    pack = net.add(
        "PACK",
        [net.softmax(), net.softmax()],
        [2, 1, 3],
        options_kind=PACK,
        options=[(0, "int32", 2), (1, "int32", 0)],
    )
    axis = net.constant([0], "int32")
    return net.add("MEAN", [pack, axis], ONE, options_kind=REDUCER, options=[(0, "uint8", 0)])


def _clip(net: Net) -> int:
    below = net.add("MINIMUM", [net.softmax(), net.constant([1 - 1e-7])], ONE)
    return net.add("MAXIMUM", [below, net.constant([1e-7])], ONE)


def _relu6(net: Net) -> int:
    return net.add("RELU6", [net.softmax()], ONE)


def _gathered(net: Net) -> int:
    order = net.constant([0, 1, 2], "int32")
    return net.add("GATHER", [net.softmax(), order], ONE, options_kind=GATHER, options=[(0, "int32", 1)])


def _subset(net: Net) -> int:
    """Softmax of four, of which the last class is cut away."""
    weights = np.vstack([np.eye(3) * GAIN, np.zeros(3)])
    four = net.softmax(net.logits(weights=weights, bias=np.zeros(4)))
    begin, size = net.constant([0, 0], "int32"), net.constant([1, 3], "int32")
    return net.add("SLICE", [four, begin, size], ONE)


def _squeezed(net: Net) -> int:
    wide = net.add("RESHAPE", [net.softmax(), net.constant([1, 1, 1, 3], "int32")], [1, 1, 1, 3])
    return net.add("RESHAPE", [wide, net.constant(ONE, "int32")], ONE)


def _two_heads(net: Net) -> int:
    """Colours, and beside them dark or bright."""
    other = net.softmax(net.logits(weights=[[GAIN] * 3, [-GAIN] * 3], bias=[0, 0]))
    return net.add(
        "CONCATENATION",
        [net.softmax(), other],
        [1, 5],
        options_kind=CONCATENATION,
        options=[(0, "int32", 1)],
    )


def _log_softmax(net: Net) -> int:
    return net.add("LOG_SOFTMAX", [net.logits()], ONE)


def _log_of_softmax(net: Net) -> int:
    return net.add("LOG", [net.softmax()], ONE)


def _written_out(net: Net) -> int:
    """A softmax as exp(x) / sum(exp(x))."""
    exponentials = net.add("EXP", [net.logits()], ONE)
    axis = net.constant([1], "int32")
    total = net.add("SUM", [exponentials, axis], [1, 1], options_kind=REDUCER, options=[(0, "uint8", 1)])
    return net.add("DIV", [exponentials, total], ONE)


def _hard_sigmoid(net: Net) -> int:
    """As Keras writes it: relu6(x + 3) / 6."""
    shifted = net.add("ADD", [net.logits(), net.constant([3.0])], ONE)
    return net.add("MUL", [net.add("RELU6", [shifted], ONE), net.constant([1 / 6])], ONE)


def _written_out_sigmoid(net: Net) -> int:
    """1 / (1 + exp(-x))."""
    exponentials = net.add("EXP", [net.add("NEG", [net.logits()], ONE)], ONE)
    return net.add("DIV", [net.constant([1.0]), net.add("ADD", [exponentials, net.constant([1.0])], ONE)], ONE)


def _best_of_two(net: Net) -> int:
    return net.add("MAXIMUM", [net.sigmoid(), net.sigmoid()], ONE)


def _product(net: Net) -> int:
    return net.add("MUL", [net.softmax(), net.sigmoid()], ONE)


def _doubled(net: Net) -> int:
    """Two softmaxes added up, and nobody divides by two."""
    return net.add("ADD", [net.softmax(), net.softmax()], ONE, options_kind=ADD)


def _percents(net: Net) -> int:
    return net.add("MUL", [net.softmax(), net.constant([100.0])], ONE)


def _percents_of_sigmoids(net: Net) -> int:
    return net.add("MUL", [net.sigmoid(), net.constant([100.0])], ONE)


# Each gives of a pure colour nearly 1, and nearly 0 of the others, without anything more to be done to it.
EXCLUSIVE: dict[str, Head] = {
    "softmax": Net.softmax,
    "mean of two": _mean_of_two,
    "weighted mean": _weighted,
    "mean of a stack": _mean_of_stack,
    "clip": _clip,
    "relu6": _relu6,
    "other order": _gathered,
    "without the last class": _subset,
    "other shape": _squeezed,
    "log softmax": _log_softmax,
    "log of softmax": _log_of_softmax,
    "softmax written out": _written_out,
    "product with a sigmoid": _product,
    "sum of two": _doubled,
    "percents": _percents,
}

# Several labels can hold at once: the same, but no label takes anything from another.
SEVERAL: dict[str, Head] = {
    "sigmoid": Net.sigmoid,
    "two heads": _two_heads,
    "hard sigmoid": _hard_sigmoid,
    "sigmoid written out": _written_out_sigmoid,
    "the better of two sigmoids": _best_of_two,
    "percents of sigmoids": _percents_of_sigmoids,
}


def _mean_of_logits(net: Net) -> int:
    return _half(net, net.add("ADD", [net.logits(), net.logits()], ONE))


def _scaled_logits(net: Net) -> int:
    return net.add("DIV", [net.logits(), net.constant([0.5])], ONE)


def _gated_logits(net: Net) -> int:
    """x * sigmoid(x): a sigmoid in the graph, and logits all the same."""
    logits = net.logits()
    return net.add("MUL", [logits, net.sigmoid(logits)], ONE)


def _biased(net: Net) -> int:
    return net.add("ADD", [net.logits(), net.constant([0.5, 0.25, 0.125])], ONE)


def _not_below_zero(net: Net) -> int:
    return net.add("RELU6", [net.logits()], ONE)


def _of_hidden_softmax(net: Net) -> int:
    """A layer that reads probabilities, and gives logits."""
    weights, biases = net.constant(np.eye(3) * GAIN), net.constant(np.zeros(3))
    return net.add("FULLY_CONNECTED", [net.softmax(), weights, biases], ONE)


# These need a softmax still.
LOGITS: dict[str, Head] = {
    "logits": Net.logits,
    "mean of logits": _mean_of_logits,
    "scaled logits": _scaled_logits,
    "gated logits": _gated_logits,
    "logits and a bias": _biased,
    "logits not below 0": _not_below_zero,
    "a layer behind a hidden softmax": _of_hidden_softmax,
}


def mixed_groups(net: Net) -> int:
    """Probabilities, mixed by a layer into others: their sum stays one, which only a look at them shows."""
    mix = net.constant([[1, 0, 0], [0, 0.75, 0.25], [0, 0.25, 0.75]])
    return net.add("FULLY_CONNECTED", [net.softmax(), mix, net.constant(np.zeros(3))], ONE)
