"""The way in: `edgeclassify COMMAND`, and the only place where errors become exit statuses."""

import gc
import sys

if sys.argv[1:2] == ["run"]:
    from edgeclassify import early_sighup, resident_memory

    early_sighup.remember()  # the daemon obeys it, and a second of its start goes by with imports
    resident_memory.expect_loading()
else:
    # Imports and a model make tens of thousands of objects that stay: they need not be looked through again.
    gc.set_threshold(100_000, 10, 10)

import os

# Before numpy comes: OpenBLAS's threads wait by spinning, on the cores that the runtime's threads need.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Pydantic asks all installed packages whether they are plugins of it: each one's files are read for that.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import click

from edgeclassify.cli import commands
from edgeclassify.cli.support.output import OutputClosedError, checked_output
from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.logs import for_stream
from edgeclassify.native_stderr import diverted_native_stderr


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (sysexits.h). Messages for the user go to stderr.

    `arguments`: None for those of the process. The daemon's process ends in here then.
    """
    status = _run(arguments)
    if arguments is None and sys.argv[1:2] == ["run"]:
        _leave(status)
    return status


def _run(arguments: Sequence[str] | None) -> int:
    try:
        with checked_output(), diverted_native_stderr():
            status = commands.main(arguments, prog_name="edgeclassify", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return ExitStatus.USAGE
    except OutputClosedError as error:
        return error.exit_status
    except EdgeClassifyError as error:
        click.echo(for_stream(f"edgeclassify: {error}", logging.ERROR, sys.stderr), err=True)
        return error.exit_status
    except (click.Abort, KeyboardInterrupt):
        return 130  # as a shell reports SIGINT
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our messages went away
        return ExitStatus.SOME_FAILED
    except Exception as error:  # noqa: BLE001 - a bug: its traceback, where the log goes
        sys.excepthook(type(error), error, error.__traceback__)
        return ExitStatus.SOFTWARE
    return status if isinstance(status, int) else ExitStatus.OK


def _leave(status: int) -> NoReturn:
    """End the process at once. All that the daemon started is stopped; Python would take modules and native
    libraries apart one by one, which costs 0.15 s of a fast CPU, seconds of a busy one, and a stop has its limit.
    A lost camera's library might keep it from ending for ever."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, full, or none
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
