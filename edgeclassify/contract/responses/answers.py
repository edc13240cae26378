"""The answers of a node, one class for each kind."""

from typing import Literal, Self

from edgeclassify import types
from edgeclassify.contract.bodies.base import Body, Versioned, about
from edgeclassify.contract.requests.base import Transaction
from edgeclassify.contract.responses import teaching
from edgeclassify.contract.responses.carried import (
    Announced,
    HistoryOverview,
    HistoryPage,
    Models,
    Nothing,
    OptionSet,
    Ping,
    ProfileChosen,
    Reloaded,
    Running,
    Scores,
    Shot,
    Switched,
)
from edgeclassify.late_model import model_validator
from edgeclassify.redaction import scrubbed


class Answer(Versioned):
    """What all answers have."""

    transaction: Transaction = about("That of the request; null where it had none that could be read.")
    status: Literal["ok", "error"] = about("Was it done?")
    data: Body = about("What was asked for; empty on an error.")
    error: str | None = about("What was wrong, what was expected and found; null where nothing was.")

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        failed = self.status == "error"
        if failed != (self.error is not None):
            raise ValueError(
                f'expected status "error" with an error text, and "ok" with null, found {self.status!r}'
            )
        if failed != isinstance(self.data, Nothing):
            raise ValueError(f"expected {'no data with an error' if failed else 'data where nothing was wrong'}")
        return self

    @classmethod
    def of(cls, response: types.Response) -> Self:
        """From the record; no error quotes what is known to be secret."""
        return cls.made(
            transaction=response.transaction,
            status="ok" if response.error is None else "error",
            data=response.data,
            error=None if response.error is None else scrubbed(response.error),
        )


class Refusal(Answer):
    """The answer to a command that does not exist."""

    data: Nothing = about("Empty.")


class PingResponse(Answer):
    """The answer to ping."""

    data: Ping | Nothing = about("Empty on an error.")


class AnnounceResponse(Answer):
    """The answer to announce."""

    data: Announced | Nothing = about("Empty on an error.")


class InfoResponse(Answer):
    """The answer to info."""

    data: Running | Nothing = about("Empty on an error.")


class SnapshotResponse(Answer):
    """The answer to snapshot."""

    data: Shot | Nothing = about("Empty on an error.")


class ClassifyNowResponse(Answer):
    """The answer to classify_now."""

    data: Scores | Nothing = about("Empty on an error.")


class SwitchResponse(Answer):
    """The answer to pause and to resume."""

    data: Switched | Nothing = about("Empty on an error.")


class ProfileResponse(Answer):
    """The answer to profile."""

    data: ProfileChosen | Nothing = about("Empty on an error.")


class ReloadResponse(Answer):
    """The answer to reload."""

    data: Reloaded | Nothing = about("Empty on an error.")


class ModelsResponse(Answer):
    """The answer to models."""

    data: Models | Nothing = about("Empty on an error.")


class HistoryResponse(Answer):
    """The answer to history."""

    data: HistoryPage | HistoryOverview | Nothing = about("Empty on an error.")


class SetResponse(Answer):
    """The answer to set."""

    data: OptionSet | Nothing = about("Empty on an error.")


class TeachChangeResponse(Answer):
    """The answer to what changes the examples of a taught model."""

    data: teaching.Change | Nothing = about("Empty on an error.")


class TeachFitResponse(Answer):
    """The answer to teach/fit."""

    data: teaching.Fit | Nothing = about("Empty on an error.")


class TeachListResponse(Answer):
    """The answer to teach/list."""

    data: teaching.TaughtModels | Nothing = about("Empty on an error.")


class TeachCollectResponse(Answer):
    """The answer to teach/collect."""

    data: teaching.Collection | Nothing = about("Empty on an error.")


class TeachClustersResponse(Answer):
    """The answer to teach/clusters."""

    data: teaching.Clusters | Nothing = about("Empty on an error.")


class TeachReviewResponse(Answer):
    """The answer to teach/review."""

    data: teaching.UnsureLooks | Nothing = about("Empty on an error.")
