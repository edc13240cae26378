"""Lists of Python's values as columns of Arrow.

`pyarrow.array` of a list looks for pandas first, and so imports it where it is installed, which takes longer than
writing a part. What is here goes by numpy, and is equal to what that makes.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np
import pyarrow as pa


def column(values: Sequence[Any], of: Any) -> Any:
    """A column of type `of`: a number, time, bool, string, dictionary of strings, or a list of such.

    None is null, but in lists. Times are integers in the unit of the type.
    """
    nulls = values.count(None)
    if nulls and nulls == len(values):
        return pa.nulls(nulls, of)
    if pa.types.is_dictionary(of):
        known = {one: code for code, one in enumerate(dict.fromkeys(one for one in values if one is not None))}
        codes = list(map(known.get, values))
        return pa.DictionaryArray.from_arrays(column(codes, of.index_type), column(list(known), of.value_type))
    if pa.types.is_list(of):
        inner = column(list(chain.from_iterable(values)), of.value_type)
        return pa.Array.from_buffers(of, len(values), [None, _offsets(map(len, values))], children=[inner])
    valid = _bits([one is not None for one in values]) if nulls else None
    if pa.types.is_string(of):
        buffers = _texts(["" if one is None else one for one in values] if nulls else values)
    else:
        plain = [0 if one is None else one for one in values] if nulls else values
        is_bits = pa.types.is_boolean(of)
        buffers = [_bits(plain) if is_bits else pa.py_buffer(np.array(plain, _kind(of)))]
    return pa.Array.from_buffers(of, len(values), [valid, *buffers], nulls)


def _kind(of: Any) -> str:
    """Of a number or a time, as numpy names it: f4, i8. (`to_pandas_dtype` imports pandas.)"""
    return f"{'f' if pa.types.is_floating(of) else 'i'}{of.bit_width // 8}"


def _texts(texts: Sequence[str]) -> list[Any]:
    whole = "".join(texts)
    lengths = map(len, texts) if whole.isascii() else (len(one.encode()) for one in texts)
    return [_offsets(lengths), pa.py_buffer(whole.encode())]


def _offsets(lengths: Iterable[int]) -> Any:
    return pa.py_buffer(np.array(list(accumulate(lengths, initial=0)), np.int32))


def _bits(values: Sequence[Any]) -> Any:
    return pa.py_buffer(np.packbits(np.array(values, bool), bitorder="little"))
