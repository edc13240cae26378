"""A node as the page sees it, made of records."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any

from edgeclassify.config import parse_config
from edgeclassify.health import Health
from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import FULL_FRAME, Request
from edgeclassify.web.interface import ConfigChange, ConfigChanged, NodeFacts, PageNode, ViewFacts, WhatIf
from tests.publish.records import health, info


class RecordedNode(PageNode):
    """With one camera, `front`, and these views of it; keeps what it is asked."""

    def __init__(self, *views: str, labels_only: bool = False, enabled: bool = True) -> None:
        document = {
            "node": {"name": "porch", "labels_only": labels_only},
            "camera": [{"name": "front", "source": "synthetic:"}],
            "view": [{"name": name} for name in views or ("gate",)],
        }
        self.config = parse_config(document, "test.toml", Path())
        self.enabled = enabled
        self.hurried: list[str] = []
        self.figures: Health = health()

    @property
    def facts(self) -> NodeFacts:
        (model,) = info().models
        views = tuple(
            ViewFacts(
                name=view.name,
                camera="front",
                region=FULL_FRAME,
                enabled=self.enabled,
                rules=Rules(0.6, 0.4, confirm_s=1.0, update_step=0.0, top=3, pace=Pace(0.5)),
                model="builtin",
                model_info=model,
                shown_labels=("open", "closed"),
                taught=False,
                has_embedding=False,
            )
            for view in self.config.views()
        )
        return NodeFacts(self.config, info(), views)

    def ask(self, request: Request) -> None:
        raise AssertionError("not asked here")

    def change(self, change: ConfigChange) -> "Future[ConfigChanged]":
        raise AssertionError("not changed here")

    def what_if(self, question: WhatIf) -> dict[str, Any]:
        raise AssertionError("not asked here")

    def hurry(self, camera: str) -> None:
        self.hurried.append(camera)

    def settle_looks(self) -> None:
        pass

    def health(self) -> Health:
        return self.figures
