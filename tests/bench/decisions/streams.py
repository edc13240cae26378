"""Files of score streams, as `edgeclassify replay` reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgeclassify.recording.replay.score_streams import ScoreStream


def save_streams(path: Path, streams: Sequence[ScoreStream]) -> None:
    """Write an .npz with `tK`, `sK` (uint8, times 255) and `yK` for each stream K."""
    arrays: dict[str, Any] = {}
    for k, stream in enumerate(streams):
        arrays[f"t{k}"] = stream.times_s.astype(np.float32)
        arrays[f"s{k}"] = np.rint(stream.scores * 255).astype(np.uint8)
        if stream.truth is not None:
            arrays[f"y{k}"] = stream.truth.astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
