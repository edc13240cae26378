"""The service put on this machine and taken away, without a package: `edgeclassify service install|uninstall`.

`bootstrap`, `environment` and `refusals` are read by a Python without packages, and by one that is too old: they
import nothing but the standard library, and are written for Python 3.8.
"""
