"""Code that a changed config needs for the first time, in a daemon that has run for long."""

from importlib import import_module

from edgeclassify.config import Config
from edgeclassify.daemon.publishing import wants_snapshots
from edgeclassify.replaced_files import late_imports


def import_late_parts(config: Config) -> None:
    """What is else imported only when the config holds, and could not be refused any more. Raises
    ReplacedFilesError."""
    with late_imports():
        if wants_snapshots(config):
            import_module("edgeclassify.publish.snapshots")
        if config.updates is not None:
            import_module("edgeclassify.daemon.updating.node")
        if config.governor.enabled:
            for module in ("daemon.governing.sensors", "governor.gauge", "governor.governor"):
                import_module(f"edgeclassify.{module}")
