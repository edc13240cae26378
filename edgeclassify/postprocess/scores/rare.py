"""Labels that are rare: what a single frame says of them counts as much as what all frames do."""

from collections.abc import Sequence

import numpy as np

from edgeclassify.postprocess.scores.observation import Observation


def with_single_frames(filtered: Observation, frame: Observation, rare: Sequence[int]) -> Observation:
    """The filtered scores; of rare labels the frame's own ones where these are higher.

    A filter over time takes a second or more to believe what it has not seen before. What is rare has no such
    time, and stays for as long as either speaks for it. `frame`: the same before the filter; `rare`: indices in
    the view.
    """
    if filtered is frame or not rare:
        return filtered
    scores, places = filtered.scores.copy(), list(rare)
    scores[places] = np.maximum(scores[places], frame.scores[places])
    return filtered._replace(scores=scores)
