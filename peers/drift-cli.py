"""Compares `rampart drift` and `rampart changepoints` on fresh random CSV files with SciPy, NumPy and river.

Usage: drift-cli.py NODE CLI [SEED]: a new seed each time unless one is given; the last line is `N passed, M failed`.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from river import drift
from scipy import stats
from scipy.spatial.distance import jensenshannon

command = sys.argv[1:3]
seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
rng = np.random.default_rng(seed)
folder = tempfile.mkdtemp(prefix="rampart-drift-cli-")
tally = {True: 0, False: 0}


def check(name, ours, theirs):
    near = len(ours) == len(theirs) and all(
        abs(a - b) <= 1e-9 * max(abs(a), abs(b)) + 1e-12 for a, b in zip(ours, theirs))
    tally[near] += 1
    if not near:
        print(f"✖ {name}: {ours} here, {theirs} there")


def rampart(*arguments):
    done = subprocess.run([*command, *arguments, "-o", "json"], capture_output=True, text=True, cwd=folder)
    if done.returncode != 0:
        raise SystemExit(f"{arguments} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def write(name, columns, line_end):
    with open(os.path.join(folder, name), "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, lineterminator=line_end)
        writer.writerow(columns)
        for row in zip(*columns.values()):
            writer.writerow(["" if isinstance(cell, float) and np.isnan(cell) else cell for cell in row])


def table(rows, shift):
    gaps = rng.exponential(size=rows)
    gaps[rng.random(rows) < 0.05] = np.nan
    return {
        "bell": rng.normal(shift, 1, rows).tolist(), "heavy": rng.standard_cauchy(rows).tolist(),
        "counts": rng.poisson(3 + shift, rows).tolist(), "constant": [7.5] * rows, "gaps": gaps.tolist(),
        'odd, "name"': np.round(rng.gamma(2 + shift, size=rows), 3).tolist(),
        "city": rng.choice(["Oslo", 'a "b"', "x, y"], rows, p=[0.5 - shift / 2, 0.3, 0.2 + shift / 2]).tolist(),
    }


def bins(a, b):
    edges = []
    for q in np.quantile(a, np.arange(1, 10) / 10):
        if not edges or q > edges[-1]:
            edges.append(q)
        elif q == edges[-1]:
            edges.append(np.nextafter(q, np.inf))
    return [np.bincount(np.digitize(side, edges), minlength=len(edges) + 1) for side in (a, b)]


for rows, other in [(60, 45), (3000, 2111), (10001, 4000), (40000, 50000)]:
    before, now = table(rows, 0.0), table(other, 0.2)
    write("a.csv", before, "\n")
    write("b.csv", now, "\r\n")
    columns = rampart("drift", "--reference", "a.csv", "--current", "b.csv")["columns"]
    for name, result in columns.items():
        if name == "city":
            names = sorted(set(before[name]))
            counts = np.array([[side[name].count(one) for one in names] for side in (before, now)])
            expected = stats.chi2_contingency(counts, correction=False)
            ours = [result["chi_square"]["statistic"], result["chi_square"]["p_value"]]
            check(f"{rows} {name}", ours, [expected.statistic, expected.pvalue])
            continue
        a, b = [np.array(side[name], dtype=float) for side in (before, now)]
        a, b = a[~np.isnan(a)], b[~np.isnan(b)]
        ks, counts = stats.ks_2samp(a, b), bins(a, b)
        p, q = [np.maximum(count / count.sum(), 1e-4) for count in counts]
        theirs = [ks.statistic, ks.pvalue, np.sum((q - p) * np.log(q / p)), stats.wasserstein_distance(a, b),
                  jensenshannon(*counts, base=2)]
        check(f"{rows} {name}", [result["ks"]["statistic"], result["ks"]["p_value"], result["psi"],
                                 result["wasserstein"], result["jensen_shannon"]], theirs)

DETECTORS = [
    ("adwin", [], lambda: drift.ADWIN()), ("adwin", ["delta=0.05"], lambda: drift.ADWIN(delta=0.05)),
    ("page-hinkley", [], lambda: drift.PageHinkley()),
    ("page-hinkley", ["threshold=20", "mode=up"], lambda: drift.PageHinkley(threshold=20, mode="up")),
    ("kswin", [], lambda: drift.KSWIN(seed=42)),
    ("kswin", ["seed=3", "alpha=0.0001"], lambda: drift.KSWIN(seed=3, alpha=0.0001)),
]
for round_number in range(3):
    parts = [rng.normal(rng.normal(0, 2), rng.uniform(0.5, 3), rng.integers(300, 900)) for _ in range(4)]
    values = np.concatenate(parts)
    write("s.csv", {"row": list(range(len(values))), "x": values.tolist()}, "\n")
    for method, parameters, create in DETECTORS:
        detector, expected = create(), []
        for i, value in enumerate(values):
            detector.update(float(value))
            if detector.drift_detected:
                expected.append(i)
        flags = [word for parameter in parameters for word in ("--param", parameter)]
        check(f"{method} {parameters}", rampart("changepoints", "s.csv", "--column", "x", "--method", method, *flags)["alarms"],
              expected)

for name in os.listdir(folder):
    os.unlink(os.path.join(folder, name))
os.rmdir(folder)
print(f"seed {seed}\n{tally[True]} passed, {tally[False]} failed")
