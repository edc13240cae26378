"""What adding labels up to groups costs per frame, and what it changes: photos whose label, or group, is right.

    python -m tests.bench.groups

Costs are the best of five runs, for 1001 classes: of the whole step, and of each way to add up that was tried. Of
the photos: top-1 of labels and of everyday groups, and how many are right with a score of 0.6 or more, so that an
event would start by the default threshold.
"""

import sys
import timeit
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.view_labels import labels_with_preset
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.postprocess.scores.groups import Grouping
from edgeclassify.postprocess.scores.observation import observe
from edgeclassify.types import ModelChoice, Prediction
from tests.support.data import needed_test_data
from tests.support.optional import present
from tests.support.photos import IMAGENET_MODELS, model_path, photos

THRESHOLD = 0.6
_RUNS = 20_000


def main() -> int:
    """Print both tables."""
    folder = needed_test_data()
    console = Console(highlight=False)
    table = Table("model", "label right", f"≥ {THRESHOLD}", "group right", f"≥ {THRESHOLD}", box=None)
    frames = [(photo, photo.frame()) for photo in photos(folder)]
    for name in IMAGENET_MODELS:
        section = ModelChoice(name=str(model_path(folder, name)), labels=folder / "models/imagenet_labels.txt")
        classifier = open_classifier(section)
        grouping = everyday(tuple(classifier.labels), classifier.background)
        own = Grouping.of_model(classifier.labels, sorted(classifier.background))
        counts = [0, 0, 0, 0]
        for photo, frame in frames:
            scores = classifier.classify(frame).scores
            for place, one in ((0, own), (2, grouping)):
                found = one.scores(scores)
                best = int(found.argmax())
                if photo.index in one.members[best]:
                    counts[place] += 1
                    counts[place + 1] += float(found[best]) >= THRESHOLD
        table.add_row(name, *map(str, counts))
        classifier.close()
    _print_costs(console, own, grouping)
    console.print()
    console.print(table)
    return 0


def everyday(labels: tuple[str, ...], background: frozenset[int]) -> Grouping:
    """The bundled groups of a model of 1000 ImageNet classes."""
    found = present(labels_with_preset("everyday", ModelLabels("m", labels, background)))
    return Grouping(found.names, found.members, len(labels))


def _print_costs(console: Console, own: Grouping, grouping: Grouping) -> None:
    scores = np.random.default_rng(1).dirichlet(np.full(1001, 0.01)).astype(np.float32)
    prediction = Prediction(scores, [""] * 1001, 0.0, 0.0, 0, 0, 0.0)
    to = np.zeros(1001, np.intp)
    matrix = np.zeros((len(grouping.labels), 1001), np.float32)
    for k, members in enumerate(grouping.members):
        to[list(members)] = k
        matrix[k, list(members)] = 1
    ways: dict[str, Callable[[], object]] = {
        "an observation without a grouping": lambda: observe(prediction),
        "with the model's own labels, without its background": lambda: observe(prediction, own),
        f"with everyday groups ({len(grouping.labels)} labels)": lambda: observe(prediction, grouping),
        "adding up alone: take and reduceat (what is done)": lambda: grouping.scores(scores),
        "  bincount": lambda: np.bincount(to, scores, len(grouping.labels)),
        "  matrix product": lambda: matrix @ scores,
    }
    table = Table("per frame", "µs", box=None)
    for name, way in ways.items():
        best = min(timeit.repeat(way, number=_RUNS, repeat=5)) / _RUNS * 1e6
        table.add_row(name, f"{best:.2f}")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
