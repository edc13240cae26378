"""Where the real models and photos for tests are: beside the checkout, or where EDGECLASSIFY_TEST_DATA says."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NO_TEST_DATA = "no test data: neither ../shared nor the folder that EDGECLASSIFY_TEST_DATA names"


def find_test_data() -> Path | None:
    """The folder with `models/` and `images/`, or None."""
    folder = Path(os.environ.get("EDGECLASSIFY_TEST_DATA", ROOT.parent / "shared"))
    return folder if (folder / "models").is_dir() and (folder / "images").is_dir() else None


def needed_test_data() -> Path:
    """The same for a benchmark, which ends with a message where it is missing. Raises SystemExit."""
    folder = find_test_data()
    if folder is None:
        raise SystemExit(NO_TEST_DATA)
    return folder
