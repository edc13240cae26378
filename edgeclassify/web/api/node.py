"""What the node is: its views with their rules and labels, its cameras, and what of the page there is on it."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field

from edgeclassify import __version__
from edgeclassify.config import ViewConfig
from edgeclassify.config.sections import is_model_path
from edgeclassify.web.api.interface import ApiBody, Asked, Endpoint
from edgeclassify.web.interface import NodeFacts, ViewFacts

MOST_LABELS = 1001
"""Labels of a view that are listed: as many as models of ImageNet have."""

ModelKind = Literal["builtin", "catalog", "file", "taught"]


class RulesNow(ApiBody):
    """By what a view decides now, every default filled in. As the keys of the config are called."""

    filter: Literal["bayes", "exponential", "none"]
    memory_s: float
    smoothing_s: float
    threshold_enter: float
    threshold_exit: float
    unknown_below: float
    confirm_s: float
    expire_s: float
    hold_s: float
    cooldown_s: float
    interval_s: float
    update_step: float
    quiet_hours: tuple[str, ...]
    lasting: dict[str, tuple[float, ...]]
    look: Literal["roi", "motion"]


class OptionsNow(ApiBody):
    """What the options of a view are set to."""

    enabled: bool
    threshold: float
    interval: float


class ViewNow(ApiBody):
    """A view as it runs. `labels`: the groups and labels that it can show; `of_labels`: how many those are, where
    not all of them are listed. `roi`: x, y, width, height as fractions of the frame."""

    name: str
    camera: str
    model: str
    model_kind: ModelKind
    has_embedding: bool = Field(description="Can classes be taught on its network?")
    labels: tuple[str, ...]
    of_labels: int
    roi: tuple[float, float, float, float]
    enabled: bool
    rules: RulesNow
    options: OptionsNow


class CameraNow(ApiBody):
    """A camera. `interval_s`: seconds between two frames that are classified; 0: as fast as it goes."""

    name: str
    kind: str
    interval_s: float


class Features(ApiBody):
    """What of the page there is on this node."""

    history: bool
    teaching: bool
    snapshots: bool
    config_writable: bool


class NodeNow(ApiBody):
    """The node. `time_zone`: null: the machine's. `profile`: the one that is on; null: none is."""

    name: str
    version: str
    labels_only: bool
    time_zone: str | None
    profile: str | None
    profiles: tuple[str, ...]
    features: Features
    views: tuple[ViewNow, ...]
    cameras: tuple[CameraNow, ...]


def node_now(facts: NodeFacts) -> NodeNow:
    """The node as a body."""
    config = facts.config
    sections = {view.name: view for view in config.views()}
    return NodeNow(
        name=config.node.name,
        version=__version__,
        labels_only=config.node.labels_only,
        time_zone=config.node.time_zone,
        profile=facts.profile,
        profiles=tuple(config.profile),
        features=Features(
            history=facts.history is not None,
            teaching=facts.looks is not None,
            snapshots=facts.snapshots is not None,
            config_writable=facts.config_file is not None and _may_replace(facts.config_file),
        ),
        views=tuple(_view_now(view, sections[view.name]) for view in facts.views),
        cameras=tuple(CameraNow(name=one.name, kind=one.kind, interval_s=one.interval_s) for one in config.camera),
    )


def kind_of_model(view: ViewFacts) -> ModelKind:
    """Where a view's model comes from."""
    if view.taught:
        return "taught"
    if is_model_path(view.model):
        return "file"
    return "builtin" if view.model == "builtin" else "catalog"


def _view_now(view: ViewFacts, section: ViewConfig) -> ViewNow:
    region = view.region
    return ViewNow(
        name=view.name,
        camera=view.camera,
        model=view.model,
        model_kind=kind_of_model(view),
        has_embedding=view.has_embedding,
        labels=view.shown_labels[:MOST_LABELS],
        of_labels=len(view.shown_labels),
        roi=(region.x, region.y, region.width, region.height),
        enabled=view.enabled,
        rules=_rules_now(view, section),
        options=OptionsNow(
            enabled=view.enabled,
            threshold=view.rules.threshold_enter,
            interval=view.rules.pace.interval_s,
        ),
    )


def _rules_now(view: ViewFacts, section: ViewConfig) -> RulesNow:
    rules = view.rules
    expire_s = rules.confirm_s if rules.expire_s is None else rules.expire_s
    return RulesNow(
        filter=rules.filter.kind.value,
        memory_s=rules.filter.memory_s,
        smoothing_s=rules.filter.smoothing_s,
        threshold_enter=rules.threshold_enter,
        threshold_exit=rules.exit_score,
        unknown_below=rules.unknown_below,
        confirm_s=rules.confirm_s,
        expire_s=expire_s,
        hold_s=rules.hold_s,
        cooldown_s=rules.cooldown_s,
        interval_s=rules.pace.interval_s,
        update_step=rules.update_step,
        quiet_hours=section.quiet_hours,
        lasting=section.lasting,
        look=section.look,
    )


def _may_replace(file: Path) -> bool:
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK | os.X_OK)


async def _answer(asked: Asked) -> NodeNow:
    around = asked.around
    return await around.threads.run(lambda: node_now(around.node.facts))


NODE = (
    Endpoint(
        "GET", "/api/node", _answer, "The node: its views, cameras, profiles and features.", "node", gives=NodeNow
    ),
)
