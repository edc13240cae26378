"""Bounds and names that the config, the contract and requests share."""

MAX_VIEW_INTERVAL_S = 86_400 * 7
"""Longest time between two frames, and between whatever else is repeated."""
MAX_SNOOZE_S = 86_400 * 30
"""Longest time for which views are left alone by one request."""
NO_PROFILE = "none"
"""What is said in the place of a profile's name where none is on."""
RESERVED_VIEW_NAMES = frozenset({"status", "info", "health", "probe", "profile", "request", "response"})
"""Levels below a node's topic that are no views."""
RESERVED_NODE_NAMES = frozenset({"request"})
"""Levels below the prefix that are no nodes."""
MAX_ANNOUNCE_WITHIN_S = 3600
"""Longest time over which all nodes spread what all of them were asked for."""
