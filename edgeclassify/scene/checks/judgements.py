"""What is wrong with one frame, seen by itself and against the camera's reference: pure, one function per problem.

Each takes the frame, its comparison (None while there is no mature reference) and whether the problem lasts
already: what has begun ends at a level of its own. True: found; False: not; None: this frame can't tell.
"""

import numpy as np

from edgeclassify.scene.checks.comparison import ALIKE, Comparison
from edgeclassify.scene.checks.structure import Registration, Structure

DARK_MEAN, DARK_ENDS = 0.05, 0.075
"""Brightness (0-1) below which a picture is dark whatever it was before, and above which it is not any more."""
DIMMED_MEAN, DIMMED_TO = 0.1, 0.25
"""Below this one it is dark where its usual brightness is more than four times as high."""
LIT_SPREAD = 0.08
"""Spread (0-1) from which on something in the picture is lit: a street at night is no dark picture."""

BLOWN_SHARE, BLOWN_ENDS = 0.95, 0.85
"""Share of bright pixels at which a picture is overexposed whatever it was before."""
BLOWN_MORE, BLOWN_MORE_ENDS = 0.3, 0.2
"""So much more than usual (of the picture) is bright: overexposed, if one of the next two holds as well."""
MORE_LIGHT, MORE_LIGHT_ENDS = 1.65, 1.45
"""Times the usual brightness. A bright picture may turn white in half as much light again, which is ordinary."""
BLEACHED, BLEACHED_ENDS = 0.45, 0.35
"""Share of the structured blocks that are white without structure: what is bright can't get much brighter."""
LIT_SCENE = 0.4
"""Coherence below which another scene may be bright by itself."""
WASHED_MORE, WASHED_MORE_ENDS = 0.25, 0.2
"""So much brighter than usual, without the structure that is usual: overexposed."""

LOST, LOST_ENDS = 0.6, 0.4
"""Share of the structured blocks that have lost their structure: covered."""
MOST_FOREIGN = 6
"""Blocks (of 48) that may show something else then: the edge of what covers. More: another scene."""
FOREIGN_ALONE = 4
"""So many more than still show what they did: an edge has the usual picture beside it."""
LEAST_STRUCTURED = 4
"""Blocks with structure that a reference needs before it can be missed."""
COVERED_COHERENCE = 0.6
"""What is still as coherent as that is not covered but dimmed, or washed out."""
BLANK_ENERGY = 3e-4
"""Energy that no more than two blocks of a picture exceed that shows nothing at all."""

SOFT, SOFT_ENDS = 0.4, 0.6
"""Detail as a share of what is usual in such light: defocused."""
SAME_SCENE = 0.75
"""Coherence from which on a blurred picture is one of the same scene."""

LEAST_SHIFT, SHIFT_ENDS = 0.02, 0.012
"""Fraction of the frame that counts as moved."""
SHIFTED_COHERENCE, SHIFTED_LIKENESS = 0.5, 0.6
"""Coherence that undoing a shift must bring, and what part of the usual one."""
SHIFTED_GAIN = 0.2
"""How much more coherent that must make the picture."""


def is_dark(structure: Structure, comparison: Comparison | None, lasts: bool) -> bool:
    """Too dark to tell what is there."""
    statistics = structure.statistics
    if statistics.spread >= LIT_SPREAD:
        return False
    if statistics.mean < (DARK_ENDS if lasts else DARK_MEAN):
        return True
    if comparison is None or statistics.mean >= DIMMED_MEAN * (1.2 if lasts else 1.0):
        return False
    return statistics.mean < comparison.reference.brightness * DIMMED_TO * (1.2 if lasts else 1.0)


def is_overexposed(structure: Structure, comparison: Comparison | None, lasts: bool) -> bool:
    """So bright that much of it is white."""
    statistics = structure.statistics
    if statistics.bright_share >= (BLOWN_ENDS if lasts else BLOWN_SHARE):
        return comparison is None or statistics.bright_share > comparison.reference.bright_share + 0.05
    if comparison is None or statistics.mean <= comparison.reference.brightness:
        return False
    whiter, brighter = _whiter(comparison, lasts), _brighter(comparison, lasts)
    return (whiter or brighter) and comparison.coherence >= (LIT_SCENE if whiter else COVERED_COHERENCE)


def _whiter(comparison: Comparison, lasts: bool) -> bool:
    """True where much that is white is so by the light, and not a scene that is bright by itself."""
    now, usual = comparison.statistics, comparison.reference
    if now.bright_share < usual.bright_share + (BLOWN_MORE_ENDS if lasts else BLOWN_MORE):
        return False
    more_light = now.mean >= usual.brightness * (MORE_LIGHT_ENDS if lasts else MORE_LIGHT)
    return more_light or comparison.lost_share >= (BLEACHED_ENDS if lasts else BLEACHED)


def _brighter(comparison: Comparison, lasts: bool) -> bool:
    """True where the picture is washed out: brighter, and its structure gone."""
    brighter = comparison.reference.brightness + (WASHED_MORE_ENDS if lasts else WASHED_MORE)
    return comparison.statistics.mean >= brighter and comparison.lost_share >= (LOST_ENDS if lasts else LOST)


def is_covered(structure: Structure, comparison: Comparison | None, lasts: bool) -> bool | None:
    """What the picture usually shows is gone from most of it, and nothing else has come."""
    if is_blank(structure):
        return comparison is None or comparison.structured_blocks >= LEAST_STRUCTURED
    if comparison is None:
        return False
    if comparison.structured_blocks < LEAST_STRUCTURED:
        return None
    if comparison.coherence >= COVERED_COHERENCE:
        return False
    if comparison.lost_share < (LOST_ENDS if lasts else LOST):
        return False
    return comparison.foreign_blocks <= min(MOST_FOREIGN, FOREIGN_ALONE + comparison.kept_blocks)


def is_blank(structure: Structure) -> bool:
    """True where the picture shows nothing at all: one even surface."""
    return float(np.partition(structure.energy.ravel(), -3)[-3]) < BLANK_ENERGY


def is_defocused(comparison: Comparison, lasts: bool) -> bool | None:
    """The same scene as ever, without its usual detail."""
    if comparison.best_coherence < SAME_SCENE:
        return None
    usual = comparison.reference.detail_in(comparison.statistics.mean)
    return comparison.structure.detail < (SOFT_ENDS if lasts else SOFT) * usual


def shift_of(comparison: Comparison, lasts: bool) -> Registration | None:
    """How far the camera has moved; None where it has not."""
    if comparison.coherence >= (ALIKE if not lasts else 0.9):
        return None
    shift = comparison.shift
    if shift.length < (SHIFT_ENDS if lasts else LEAST_SHIFT):
        return None
    if shift.coherence < max(SHIFTED_COHERENCE, SHIFTED_LIKENESS * comparison.reference.likeness):
        return None
    return shift if lasts or shift.coherence >= comparison.coherence + SHIFTED_GAIN else None


ELSEWHERE = 0.1
"""Coherence below which nothing is left of the reference's picture."""


def is_elsewhere(comparison: Comparison) -> bool:
    """Another picture altogether, in full view: neither the usual one nor that one shifted."""
    return comparison.coherence < ELSEWHERE and comparison.foreign_blocks > MOST_FOREIGN
