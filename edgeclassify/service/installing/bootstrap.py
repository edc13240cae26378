"""`sudo make install`: from a checkout, by a Python without any package, to the service on this machine.

Usage: python3 -m edgeclassify.service.installing.bootstrap, in the checkout.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.service.installing import environment
from edgeclassify.service.installing.refusals import check_machine, check_python, check_room

_CHECKOUT = Path(__file__).resolve().parents[3]
_COMMAND = "service install"


def main() -> int:
    """Make the environment, and let it install itself; the exit status."""
    try:
        check_machine(_COMMAND)
        check_python(_COMMAND)
        check_room(_COMMAND, environment.HOME.parent)
        environment.stage_checkout(_CHECKOUT)
    except EdgeClassifyError as error:
        text = str(error).replace("sudo edgeclassify service install", "sudo make install")
        text = text.replace("linux32 edgeclassify service", "linux32 make")
        sys.stderr.write(f"make install: {text}\n")
        return int(error.exit_status)
    python, staged = environment.STAGED / "bin/python", str(environment.STAGED)
    try:
        return subprocess.call([str(python), "-m", "edgeclassify", "service", "install", "--environment", staged])
    finally:
        environment.drop(environment.STAGED)  # where it was put in place there is none any more


if __name__ == "__main__":
    sys.exit(main())
