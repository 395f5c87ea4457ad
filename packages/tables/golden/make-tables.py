"""Small tables as other programs write them, for the tests of packages/tables.

Usage: python make-tables.py   (needs numpy, pandas and pyarrow)
"""
import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
frame = pd.DataFrame({
    "amount": [1.5, -2.0, np.nan, 4.25, 1e300],
    "count": pd.array([1, 2, None, 4, 2**40], dtype="Int64"),
    "city": ["Oslo", None, "Köln", 'a "b", c', ""],
    "flag": [True, False, True, True, False],
})
for compression in ("snappy", "gzip", "zstd", "brotli", "none"):
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), HERE / f"frame-{compression}.parquet",
                   compression=compression, row_group_size=3)
arrays = {
    "single": np.arange(5, dtype=np.float32) / 2,
    "double": np.array([1.5, np.nan, np.inf, -0.0, 3]),
    "whole": np.array([1, -2, 3, 2**40, 5], dtype=np.int64),
    "big": np.array([1, 2, 3, 4, 5], dtype=">i2"),
    "yes": np.array([True, False, True, False, True]),
    "half": np.array([0.5, 1, 2, 4, 8], dtype=np.float16),
    "pair": np.asfortranarray(np.arange(10, dtype=np.float64).reshape(5, 2)),
}
np.savez(HERE / "arrays.npz", **arrays)
np.savez_compressed(HERE / "arrays-deflated.npz", **arrays)
np.savez(HERE / "objects.npz", a=np.array([{"a": 1}, None], dtype=object))
