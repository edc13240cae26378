"""The long-running service: builds the parts from the config, starts and stops them in order, obeys signals."""

from edgeclassify.daemon.supervisor import Daemon

__all__ = ["Daemon"]
