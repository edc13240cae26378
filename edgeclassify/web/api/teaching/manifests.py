"""Manifests of taught models as the page shows them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.model.taught.manifest import Accuracy, Doubt, ExampleRecord, Manifest
from edgeclassify.teaching.coverage import lacks
from edgeclassify.teaching.looks.interface import Collection
from edgeclassify.teaching.testing.wilson import wilson_interval
from edgeclassify.web.api.teaching import bodies
from edgeclassify.web.interface import NodeFacts

_HOUR_S = 3600.0


def accuracy_said(accuracy: Accuracy | None) -> bodies.AccuracySaid | None:
    """None where nothing was judged."""
    if accuracy is None or not accuracy.count:
        return None
    low, high = wilson_interval(accuracy.right, accuracy.count)
    return bodies.AccuracySaid(
        right=accuracy.right, count=accuracy.count, share=accuracy.share, low=low, high=high
    )


def labels_said(manifest: Manifest) -> list[bodies.LabelSaid]:
    """The classes in the order in which they were taught, then what is none of them, where there is any."""
    counts = Counter(one.label for one in manifest.examples)
    by_label: Mapping[str, Accuracy] = {} if manifest.head is None else manifest.head.by_label
    covers = {one.label: one.id for one in manifest.examples if one.has_picture}
    labels: list[str | None] = [*manifest.labels, *([None] if None in counts else [])]
    return [
        bodies.LabelSaid(
            label=label,
            examples=counts[label],
            accuracy=None if label is None else accuracy_said(by_label.get(label)),
            cover=covers.get(label),
        )
        for label in labels
    ]


def model_said(manifest: Manifest, facts: NodeFacts) -> bodies.TaughtSaid:
    """One that can be read."""
    head = manifest.head
    return bodies.TaughtSaid(
        name=manifest.name,
        version=manifest.version,
        change=manifest.change,
        changed=rfc3339(manifest.changed_at),
        base=manifest.base.embedding.base,
        one_class=manifest.one_class,
        labels=labels_said(manifest),
        fitted=None if head is None else rfc3339(head.fitted_at),
        is_fitted=manifest.is_fitted,
        kind=None if head is None else head.kind,
        accuracy=None if head is None else accuracy_said(head.accuracy),
        views=views_of(manifest.name, facts),
        missing=missing_said(manifest, facts),
        error=None,
    )


def broken_model_said(name: str, facts: NodeFacts, error: str) -> bodies.TaughtSaid:
    """One that can't."""
    return bodies.TaughtSaid(
        name=name,
        version=0,
        change="",
        changed=None,
        base="",
        one_class=False,
        labels=[],
        fitted=None,
        is_fitted=False,
        kind=None,
        accuracy=None,
        views=views_of(name, facts),
        missing=[],
        error=error,
    )


def views_of(model: str, facts: NodeFacts) -> list[str]:
    """The views that decide by a taught model."""
    return [view.name for view in facts.views if view.taught and view.model == model]


def examples_said(manifest: Manifest, examples: Sequence[ExampleRecord]) -> list[bodies.ExampleSaid]:
    """Examples of a manifest."""
    doubts = {doubt.example: doubt for doubt in manifest.doubts}
    return [_example_said(one, doubts.get(one.id)) for one in examples]


def _example_said(one: ExampleRecord, doubt: Doubt | None) -> bodies.ExampleSaid:
    return bodies.ExampleSaid(
        id=one.id,
        label=one.label,
        source=one.source,
        added=rfc3339(one.added_at),
        ts=None if one.captured_at is None else rfc3339(one.captured_at),
        view=one.view,
        event_id=one.event_id,
        was=one.was,
        brightness=min(1.0, max(0.0, one.brightness)),
        has_picture=one.has_picture,
        seems=None if doubt is None else doubt.seems,
        certainty=None if doubt is None else min(1.0, max(0.0, doubt.score)),
    )


def versions_said(manifest: Manifest) -> list[bodies.VersionSaid]:
    """The earlier versions, the newest first."""
    return [
        bodies.VersionSaid(
            version=one.version, changed=rfc3339(one.changed_at), change=one.change, restores=one.restores
        )
        for one in reversed(manifest.past)
    ]


def missing_said(manifest: Manifest, facts: NodeFacts) -> list[bodies.LackSaid]:
    """What is missing, the worst first."""
    return [
        bodies.LackSaid(kind=one.kind.value, label=one.label, text=one.text)
        for one in lacks(manifest, facts.config.node.zone)
    ]


def collection_said(one: Collection) -> bodies.CollectionSaid:
    """How far it is."""
    return bodies.CollectionSaid(
        model=one.model,
        view=one.view,
        running=one.ended is None,
        hours=one.lasts_s / _HOUR_S,
        hours_left=one.left_s / _HOUR_S,
        ended=one.ended,
        kept=one.count,
        most=one.most,
    )
