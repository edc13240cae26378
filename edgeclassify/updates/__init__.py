"""Signed updates of config and models: what a manifest says, who signed it, which nodes are meant, and whether it
does well. Pure: `daemon/updating/` fetches, takes over and watches.
"""
