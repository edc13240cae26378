"""Score streams of a .npz as a recording: `tK` seconds, `sK` scores, and where it is known `yK`, what was there.

For each stream K: `tK` of shape (frames,), seconds; `sK` of shape (frames, labels), uint8 (255 is 1) or float 0-1;
`yK` of shape (frames,), the class index of what was to be seen, below 0 for nothing. `labels`, of shape (labels,),
names them; without it a label is its class index.
"""

import math
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import RecordingError
from edgeclassify.files import printable
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import Input, Record, Seen, ViewBegins
from edgeclassify.recording.replay.judgement import Scene
from edgeclassify.recording.scores import KeptScores
from edgeclassify.types.postprocess_times import NS_PER_S
