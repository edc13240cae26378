"""What a node may be asked, as classes: one per request. They describe, judge, and become a types.Request.

Whatever is wrong is a RequestError with one sentence: the key, what was expected, what was found. A node that is
asked nothing makes none of the classes (0.5 MB): the modules are imported when one is asked for, which raises
ReplacedFilesError where their files have gone meanwhile.
"""

from typing import TYPE_CHECKING, Any

from edgeclassify.replaced_files import late_name

if TYPE_CHECKING:
    from edgeclassify.contract.requests.base import (
        MAX_TRANSACTION,
        Request,
        Transaction,
        ViewRequest,
        ViewsRequest,
    )
    from edgeclassify.contract.requests.node import (
        AnnounceAllRequest,
        HistoryRequest,
        PauseRequest,
        ProfileRequest,
    )
    from edgeclassify.contract.requests.options import SetRequest
    from edgeclassify.contract.requests.reading import option_request, profile_request, request_of, transaction_of
    from edgeclassify.contract.requests.teaching import (
        TeachAddRequest,
        TeachClustersRequest,
        TeachCollectRequest,
        TeachCorrectRequest,
        TeachFitRequest,
        TeachLabelRequest,
        TeachListRequest,
        TeachMoveRequest,
        TeachRemoveRequest,
        TeachReviewRequest,
        TeachUndoRequest,
    )

__all__ = [
    "MAX_TRANSACTION",
    "AnnounceAllRequest",
    "HistoryRequest",
    "PauseRequest",
    "ProfileRequest",
    "Request",
    "SetRequest",
    "TeachAddRequest",
    "TeachClustersRequest",
    "TeachCollectRequest",
    "TeachCorrectRequest",
    "TeachFitRequest",
    "TeachLabelRequest",
    "TeachListRequest",
    "TeachMoveRequest",
    "TeachRemoveRequest",
    "TeachReviewRequest",
    "TeachUndoRequest",
    "Transaction",
    "ViewRequest",
    "ViewsRequest",
    "option_request",
    "profile_request",
    "request_of",
    "transaction_of",
]


def __getattr__(name: str) -> Any:
    return late_name(__name__, name, __all__, ("base", "node", "options", "teaching", "reading"))
