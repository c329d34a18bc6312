"""The distinct rows of an array of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcheck.search.compiled.layout import odd_factors


def distinct_rows(rows: Any) -> tuple[Any, Any, Any]:
    """Return the distinct rows, the first place of each, and for each row which one it is.

    Hashes are compared first, as rows are compared slowly, and then whether they were right.
    """
    hashes = rows.astype(np.uint64) @ odd_factors(rows.shape[1])
    _, firsts, of = np.unique(hashes, return_index=True, return_inverse=True)
    if not np.array_equal(rows[firsts][of], rows):
        _, firsts, of = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return rows[firsts], firsts, of.ravel()  # NumPy 2.0 gives these of an axis another shape
