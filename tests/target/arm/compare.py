"""What two machines say of the same pictures: `compare.py HERE THERE [AT_LEAST]`, files of `classify --json`.

Exit status 1 where fewer than AT_LEAST (default: all) have the same best label, or a picture is missing.
"""

import json
import sys
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, dict[str, Any]]:
    """File name of a picture → what was said of it."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {Path(line["path"]).name: line for line in lines}


def main(here: Path, there: Path, at_least: int | None = None) -> int:
    """Print the figures; the exit status."""
    ours, theirs = read(here), read(there)
    if not ours or ours.keys() != theirs.keys():
        print(f"{there.name}: {len(theirs)} pictures, not the {len(ours)} of {here.name}")
        return 1
    same = sum(ours[name]["top"][0]["label"] == theirs[name]["top"][0]["label"] for name in ours)
    apart = max(abs(ours[name]["top"][0]["score"] - theirs[name]["top"][0]["score"]) for name in ours)
    print(f"{there.name}: {same} of {len(ours)} have the best label of here; its score at most {apart:.3f} apart")
    return int(same < (len(ours) if at_least is None else at_least))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:4])))
