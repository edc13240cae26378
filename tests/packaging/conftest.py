"""What makes the packages are scripts, not a package: their folders come onto the path."""

import sys
from pathlib import Path

_PACKAGING = Path(__file__).parents[2] / "packaging"
sys.path[:0] = [str(_PACKAGING / "deb"), str(_PACKAGING / "apt")]
