"""`python -m tests.bench.peers FOLDER`: a picture's class by us, by the usual script, by transformers and PyTorch.

FOLDER gets the peers' environment, once (Python 3.11, about 1 GB). Each way is a process: it says its first
answer, then classifies photos from files, one by one, and tells time, processor time and memory. The ways take
turns; what is shown are medians over the rounds. `--write` puts table and picture into docs/performance.md.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from edgeclassify.pictures.stacked_bars import Bar, StackedBars, bars_png
from tests.bench.peers.comparison import HERE, Row, compared, run, table, ways
from tests.bench.peers.environment import environment
from tests.bench.peers.page import replaced
from tests.support.data import ROOT, needed_test_data
from tests.support.photos import TF2_V2

PAGE, PICTURE = ROOT / "docs" / "performance.md", ROOT / "docs" / "images" / "peers.png"


def main() -> None:
    """Measure, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default=sys.executable, help="what the environment is made by")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    data, folder = needed_test_data(), options.folder.absolute()
    python = environment(folder, options.python)
    torch_folder = folder / "mobilenet_v2_random"
    if not torch_folder.is_dir():
        command = [str(python), str(HERE / "transformers_torch.py"), "--make", str(torch_folder)]
        subprocess.run(command, check=True)
    pictures = [str(path) for path in sorted((data / "images").glob("*.jpg"))[: options.pictures]]
    labels = data / "models" / "imagenet_labels.txt"
    all_ways = ways(python, data / "models" / f"{TF2_V2}.tflite", torch_folder)
    rounds = []
    for number in range(options.rounds):
        rounds.append([run(way, labels, pictures) for way in all_ways])
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    rows = compared(rounds, [way.name for way in all_ways])
    print(table(rows))
    if options.write:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), "peers", table(rows)), encoding="utf-8")
        PICTURE.write_bytes(bars_png(chart(rows)))


def chart(rows: list[Row]) -> StackedBars:
    """A bar for each way: time per picture."""
    bars = [
        Bar(
            row.name,
            [row.taken.ms],
            note=f"{row.taken.rss_mb:.0f} MB, first answer after {row.taken.first_s:.2f} s",
        )
        for row in rows
    ]
    return StackedBars("A photo's class, from its JPEG file", "MobileNetV2 1.0 224, one at a time",
                       "ms", ["per picture"], bars)  # fmt: skip


if __name__ == "__main__":
    main()
