"""The changes that are made: those of cosmic-ray that read like a slip, and a few that it lacks.

Of its forty ways to replace a comparison two are kept for each: the bound (`<` to `<=`) and the opposite.
"""

from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator

Position = tuple[tuple[int, int], tuple[int, int]]

_COMPARISONS = (
    "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt", "Eq_NotEq", "NotEq_Eq",
    "Is_IsNot", "IsNot_Is",
)  # fmt: skip
_ARITHMETIC = (
    "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "BitAnd_BitOr", "BitOr_BitAnd",
)  # fmt: skip
_OTHERS = (
    "ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_Delete_USub", "AddNot", "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer", "ZeroIterationForLoop",
)  # fmt: skip


class _Replace(Operator):  # type: ignore[misc]  # cosmic-ray has no types
    """Puts other code in the place of a node."""

    def replacement(self, node: Any) -> str | None:
        """The code that comes instead; None: this node stays."""
        raise NotImplementedError

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if self.replacement(node) is not None:
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        return parso.parse(node.get_first_leaf().prefix + str(self.replacement(node)))

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class DropStatement(_Replace):
    """A call whose result nobody takes, a `raise` or a `del` is left out."""

    def replacement(self, node: Any) -> str | None:
        if node.parent is None or node.parent.type != "simple_stmt":
            return None
        calls = node.type in ("atom_expr", "power") and node.children[-1].type == "trailer"
        dropped = calls and node.children[-1].children[0].value == "("
        return "pass" if dropped or node.type in ("raise_stmt", "del_stmt") else None


class ReturnNothing(_Replace):
    """What is returned is left out. (Of True and False the other one is returned by another operator.)"""

    def replacement(self, node: Any) -> str | None:
        returned = node.type == "return_stmt" and node.children[1].get_code().strip()
        return "return None" if returned and returned not in ("None", "True", "False") else None


class SwapMembership(_Replace):
    """`in` and `not in`."""

    def replacement(self, node: Any) -> str | None:
        if node.parent is None or node.parent.type != "comparison":
            return None
        return {"in": "not in", "not in": "in"}.get(" ".join(node.get_code().split()))


class SwapExtremes(_Replace):
    """`min` and `max`."""

    def replacement(self, node: Any) -> str | None:
        return {"min": "max", "max": "min"}.get(node.value) if node.type == "name" else None


def operators() -> list[tuple[str, Operator]]:
    """All of them, each with a name."""
    names = [f"ReplaceComparisonOperator_{name}" for name in _COMPARISONS]
    names += [f"ReplaceBinaryOperator_{name}" for name in _ARITHMETIC]
    found = [(name, get_operator(f"core/{name}")()) for name in (*names, *_OTHERS)]
    return found + [
        (type(one).__name__, one) for one in (DropStatement(), ReturnNothing(), SwapMembership(), SwapExtremes())
    ]
