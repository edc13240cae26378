"""Package and config to many hosts by ssh: `hosts` says which, `one_host` what is done on each.

`rollout` is the command: in which order, and what came of it.
"""
