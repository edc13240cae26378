from edgeclassify.errors import ArgumentError as ArgumentError
from edgeclassify.errors import EdgeClassifyError as EdgeClassifyError
from edgeclassify.errors import ImageError as ImageError
from edgeclassify.errors import MissingInputError as MissingInputError
from edgeclassify.errors import ModelError as ModelError
from edgeclassify.errors import SourceError as SourceError
from edgeclassify.library.classifier import Classifier as Classifier
from edgeclassify.library.result import Failure as Failure
from edgeclassify.library.result import Result as Result
from edgeclassify.types import LabelScore as LabelScore
from edgeclassify.types import ModelInfo as ModelInfo

__version__: str
__all__ = [
    "ArgumentError",
    "Classifier",
    "EdgeClassifyError",
    "Failure",
    "ImageError",
    "LabelScore",
    "MissingInputError",
    "ModelError",
    "ModelInfo",
    "Result",
    "SourceError",
    "__version__",
]
