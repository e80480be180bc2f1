"""Linear operators between a block and the constraint, for `through`."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core

__all__ = ["differences", "image_gradient", "operator"]


def operator(of: Any) -> _core.Operator:
    """x ↦ Kx of a matrix, dense or sparse (anything with `tocsr`)."""
    if isinstance(of, _core.Operator):
        return of
    if hasattr(of, "tocsr"):
        rows = of.tocsr()
        rows.sort_indices()
        data = np.ascontiguousarray(rows.data, dtype=np.float64)
        return _core.operator("sparse", data, rows.indices.tolist(), rows.indptr.tolist(), *rows.shape)
    return _core.operator("matrix", of)


def differences() -> _core.Operator:
    """The differences of neighbouring rows, xᵢ₊₁ − xᵢ."""
    return _core.operator("differences")


def image_gradient(height: int, width: int) -> _core.Operator:
    """The differences of neighbouring pixels of an image (height×width): a column of two for each pixel."""
    return _core.operator("image-gradient", height, width)
