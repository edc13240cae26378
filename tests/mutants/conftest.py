"""These tests need what `make mutants` installs."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("cosmic_ray") else ["test_*.py"]
