"""Whether a lesson can be learnt from at all."""

from edgeclassify.errors import LessonError
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson

FEWEST_NORMAL = 3
"""Pictures of what is normal: of fewer nothing can be said of how much they differ."""


def check(lesson: Lesson) -> None:
    """Raises LessonError, which says what is missing."""
    labels, pictures = lesson.labels, lesson.units[~lesson.is_copy]
    classes = lesson.classes[~lesson.is_copy]
    if lesson.one_class:
        count = int((classes != NONE_OF_THEM).sum())
        if len(labels) > 1 or count < FEWEST_NORMAL:
            raise LessonError(
                f"what is normal: expected one class with {FEWEST_NORMAL} examples or more, found {len(labels)} "
                f"classes with {count} in all. Add examples of what is normal."
            )
        return
    if len(labels) + bool((classes == NONE_OF_THEM).any()) < 2 or not labels:
        found = f"only {labels[0]!r}" if labels else "none"
        raise LessonError(
            f"expected examples of two classes or more, found {found}. Add examples of another class (also of "
            '"nothing"), or teach what is normal alone (--one-class).'
        )
    if (pictures == pictures[0]).all():
        raise LessonError(
            f"expected different pictures, found {len(pictures)} that look all the same to the base. Is the "
            "camera covered, or the same picture added under several labels?"
        )
