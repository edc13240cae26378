"""Runs a command in which no memory can be written and executed, as MemoryDenyWriteExecute= of the unit has it.

Usage: python write_or_execute.py COMMAND [ARG...]. Exit status 77 where the kernel does not know how (before 6.3).
"""

import ctypes
import os
import sys

PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
UNKNOWN = 77

if __name__ == "__main__":
    if ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0):
        sys.exit(UNKNOWN)
    os.execvp(sys.argv[1], sys.argv[1:])
