"""Makes score streams: photos as scenes, before a simulated camera, classified by a real model.

A stream has five photos, and shows one after the other, never the same twice in a row. Its truth is what the model
itself says of the clean picture: the model's own errors are no errors here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edgeclassify.model.interface import ImageClassifier
from edgeclassify.recording.replay.score_streams import ScoreStream
from edgeclassify.types import Frame, PixelFormat, Pixels
from tests.bench.decisions.fixed_camera import Conditions, FixedCamera, as_scene

SEVERITIES = (0.4, 0.7, 1.0, 1.4)
PHOTOS_PER_STREAM = 5
BLENDED_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Making:
    """What streams are to be made. `scene_s`: a scene lasts from and to so many seconds.

    `severities`: of the streams, in turn. `has_other_cuts`: photos are mirrored or not, and cut to a part of them,
    so that they are other pictures.
    """

    model: str
    seed: int
    severities: tuple[float, ...] = SEVERITIES
    scenes: int = 8
    scene_s: tuple[float, float] = (25.0, 45.0)
    interval_s: float = 0.5
    has_other_cuts: bool = False


class Play:
    """Scenes in their order. `changes_s`: when each of the order ends. The change is blended over two frames."""

    def __init__(self, scenes: Sequence[Pixels], order: Sequence[int], changes_s: Sequence[float]) -> None:
        self._scenes, self._order, self._changes_s = scenes, order, changes_s
        self._now, self._blended = 0, BLENDED_FRAMES

    @property
    def ends_s(self) -> float:
        """When the last scene ends."""
        return self._changes_s[-1]

    def frame_at(self, second: float) -> tuple[Pixels, int]:
        """The picture of the next frame, and which of the scenes it is. `second`: before the end, rising."""
        if second >= self._changes_s[self._now]:
            self._now, self._blended = self._now + 1, 0
        scene = self._order[self._now]
        if self._blended == BLENDED_FRAMES:
            return self._scenes[scene], scene
        self._blended += 1
        share = self._blended / (BLENDED_FRAMES + 1)
        before = self._scenes[self._order[self._now - 1]]
        blended = cv2.addWeighted(self._scenes[scene], share, before, 1 - share, 0)
        return np.asarray(blended, np.uint8), scene


def make_stream(
    classifier: ImageClassifier, pictures: Sequence[Pixels], making: Making, number: int
) -> ScoreStream:
    """Stream `number` of these: the same for the same model, pictures and seed.

    `pictures`: BGR photos, of which some are drawn. Scores are rounded to 1/255, as a file of streams keeps them.
    """
    rng = np.random.default_rng((making.seed, number))
    scenes = _scenes(pictures, making, rng)
    truths = [_best(classifier, scene) for scene in scenes]
    order = order_of(truths, making.scenes, rng)
    play = Play(scenes, order, np.cumsum(rng.uniform(*making.scene_s, making.scenes)).tolist())
    camera = FixedCamera(Conditions(making.severities[number % len(making.severities)]), play.ends_s, rng)
    times_s: list[float] = []
    scores, truth = [], []
    second = 0.0
    while second < play.ends_s:
        picture, scene = play.frame_at(second)
        prediction = classifier.classify(frame_of(camera.picture(picture, second), len(times_s), second))
        times_s.append(second)
        scores.append(np.rint(prediction.scores * 255).astype(np.uint8))
        truth.append(truths[scene])
        second += making.interval_s * float(rng.uniform(0.9, 1.1))
    labels = tuple(map(str, range(len(classifier.labels))))
    dequantized = np.stack(scores).astype(np.float32) / np.float32(255)
    return ScoreStream(number, labels, np.array(times_s), dequantized, np.array(truth))


def frame_of(pixels: Pixels, number: int = 0, second: float = 0.0) -> Frame:
    """BGR pixels as a frame of a camera."""
    height, width = pixels.shape[:2]
    return Frame(pixels, PixelFormat.BGR, width, height, "made", number, round(second * 1e9), second)


def order_of(truths: Sequence[int], count: int, rng: np.random.Generator) -> list[int]:
    """Which scene is shown when: never two in a row that are the same to the model, while there are others."""
    order = [int(rng.integers(len(truths)))]
    while len(order) < count:
        others = [i for i, truth in enumerate(truths) if truth != truths[order[-1]]] or list(range(len(truths)))
        order.append(int(rng.choice(others)))
    return order


def _scenes(pictures: Sequence[Pixels], making: Making, rng: np.random.Generator) -> list[Pixels]:
    chosen = rng.choice(len(pictures), PHOTOS_PER_STREAM, replace=False)
    if not making.has_other_cuts:
        return [as_scene(pictures[i]) for i in chosen]
    return [
        as_scene(
            pictures[i],
            mirrored=bool(rng.random() < 0.5),
            zoom=float(rng.uniform(1.0, 1.25)),
            aside=rng.uniform(0, 1, 2).tolist(),
        )
        for i in chosen
    ]


def _best(classifier: ImageClassifier, scene: Pixels) -> int:
    return int(np.argmax(classifier.classify(frame_of(scene)).scores))
