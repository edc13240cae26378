"""What a process that runs for months gives back to the machine, and how its heap is kept from spreading.

The two C libraries of Linux differ: what is called here is glibc's; elsewhere nothing happens.
"""

import ctypes
import gc
import mmap
import os
from collections.abc import Iterator
from typing import Any

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Numbers of <malloc.h>."""
_STARTING_BLOCK = 1 << 17
"""Bytes of a block that is memory of its own while parts are loaded: freed, it is the machine's again at once;
in the heap it would leave a hole below what came later."""
_FRAME_BLOCK = 1 << 18
"""The same while frames go by. A decoded frame is larger: among the small things of a heap it left holes, of 3 MB
in all. What is made of it for a model is smaller: that stays in the heap, else its pages came anew each time."""
_HEAP_SLACK = 1 << 22
"""Bytes that may be free at the heap's end meanwhile."""
_LOADING_OBJECTS, _FRAME_OBJECTS = 400_000, 20_000
"""After how many new objects Python looks for such as nobody holds: hardly ever while parts are loaded, of which
most stay; each look would take as long as twenty modules."""
_LOADED, _DYNAMIC, _WRITABLE = 1, 2, 2
_END, _CHANGES_CODE, _FLAGS, _CHANGES_CODE_FLAG = 0, 22, 30, 4
"""Numbers of <elf.h>: PT_LOAD, PT_DYNAMIC, PF_W; DT_NULL, DT_TEXTREL, DT_FLAGS, DF_TEXTREL."""


class _Segment(ctypes.Structure):
    """Elf32_Phdr or Elf64_Phdr: the two have `flags` in different places."""

    _fields_ = (
        [
            ("type", ctypes.c_uint32),
            ("flags", ctypes.c_uint32),
            ("offset", ctypes.c_uint64),
            ("address", ctypes.c_uint64),
            ("physical", ctypes.c_uint64),
            ("in_file", ctypes.c_uint64),
            ("size", ctypes.c_uint64),
            ("alignment", ctypes.c_uint64),
        ]
        if ctypes.sizeof(ctypes.c_void_p) == 8
        else [
            ("type", ctypes.c_uint32),
            ("offset", ctypes.c_uint32),
            ("address", ctypes.c_uint32),
            ("physical", ctypes.c_uint32),
            ("in_file", ctypes.c_uint32),
            ("size", ctypes.c_uint32),
            ("flags", ctypes.c_uint32),
            ("alignment", ctypes.c_uint32),
        ]
    )


class _Library(ctypes.Structure):
    """The beginning of dl_phdr_info, which is all that is asked for."""

    _fields_ = (
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("segments", ctypes.POINTER(_Segment)),
        ("count", ctypes.c_uint16),
    )


_Visitor = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Library), ctypes.c_size_t, ctypes.c_void_p)


def expect_loading() -> None:
    """From now on much is loaded that lasts, and what was needed for it is dropped: before imports and models."""
    gc.set_threshold(_LOADING_OBJECTS, 10, 10)
    if (library := _glibc()) is not None:
        # Threads of their own heaps each keep what once was free there.
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, _STARTING_BLOCK)
        library.mallopt(_M_TRIM_THRESHOLD, _STARTING_BLOCK)


def give_back(has_loaded: bool) -> None:
    """Give back what is free, and code that nothing runs. All is loaded by now: frames go by from here on.

    `has_loaded`: a start or a reload was before it. Objects that are there now are taken for lasting then: Python
    looks through them no more for such as nobody holds. That takes longest (some 50 ms for a daemon, in which no
    other thread of Python runs).
    """
    gc.set_threshold(_FRAME_OBJECTS, 10, 10)
    if has_loaded:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
    if (library := _glibc()) is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _FRAME_BLOCK)
        library.mallopt(_M_TRIM_THRESHOLD, _HEAP_SLACK)
        library.malloc_trim(0)
        _let_go_of_code(library)


def _glibc() -> ctypes.PyDLL | None:
    """Called with the GIL held: no thread of Python loads a library meanwhile."""
    try:
        known = (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (ValueError, OSError, AttributeError):
        known = False
    return ctypes.PyDLL(None) if known else None


def _let_go_of_code(library: ctypes.PyDLL) -> None:
    """The pages of libraries' code and constants leave this process. Those that it goes on to use come back when
    they are touched, a cluster at a time, from the kernel's cache of files; most were for the start alone."""
    ranges: list[tuple[int, int]] = []

    def visit(found: Any, _size: int, _data: int | None) -> int:
        ranges.extend(_constant_ranges(found.contents))
        return 0

    library.dl_iterate_phdr(_Visitor(visit), None)
    for start, size in ranges:
        library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), mmap.MADV_DONTNEED)


def _constant_ranges(library: _Library) -> Iterator[tuple[int, int]]:
    """Address and size in bytes of the whole pages that nobody may have written to: what was would be lost."""
    base = library.base or 0
    segments = [library.segments[i] for i in range(library.count)]
    if any(_changes_code(base + one.address, one.size) for one in segments if one.type == _DYNAMIC):
        return
    for segment in segments:
        if segment.type == _LOADED and not segment.flags & _WRITABLE:
            start = -(-(base + segment.address) // mmap.PAGESIZE) * mmap.PAGESIZE
            end = (base + segment.address + segment.size) // mmap.PAGESIZE * mmap.PAGESIZE
            if end > start:
                yield start, end - start


def _changes_code(address: int, size: int) -> bool:
    """True where a library's dynamic section says that the loader writes addresses into its code."""
    words = (ctypes.c_size_t * (size // ctypes.sizeof(ctypes.c_size_t))).from_address(address)
    for tag, value in zip(words[::2], words[1::2], strict=False):
        if tag == _END:
            return False
        if tag == _CHANGES_CODE or (tag == _FLAGS and value & _CHANGES_CODE_FLAG):
            return True
    return False
