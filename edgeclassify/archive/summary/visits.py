"""Images of one camera that follow each other closely are one visit: of one animal, one car, one burst."""

from collections.abc import Iterable, Iterator

from edgeclassify.lazy_dataclass import dataclass

APART_S = 60.0
"""Seconds without an image after which the next one is another visit."""


@dataclass(frozen=True, slots=True)
class Sight:
    """An image in its camera's time. `at`: seconds since the epoch. `name`: its best label, or group; None: it was
    not classified (nothing moved), or is like nothing that was taught."""

    camera: str
    at: float
    path: str
    name: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Visit:
    """`begin`, `end`: the first and the last image, seconds since the epoch. `name`: what its images say together,
    None where they say nothing; `score` (0-1): how much of all that they say; `best`: the path of the surest."""

    camera: str
    begin: float
    end: float
    images: int
    name: str | None
    score: float
    best: str


def visits(sights: Iterable[Sight], apart_s: float = APART_S) -> Iterator[Visit]:
    """Of sights in the order of cameras, and in each of time. One visit is in memory."""
    together: list[Sight] = []
    for sight in sights:
        if together and (sight.camera != together[-1].camera or sight.at - together[-1].at > apart_s):
            yield _visit(together)
            together = []
        together.append(sight)
    if together:
        yield _visit(together)


def _visit(sights: list[Sight]) -> Visit:
    """Scores are added up by name: ten pictures of a fox outweigh one of a dog."""
    said: dict[str, float] = {}
    for sight in sights:
        if sight.name is not None:
            said[sight.name] = said.get(sight.name, 0.0) + sight.score
    name = max(sorted(said), key=lambda one: said[one], default=None)
    of_it = [sight for sight in sights if sight.name == name]
    best = max(of_it, key=lambda sight: sight.score)
    asked = sum(sight.name is not None for sight in sights)
    score = said[name] / asked if name is not None else 0.0
    first, last = sights[0], sights[-1]
    return Visit(first.camera, first.at, last.at, len(sights), name, score, best.path)
