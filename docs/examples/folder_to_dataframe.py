"""The classes of a folder's photos as a pandas DataFrame: `python folder_to_dataframe.py photos/ [MODEL]`."""

import sys
from pathlib import Path

import pandas as pd

from edgeclassify import Classifier, Failure

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def photos_of(folder: Path, model: str = "builtin") -> pd.DataFrame:
    """A row for each photo in the folder and below it: its file, label and score, or why there is none."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    rows = []
    with Classifier(model) as classifier:
        for outcome in classifier.many(files, failures=True):
            if isinstance(outcome, Failure):
                rows.append({"file": outcome.source, "error": str(outcome)})
            else:
                rows.append({"file": outcome.source, "label": outcome.best.label, "score": outcome.best.score})
    return pd.DataFrame(rows, columns=["file", "label", "score", "error"])


if __name__ == "__main__":
    found = photos_of(Path(sys.argv[1]), *sys.argv[2:])
    print(found.to_string(index=False))
    print(found["label"].value_counts().to_string())
