"""Ward's tree: which groups are joined, one after the other, so that each join makes the groups as little wider as
can be (Ward 1963, by the chain of nearest neighbours of Benzécri 1982, in Murtagh's form).
"""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.teaching.diversity.distances import squared_distances
from edgeclassify.teaching.interface import Units


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Joins of `size` vectors, the closest first: each of `first` with `second`, positions that stand for the
    groups that they are in, at the squared distance `height`."""

    size: int
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    height: NDArray[np.float32]

    def cut(self, groups: int) -> NDArray[np.intp]:
        """The group of each vector, (size,), where so many are left: numbers from 0, as they appear."""
        parents = np.arange(self.size)
        for a, b in zip(self.first[: self.size - groups], self.second[: self.size - groups], strict=True):
            low, high = sorted((_root(parents, int(a)), _root(parents, int(b))))
            parents[high] = low
        roots = np.array([_root(parents, position) for position in range(self.size)], np.intp)
        return np.unique(roots, return_inverse=True)[1].reshape(-1).astype(np.intp)


def ward_tree(units: Units) -> Tree:
    """The tree of vectors, float32 (n, elements), n at least 1. Takes n * n * 4 bytes, and time alike."""
    size = len(units)
    distances = squared_distances(units, units)
    np.fill_diagonal(distances, np.inf)
    sizes = np.ones(size, np.float32)
    joins: list[tuple[int, int, float]] = []
    chain: list[int] = []
    while len(joins) < size - 1:
        if not chain:
            chain = [int(np.flatnonzero(sizes)[0])]
        tip = chain[-1]
        nearest = int(distances[tip].argmin())
        # Of equally near ones the one that we came from, else the chain would never end.
        if len(chain) > 1 and distances[tip, chain[-2]] <= distances[tip, nearest]:
            a, b = sorted((chain.pop(), chain.pop()))
            joins.append((a, b, float(distances[a, b])))
            _join(distances, sizes, a, b)
        else:
            chain.append(nearest)
    joins.sort(key=lambda join: join[2])
    first, second, height = zip(*joins, strict=True) if joins else ((), (), ())
    return Tree(size, np.array(first, np.intp), np.array(second, np.intp), np.array(height, np.float32))


def _join(distances: NDArray[np.float32], sizes: NDArray[np.float32], a: int, b: int) -> None:
    """Let `a` stand for both, and `b` for nothing any more (Lance and Williams' update of Ward's distance)."""
    apart, others = distances[a, b], sizes
    joined = (sizes[a] + others) * distances[a] + (sizes[b] + others) * distances[b] - others * apart
    joined /= sizes[a] + sizes[b] + others
    joined[[a, b]] = np.inf
    joined[sizes == 0] = np.inf
    distances[a] = distances[:, a] = joined
    distances[b] = distances[:, b] = np.inf
    sizes[a] += sizes[b]
    sizes[b] = 0.0


def _root(parents: NDArray[np.intp], position: int) -> int:
    while parents[position] != position:
        parents[position] = parents[parents[position]]
        position = int(parents[position])
    return position
