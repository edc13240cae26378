"""A node with taught models and a file of looks, asked by the endpoints of teaching without a socket."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import cv2
import httpx
import numpy as np
from starlette.routing import Router

from edgeclassify.contract.bodies import Body
from edgeclassify.daemon.requests.answers import answer_with
from edgeclassify.daemon.teaching.node_facts import NodeFacts as TeachingFacts
from edgeclassify.daemon.teaching.orders import Orders
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.interface import Look, LookKind, Picture
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.types import FULL_FRAME, Frame, ModelChoice, PixelFormat, Request
from edgeclassify.web.api.interface import Around
from edgeclassify.web.api.routing import routes_of
from edgeclassify.web.api.teaching.endpoints import TEACHING
from edgeclassify.web.interface import NodeFacts
from edgeclassify.web.live.board import Board
from edgeclassify.web.pictures.onlookers import PictureTaker
from edgeclassify.web.pictures.stills import Stills
from tests.support.lessons import part_of
from tests.web.page_node import RecordedNode

NOON = 1_795_000_000.0 - 1_795_000_000.0 % 86_400 + 43_200
T = TypeVar("T")


class TaughtNode(RecordedNode):
    """Its view `yard` decides by the built-in model, `gate` by the taught model "pets" where `uses`."""

    def __init__(self, folder: Path, *, uses: bool = False, labels_only: bool = False, looks: bool = True) -> None:
        super().__init__("gate", "yard", labels_only=labels_only)
        self._folder, self.uses, self._looks = folder, uses, looks
        self._orders = Orders(lambda: None)

    @property
    def facts(self) -> NodeFacts:
        facts = super().facts
        gate, yard = (dataclasses.replace(view, has_embedding=True) for view in facts.views)
        if self.uses:
            gate = dataclasses.replace(gate, model="pets", taught=True)
        looks = self._folder / "looks.sqlite" if self._looks else None
        return dataclasses.replace(facts, views=(gate, yard), state=self._folder, looks=looks)

    def ask(self, request: Request) -> None:
        order = request.teaching
        assert order is not None

        def carry_out() -> Body:
            return self._orders.carry_out(order, TeachingFacts(("gate", "yard"), looks=self.facts.looks), None)

        answer_with(carry_out, request)


class Asking:
    """Asks a node's endpoints of teaching. `said`: what the board was told, by kind; `is_watched`: a page is
    open."""

    def __init__(self, node: RecordedNode) -> None:
        self.said: list[tuple[str, Any]] = []
        board = Board(node)
        board.say = lambda kind, data, *, of="": self.said.append((kind, data))  # type: ignore[method-assign]
        self.is_watched = False
        pictures = PictureTaker(node.config.web, node, lambda view, region: None)
        self.around = Around(node, board, pictures, Stills(lambda: self.is_watched))

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.together(lambda client: client.request(method, path, **more))

    def together(self, act: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
        """What somebody does with a client, in one loop."""

        async def run() -> T:
            app = Router(routes_of(TEACHING, self.around))
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as client:
                return await act(client)

        return asyncio.run(run())

    def json(self, method: str, path: str, **more: Any) -> Any:
        """What is answered, where it is."""
        answer = self(method, path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, status: int, method: str, path: str, **more: Any) -> str:
        """The one sentence of an answer that is a problem."""
        answer = self(method, path, **more)
        assert answer.status_code == status, answer.text
        problem = answer.json()
        assert list(problem) == ["error"]
        return str(problem["error"])


def png_of(photo: str, number: int) -> bytes:
    """A part of a photo as a file."""
    return picture_of(photo, number, ".png")


def picture_of(photo: str, number: int, kind: str) -> bytes:
    """The same as a file of another kind, by its ending."""
    is_coded, data = cv2.imencode(kind, part_of(photo, number)[:, :, ::-1])
    assert is_coded
    return data.tobytes()


def teach(model: str, label: str | None, photo: str, count: int = 3, first: int = 0) -> list[str]:
    """So many parts of a photo as examples, an hour apart: their ids."""
    pictures = [
        Picture(part_of(photo, n), f"{photo}{n}", NOON + n * 3600, "gate") for n in range(first, first + count)
    ]
    with Teacher(model) as teacher:
        return list(teacher.add(label, pictures).new)


def fit(model: str) -> None:
    with Teacher(model) as teacher:
        teacher.fit()


def keep_looks(folder: Path, kind: LookKind, photo: str, count: int, **more: Any) -> list[int]:
    """So many looks in the file of looks, with a picture: their numbers."""
    embedder = Embedder.open(ModelChoice())
    looks = [
        dataclasses.replace(
            Look(
                0, kind, "gate", NOON + n * 60, "cat", 0.5, embedder.facts.embedding,
                embedder.embed(part_of(photo, n)), 0.25, jpeg=picture_of(photo, n, ".jpg"),
            ),
            **more,
        )
        for n in range(count)
    ]  # fmt: skip
    embedder.close()
    with LookStore.open(folder / "looks.sqlite") as store:
        return [number for number in store.add(looks) if number is not None]


def frame_of(photo: str, number: int, at: float = NOON) -> Frame:
    """A part of a photo as a camera's frame."""
    pixels = np.ascontiguousarray(part_of(photo, number)[:, :, ::-1])
    height, width = pixels.shape[:2]
    return Frame(
        pixels=pixels,
        pixel_format=PixelFormat.BGR,
        width=width,
        height=height,
        camera="front",
        sequence=1,
        captured_at_ns=0,
        captured_at=at,
    )


def show(asking: Asking, view: str, frame: Frame) -> None:
    """The view is shown the frame."""
    asking.around.stills.looked(view, frame, FULL_FRAME)
