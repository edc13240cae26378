"""Regularised multinomial logistic regressions, several at once on the same rows: L-BFGS in float32.

Several at once, since those that leave a part of the examples out differ from the whole in the weights of the rows
alone, and a product with many columns takes little longer than one with few. The first step is Newton's: where all
coefficients are 0 the curvature is the same for every class (Böhning, "Multinomial logistic regression algorithm",
1992), one matrix for all of them. It stays the first guess of the steps that follow: ten are enough.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.head_parameters import Floats

Indices = NDArray[np.intp]
_STEPS, _MEMORY, _HALVINGS = 40, 3, 6
_FINE_ENOUGH = 1e-2
"""Of the gradient's length at the start."""
_ROUNDING = 1e-7
_ENOUGH = 1e-4
"""Armijo's share of the promised descent."""


@dataclass(frozen=True, slots=True, eq=False)
class Problems:
    """`rows`: (rows, dimensions); `classes`: (rows,), of `count` classes; `weights`: (problems, rows), which add
    up to 1 each: how much a row counts in each problem; `strength`: of the regularisation."""

    rows: Floats
    classes: Indices
    count: int
    weights: Floats
    strength: float


def solve(problems: Problems) -> Floats:
    """The coefficients that minimise the mean of -log p plus strength / 2 times their squares.

    float32 (problems, classes, dimensions + 1), the last one of a constant 1.
    """
    slope_of = _Slope(problems)
    shape = (len(problems.weights), problems.count, slope_of.rows.shape[1])
    at = np.zeros(shape, np.float32)
    loss, gradient = slope_of(at)
    least = _FINE_ENOUGH * np.sqrt(_dots(gradient, gradient))
    pairs: Pairs = deque(maxlen=_MEMORY)
    for _ in range(_STEPS):
        if (np.sqrt(_dots(gradient, gradient)) <= least).all():
            break
        step = -_bent(gradient, pairs, slope_of.curvature)
        promised = _dots(gradient, step)
        share = np.ones(len(at), np.float32)
        for _ in range(_HALVINGS):
            taken = share[:, None, None] * step
            new_loss, new_gradient = slope_of(at + taken)
            is_worse = new_loss > loss + _ENOUGH * share * promised + _ROUNDING
            if not is_worse.any():
                break
            share[is_worse] *= 0.5
        bend = new_gradient - gradient
        pairs.append((taken, bend, _dots(taken, bend)))
        at, loss, gradient = at + taken, new_loss, new_gradient
    return at


Pairs = deque[tuple[Floats, Floats, Floats]]


class _Slope:
    """Loss (problems,) and gradient (problems, classes, dimensions + 1) at some coefficients."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        count = len(problems.rows)
        self.rows = np.concatenate([problems.rows, np.ones((count, 1), np.float32)], axis=1)
        self._columns = np.ascontiguousarray(self.rows.T)
        self._own = (problems.classes, np.arange(count))
        # Of all rows, in place of those that a problem has: nearly the same, and one matrix for all.
        mean = problems.weights.mean(axis=0)
        bend = (self._columns * (mean / np.float32(problems.count))) @ self.rows
        bend[np.diag_indices_from(bend)] += np.float32(problems.strength)
        self.curvature = np.linalg.inv(bend)

    def __call__(self, at: Floats) -> tuple[Floats, Floats]:
        problems = self._problems
        logits = (at.reshape(-1, at.shape[2]) @ self._columns).reshape(*at.shape[:2], -1)
        logits -= logits.max(axis=1, keepdims=True)
        own = logits[:, self._own[0], self._own[1]]
        np.exp(logits, out=logits)
        sums = logits.sum(axis=1)
        losses = ((np.log(sums) - own) * problems.weights).sum(axis=1)
        losses += 0.5 * problems.strength * _dots(at, at)
        logits *= (problems.weights / sums)[:, None]
        logits[:, self._own[0], self._own[1]] -= problems.weights
        gradient = (logits.reshape(-1, logits.shape[2]) @ self.rows).reshape(at.shape)
        gradient += np.float32(problems.strength) * at
        return losses, gradient


def _bent(gradient: Floats, pairs: Pairs, curvature: Floats) -> Floats:
    """The gradient times the inverse curvature, as far as that is known (Nocedal and Wright, algorithm 7.4)."""
    found, shares = gradient.copy(), []
    for step, bend, product in reversed(pairs):
        share = _share(_dots(step, found), product)
        found -= share * bend
        shares.append(share)
    found = found @ curvature
    for (step, bend, product), share in zip(pairs, reversed(shares), strict=True):
        found += (share - _share(_dots(bend, found), product)) * step
    return found


def _share(part: Floats, product: Floats) -> Floats:
    """part / product for each problem; 0 where a step went nowhere."""
    is_usable = product > _ROUNDING**2
    return np.where(is_usable, part / np.where(is_usable, product, 1), 0)[:, None, None].astype(np.float32)


def _dots(one: Floats, other: Floats) -> Floats:
    """For each problem, the product of two sets of coefficients."""
    return np.asarray(np.einsum("pn,pn->p", one.reshape(len(one), -1), other.reshape(len(one), -1)), np.float32)
