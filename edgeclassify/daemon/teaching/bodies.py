"""Records of taught models as bodies of answers."""

from collections import Counter
from collections.abc import Mapping, Sequence

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.contract.responses import teaching as bodies
from edgeclassify.model.taught.manifest import Accuracy, ExampleRecord, HeadRecord, Manifest
from edgeclassify.teaching.interface import Look
from edgeclassify.teaching.outcomes import Refit


def fit_body(refit: Refit, in_views: Sequence[str]) -> bodies.Fit:
    """A head that was fitted. `in_views`: those that decide by it."""
    manifest, before = refit.manifest, refit.before
    head = manifest.head
    assert head is not None, "it was fitted"
    return bodies.Fit.made(
        model=manifest.name,
        version=manifest.version,
        kind=head.kind,
        examples=head.accuracy.count,
        right=head.accuracy.right,
        accuracy=_share(head),
        accuracy_before=_share(before),
        labels=label_bodies(manifest),
        views=[
            bodies.ViewAccuracy.made(view=view, examples=one.count, right=one.right)
            for view, one in head.by_view.items()
        ],
        in_views=list(in_views),
    )


def label_bodies(manifest: Manifest) -> list[bodies.LabelAccuracy]:
    """The labels in the order in which they were taught, then what is none of the classes, where there is any."""
    counts = Counter(one.label for one in manifest.examples)
    by_label: Mapping[str, Accuracy] = {} if manifest.head is None else manifest.head.by_label
    labels: list[str | None] = [*manifest.labels, *([None] if None in counts else [])]
    return [
        bodies.LabelAccuracy.made(
            label=label,
            examples=counts[label],
            right=_right(None if label is None else by_label.get(label)),
        )
        for label in labels
    ]


def model_body(manifest: Manifest, views: Sequence[str], missing: Sequence[str]) -> bodies.TaughtModel:
    """A taught model. `missing`: what it needs, in sentences."""
    head: HeadRecord | None = manifest.head
    return bodies.TaughtModel.made(
        name=manifest.name,
        version=manifest.version,
        base=manifest.base.embedding.base,
        one_class=manifest.one_class,
        labels=label_bodies(manifest),
        fitted=None if head is None else rfc3339(head.fitted_at),
        is_fitted=manifest.is_fitted,
        kind=None if head is None else head.kind,
        accuracy=_share(head),
        views=list(views),
        missing=list(missing),
        error=None,
    )


def broken_model_body(name: str, views: Sequence[str], error: str) -> bodies.TaughtModel:
    """One that can't be read."""
    return bodies.TaughtModel.made(
        name=name,
        version=0,
        base="",
        one_class=False,
        labels=[],
        fitted=None,
        is_fitted=False,
        kind=None,
        accuracy=None,
        views=list(views),
        missing=[],
        error=error,
    )


def _share(head: HeadRecord | None) -> float | None:
    """How good it is; None: there is no head, or nobody can tell."""
    return None if head is None or not head.accuracy.count else head.accuracy.share


def _right(accuracy: Accuracy | None) -> int | None:
    return None if accuracy is None or not accuracy.count else accuracy.right


def example_body(example: ExampleRecord, seems: str | None) -> bodies.KnownExample:
    """`seems`: the label that it looks like; None: its own."""
    return bodies.KnownExample.made(
        id=example.id,
        label=example.label,
        source=example.source,
        added=rfc3339(example.added_at),
        ts=None if example.captured_at is None else rfc3339(example.captured_at),
        view=example.view,
        event_id=example.event_id,
        was=example.was,
        brightness=example.brightness,
        seems=seems,
    )


def unsure_body(look: Look) -> bodies.UnsureLook:
    """What a model was not sure of."""
    return bodies.UnsureLook.made(
        look=look.id,
        view=look.view,
        ts=rfc3339(look.at),
        label=look.label,
        score=look.score,
        brightness=look.brightness,
        event_id=look.event_id,
    )
