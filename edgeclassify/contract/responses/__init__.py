"""What a node answers, as classes: one per answer, and one for what each carries.

A node that is asked nothing makes none of them (0.7 MB): the modules are imported when one is asked for, which
raises ReplacedFilesError where their files have gone meanwhile.
"""

from typing import TYPE_CHECKING, Any

from edgeclassify.replaced_files import late_name

if TYPE_CHECKING:
    from edgeclassify.contract.responses import teaching
    from edgeclassify.contract.responses.answers import (
        AnnounceResponse,
        Answer,
        ClassifyNowResponse,
        HistoryResponse,
        InfoResponse,
        ModelsResponse,
        PingResponse,
        ProfileResponse,
        Refusal,
        ReloadResponse,
        SetResponse,
        SnapshotResponse,
        SwitchResponse,
        TeachChangeResponse,
        TeachClustersResponse,
        TeachCollectResponse,
        TeachFitResponse,
        TeachListResponse,
        TeachReviewResponse,
    )
    from edgeclassify.contract.responses.carried import (
        SCORES_TOP,
        Announced,
        HistoryOverview,
        HistoryPage,
        KnownModel,
        LoggedEvent,
        Models,
        Nothing,
        Options,
        OptionSet,
        Ping,
        ProfileChosen,
        Reloaded,
        Running,
        Scores,
        Shot,
        Starts,
        Switched,
    )

__all__ = [
    "SCORES_TOP",
    "AnnounceResponse",
    "Announced",
    "Answer",
    "ClassifyNowResponse",
    "HistoryOverview",
    "HistoryPage",
    "HistoryResponse",
    "InfoResponse",
    "KnownModel",
    "LoggedEvent",
    "Models",
    "ModelsResponse",
    "Nothing",
    "OptionSet",
    "Options",
    "Ping",
    "PingResponse",
    "ProfileChosen",
    "ProfileResponse",
    "Refusal",
    "ReloadResponse",
    "Reloaded",
    "Running",
    "Scores",
    "SetResponse",
    "Shot",
    "SnapshotResponse",
    "Starts",
    "SwitchResponse",
    "Switched",
    "TeachChangeResponse",
    "TeachClustersResponse",
    "TeachCollectResponse",
    "TeachFitResponse",
    "TeachListResponse",
    "TeachReviewResponse",
    "teaching",
]


def __getattr__(name: str) -> Any:
    return late_name(__name__, name, __all__, ("carried", "answers"))
