"""What is missing among the examples of a taught model: the night, other hours, a view, more of a class."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.manifest import ExampleRecord, Manifest
from edgeclassify.teaching.darkness import is_dark

FEW = 5
"""With fewer examples chance decides what a class is."""
WINDOW_S = 3600.0
_MOST_IN_WINDOW = 0.9
"""Share of a class's examples within one hour from which on they are as good as one moment."""


class LackKind(StrEnum):
    """What is missing."""

    CLASSES = "classes"  # a second class
    FEW = "few"  # examples of a class
    DARK = "dark"  # examples in the dark
    HOURS = "hours"  # examples of other hours
    VIEW = "view"  # examples of a view that the others have some of


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing. `label`: of which class, None: of all. `text`: for people, with no full stop."""

    kind: LackKind
    label: str | None
    text: str


def lacks(manifest: Manifest, zone: tzinfo | None = None) -> tuple[Lack, ...]:
    """What is missing among a taught model's examples, the worst first.

    `zone`: of the node, by which it is night there; None: that of this machine.
    """
    by_label = {label: [one for one in manifest.examples if one.label == label] for label in manifest.labels}
    if not by_label:
        return (Lack(LackKind.CLASSES, None, "no example yet"),)
    return (
        *_classes(manifest, by_label),
        *(lack for label, examples in by_label.items() for lack in _few(label, examples)),
        *_dark(by_label, zone),
        *_views(by_label),
        *(lack for label, examples in by_label.items() for lack in _hours(label, examples)),
    )


def _classes(manifest: Manifest, by_label: Mapping[str, Sequence[ExampleRecord]]) -> Iterator[Lack]:
    has_others = manifest.one_class or any(one.label is None for one in manifest.examples)
    if len(by_label) == 1 and not has_others:
        (label,) = by_label
        yield Lack(LackKind.CLASSES, None, f"no second class beside `{label}`")


def _few(label: str, examples: Sequence[ExampleRecord]) -> Iterator[Lack]:
    if len(examples) < FEW:
        pictures = "1 picture" if len(examples) == 1 else f"{len(examples)} pictures"
        yield Lack(LackKind.FEW, label, f"only {pictures} of `{label}`")


def _dark(by_label: Mapping[str, Sequence[ExampleRecord]], zone: tzinfo | None) -> Iterator[Lack]:
    """Where one class is known in the dark and another is not, the dark itself is taken for the first one. Where
    none is, that matters for cameras alone: their nights come."""
    without = [label for label, examples in by_label.items() if not any(_is_dark(one, zone) for one in examples)]
    if len(without) < len(by_label):
        for label in without:
            yield Lack(LackKind.DARK, label, f"no picture of `{label}` in the dark")
    elif any(one.view is not None for examples in by_label.values() for one in examples):
        yield Lack(LackKind.DARK, None, "no picture in the dark")


def _is_dark(example: ExampleRecord, zone: tzinfo | None) -> bool:
    """Photos have been taken in a lit room at any hour: the clock counts for those of a view alone."""
    return is_dark(example.brightness, None if example.view is None else example.captured_at, zone)


def _views(by_label: Mapping[str, Sequence[ExampleRecord]]) -> Iterator[Lack]:
    seen_by = {
        label: {one.view for one in examples if one.view is not None} for label, examples in by_label.items()
    }
    views = sorted(set().union(*seen_by.values()))
    for label, own in seen_by.items():
        missing = [view for view in views if view not in own]
        if missing:
            named = ", ".join(f"`{view}`" for view in missing)
            yield Lack(
                LackKind.VIEW, label, f"no picture of `{label}` by the view{'s'[: len(missing) - 1]} {named}"
            )


def _hours(label: str, examples: Sequence[ExampleRecord]) -> Iterator[Lack]:
    times = sorted(one.captured_at for one in examples if one.captured_at is not None)
    if len(times) < FEW:
        return
    within = _most_within(times)
    if within >= _MOST_IN_WINDOW * len(times):
        share = f"all {within}" if within == len(times) else f"{within} of {len(times)}"
        yield Lack(LackKind.HOURS, label, f"{share} of `{label}` are within one hour")


def _most_within(times: Sequence[float]) -> int:
    """How many of the times, which are in order, lie within one hour at most."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] > WINDOW_S:
            first += 1
        most = max(most, last - first + 1)
    return most
