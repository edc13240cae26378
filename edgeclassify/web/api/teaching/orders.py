"""What is asked of taught models over HTTP: queries and bodies."""

from typing import Annotated

from edgeclassify.late_model import Field
from edgeclassify.web.api.interface import ApiBody
from edgeclassify.web.api.teaching.bodies import Count, ExampleId

MOST_EXAMPLES = 100
Label = Annotated[str, Field(min_length=1, max_length=64)]
"""`unknown`: none of the classes."""


class ExamplesAsked(ApiBody):
    """Which examples. `label`: of this class alone, unknown: of none; `after`: those behind this one."""

    label: str | None = None
    after: ExampleId | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_EXAMPLES)] = MOST_EXAMPLES


class LimitAsked(ApiBody):
    """At most so many."""

    limit: Annotated[int, Field(ge=1, le=MOST_EXAMPLES)] = MOST_EXAMPLES


class UploadAsked(ApiBody):
    """Of which label a picture is; unknown: of none of the classes. `view`: on whose network a new model is to
    stand."""

    label: Label
    view: str | None = None


class ShownAsked(ApiBody):
    """Of which label the picture is that was on the screen; unknown: of none of the classes. `still`: its number;
    absent: what the view was shown last, or is shown next where the page has only just been opened. `fit`: it is
    learnt at once."""

    label: Label
    still: Count | None = None
    view: Annotated[str, Field(max_length=64)] | None = None
    fit: bool = False


class TestAsked(ApiBody):
    """Which label the picture has; unknown: none of the classes; absent: nobody says."""

    label: Label | None = None


class Chosen(ApiBody):
    """Examples, by their ids."""

    examples: Annotated[list[ExampleId], Field(min_length=1, max_length=2000)]


class MoveAsked(Chosen):
    """And the label that they are of; null: of none of the classes."""

    label: Label | None


class UndoAsked(ApiBody):
    """Which version is to be gone back to; null: the one before the last change. `at`: only from this version:
    where it is another one by now, what somebody else has taught since stays."""

    to: Count | None = None
    at: Count | None = None


class ImportAsked(ApiBody):
    """By which name; absent: its own. `replace`: where one is there by it, this becomes its next version."""

    name: Label | None = None
    replace: bool = False


class ExportAsked(ApiBody):
    """With the small pictures of its examples?"""

    pictures: bool = True
