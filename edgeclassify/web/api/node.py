"""What the node is: its views with their rules and labels, its cameras, and what of the page there is on it."""

from edgeclassify import __version__
from edgeclassify.config import ViewConfig
from edgeclassify.config.editing.config_file import why_not_writable
from edgeclassify.types.model_choice import is_model_path
from edgeclassify.web.api.interface import Asked, Endpoint
from edgeclassify.web.api.node_bodies import (
    CameraNow,
    Features,
    ModelKind,
    NodeNow,
    OptionsNow,
    RulesNow,
    ViewNow,
)
from edgeclassify.web.interface import NodeFacts, ViewFacts

MOST_LABELS = 1001
"""Labels of a view that are listed: as many as models of ImageNet have."""


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
            config_writable=facts.config_file is not None and why_not_writable(facts.config_file) is None,
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


async def _answer(asked: Asked) -> NodeNow:
    around = asked.around
    return await around.threads.run(lambda: node_now(around.node.facts))


NODE = (
    Endpoint(
        "GET", "/api/node", _answer, "The node: its views, cameras, profiles and features.", "node", gives=NodeNow
    ),
)
