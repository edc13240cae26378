"""The package and the service under a real systemd, in the root that EDGECLASSIFY_SYSTEMD_ROOT names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
ROOT = os.environ.get("EDGECLASSIFY_SYSTEMD_ROOT")


@pytest.mark.systemd_root
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(
    not ROOT, reason="EDGECLASSIFY_SYSTEMD_ROOT is not set; see tests/target/systemd/build-root.sh"
)
def test_the_service_under_systemd() -> None:
    packages = ["tests/target/systemd/build-packages.sh", str(ROOT)]
    built = subprocess.run(
        packages, cwd=CHECKOUT, env={**os.environ, "PYTHON": sys.executable},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout
    done = subprocess.run(
        [sys.executable, "-m", "tests.target.systemd.check", "--short", str(ROOT)], cwd=CHECKOUT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    print(done.stdout)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert not failed
    assert done.returncode == 0
    assert done.stdout.endswith("all checks hold\n")
