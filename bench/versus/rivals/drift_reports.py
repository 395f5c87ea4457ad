"""Drift reports by Evidently, and the bare statistics by SciPy, over arrays that lie in memory before the clock starts.

Usage: drift_reports.py FOLDER ROWS COLUMNS: reads reference.f64 and current.f64 (column after column), then one line of
input per run, a name; answers one line of JSON with the process's CPU seconds.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["DO_NOT_TRACK"] = "1"

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
from scipy import stats
from scipy.spatial.distance import jensenshannon

warnings.simplefilter("ignore")
folder, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
names = [f"f{i}" for i in range(columns)]


def load(file):
    return np.fromfile(f"{folder}/{file}").reshape(columns, rows)


reference, current = load("reference.f64"), load("current.f64")
definition = DataDefinition(numerical_columns=names)
datasets = [Dataset.from_pandas(pd.DataFrame(dict(zip(names, side))), definition) for side in (reference, current)]


def evidently(methods):
    presets = [DataDriftPreset(columns=names, num_method=method) if method else DataDriftPreset(columns=names)
               for method in methods]
    return Report(presets).run(datasets[1], datasets[0]).dict()


def psi_and_js(a, b):
    edges = np.quantile(a, np.arange(1, 10) / 10)
    counts = [np.bincount(np.digitize(side, edges), minlength=10) for side in (a, b)]
    p, q = [np.maximum(count / count.sum(), 1e-4) for count in counts]
    return float(np.sum((q - p) * np.log(q / p))), float(jensenshannon(*counts, base=2))


def scipy_statistics():
    out = []
    for a, b in zip(reference, current):
        ks = stats.ks_2samp(a, b)
        psi, js = psi_and_js(a, b)
        out.append([float(ks.statistic), float(ks.pvalue), psi, float(stats.wasserstein_distance(a, b)), js])
    return out


RUNS = {
    "evidently-default": lambda: evidently([None]),
    "evidently-same": lambda: evidently(["ks", "psi", "wasserstein", "jensenshannon"]),
    "scipy": scipy_statistics,
}
print("ready", flush=True)
for line in sys.stdin:
    name = line.strip()
    started = time.process_time()
    answer = RUNS[name]()
    seconds = time.process_time() - started
    print(json.dumps({"cpuSeconds": seconds, **({"statistics": answer} if name == "scipy" else {})}), flush=True)
