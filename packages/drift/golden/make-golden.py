"""Golden vectors for packages/drift, made with SciPy and NumPy.

Usage: python make-golden.py   (needs numpy and scipy; versions are written into the files)

Each case holds two samples, or a recipe for them, and the reference values:
  ks_2samp (method exact and asymp), wasserstein_distance, PSI by the NumPy function below,
  chi2_contingency(correction=False) and jensenshannon(base=2) on the PSI bins' counts, np.quantile deciles.
Distribution tables: kstwo.sf, chi2.sf. Samples are written as shortest round-trip decimals.
"""
import json
import math
import pathlib

import numpy as np
import scipy
from scipy import stats
from scipy.spatial.distance import jensenshannon

EPSILON = 1e-4
BINS = 10
HERE = pathlib.Path(__file__).parent


def edges_of(reference):
    """Reference deciles; a value repeated among them is an atom and gets a bin of its own."""
    edges = []
    for q in np.quantile(reference, np.arange(1, BINS) / BINS):
        if not edges or q > edges[-1]:
            edges.append(q)
        elif q == edges[-1]:
            edges.append(np.nextafter(q, np.inf))
    return np.array(edges)


def psi(reference, current):
    """10 reference-quantile bins [e_i, e_i+1), shares lifted to EPSILON, no renormalising."""
    edges = edges_of(reference)
    bins = len(edges) + 1
    a = np.bincount(np.digitize(reference, edges), minlength=bins)
    b = np.bincount(np.digitize(current, edges), minlength=bins)
    p = np.maximum(a / len(reference), EPSILON)
    q = np.maximum(b / len(current), EPSILON)
    return float(np.sum((q - p) * np.log(q / p))), a, b


def chi_square(a, b):
    kept = (a + b) > 0
    if kept.sum() < 2:
        return {"statistic": 0.0, "degreesOfFreedom": int(kept.sum()) - 1, "pValue": 1.0}
    table = np.array([a[kept], b[kept]])
    result = stats.chi2_contingency(table, correction=False)
    return {"statistic": float(result.statistic), "degreesOfFreedom": int(result.dof), "pValue": float(result.pvalue)}


def finite(x):
    return float(x) if np.isfinite(x) else None


def case(name, a, b, exact=True):
    a = np.asarray(a, dtype=float)
    b = np.asarray(b, dtype=float)
    index, counts_a, counts_b = psi(a, b)
    out = {
        "name": name,
        "a": a.tolist(),
        "b": b.tolist(),
        "ks": {"statistic": float(stats.ks_2samp(a, b, method="asymp").statistic),
               "location": float(stats.ks_2samp(a, b, method="asymp").statistic_location),
               # SciPy answers NaN where round(mn / (m + n)) is 0.
               "asymptotic": finite(stats.ks_2samp(a, b, method="asymp").pvalue)},
        "wasserstein": float(stats.wasserstein_distance(a, b)),
        "psi": index,
        "jensenShannon": float(jensenshannon(counts_a, counts_b, base=2)),
        "counts": [counts_a.tolist(), counts_b.tolist()],
        "chiSquare": chi_square(counts_a, counts_b),
        "deciles": np.quantile(a, np.arange(0, 11) / 10).tolist(),
    }
    if exact:
        out["ks"]["exact"] = float(stats.ks_2samp(a, b, method="exact").pvalue)
    return out


def samples():
    rng = np.random.default_rng(20261123)
    f32 = lambda x: np.asarray(x, dtype=np.float32)
    r3 = lambda x: np.round(x, 3)
    cases = [
        case("one each, equal", [1.0], [1.0]),
        case("one each, apart", [1.0], [2.0]),
        case("two and three", [1.0, 2.0], [1.5, 2.5, 3.5]),
        case("tiny with ties", [1, 1, 2, 2, 3], [1, 2, 2, 2, 4, 4]),
        case("constant both", [5.0] * 40, [5.0] * 30),
        case("constant moved up", [5.0] * 40, [6.0] * 30),
        case("constant moved down", [5.0] * 40, [4.0] * 30),
        case("negative zero", [-0.0, 0.0, 1.0, -1.0], [0.0, 0.0, -0.0, 2.0]),
        case("yes or no 50/50 to 70/30", [0, 1] * 100, [0] * 105 + [1] * 45),
        case("rare flag 3 % to 12 %", [0] * 291 + [1] * 9, [0] * 176 + [1] * 24),
        case("dice", rng.integers(1, 7, 240), rng.integers(1, 7, 180)),
        case("loaded dice", rng.integers(1, 7, 240), np.minimum(rng.integers(1, 8, 180), 6)),
        case("counts, Poisson 3 and 4", rng.poisson(3, 400), rng.poisson(4, 300)),
        case("normal, same law", r3(rng.normal(size=500)), r3(rng.normal(size=500))),
        case("normal, sizes coprime", r3(rng.normal(size=503)), r3(rng.normal(size=211))),
        case("normal moved 0.2", r3(rng.normal(size=700)), r3(rng.normal(0.2, size=500))),
        case("normal times three", r3(rng.normal(size=800)), r3(3 * rng.normal(size=500))),
        case("disjoint", r3(rng.uniform(0, 1, 120)), r3(rng.uniform(5, 6, 90))),
        case("float32 values", f32(rng.gamma(2.0, size=150)), f32(rng.gamma(2.2, size=150))),
        case("Cauchy", rng.standard_cauchy(200), rng.standard_cauchy(160) + 0.3),
        case("Pareto 0.8", np.round(rng.pareto(0.8, 300), 4), np.round(rng.pareto(1.1, 300), 4)),
        case("zero inflated", np.where(rng.random(400) < 0.9, 0, r3(rng.exponential(size=400))),
             np.where(rng.random(300) < 0.8, 0, r3(rng.exponential(size=300)))),
        case("edge on a data point", np.arange(101.0), np.arange(51.0) * 2),
        case("huge and tiny magnitudes", 10.0 ** rng.integers(-300, 300, 60), 10.0 ** rng.integers(-300, 300, 50)),
        case("one against many", [0.25], r3(rng.uniform(size=300))),
    ]
    cases.append(case("5,000 against 500", rng.integers(0, 400, 5000), rng.integers(0, 420, 500)))
    cases.append(case("12,000 against 700 (auto is asymptotic)", rng.integers(0, 90, 12000), rng.integers(0, 95, 700), exact=False))
    return cases


def tail(n, x):
    return float(stats.kstwo.sf(x, n))


def kolmogorov_table():
    rows = []
    for n in [1, 2, 3, 5, 10, 37, 99, 140, 141, 250, 1000, 5000, 99999, 100001, 400000]:
        for z in [0.15, 0.3, 0.45, 0.6, 0.8, 0.87, 1.0, 1.2, 1.48, 1.49, 1.7, 2.0, 2.1, 2.6, 4.0, 8.0, 15.0]:
            x = z / math.sqrt(n)
            if x < 1:
                rows.append([n, x, tail(n, x)])
        rows.append([n, 0.5 / n, tail(n, 0.5 / n)])
        rows.append([n, 0.9 / n, tail(n, 0.9 / n)])
        if n > 1:
            rows.append([n, 0.61, tail(n, 0.61)])
            rows.append([n, 1 - 0.4 / n, tail(n, 1 - 0.4 / n)])
    return rows


def exact_table():
    rows = []
    for m, n in [(1, 1), (1, 7), (2, 3), (5, 5), (6, 9), (30, 20), (100, 100), (500, 500), (499, 500), (200, 1000), (3000, 3000)]:
        divisor = math.gcd(m, n)
        lcm = m // divisor * n
        for share in [0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0]:
            h = max(1, round(share * lcm))
            d = h / lcm
            a, b = samples_with_gap(m, n, h)
            if a is None:
                continue
            result = stats.ks_2samp(a, b, method="exact")
            rows.append([m, n, float(result.statistic), float(result.pvalue)])
    return rows


def samples_with_gap(m, n, h):
    """Two samples whose statistic is about h / lcm: the first below moves apart from the second by a share."""
    lcm = m // math.gcd(m, n) * n
    shift = h / lcm
    a = np.arange(m) / m
    b = np.arange(n) / n + shift
    return a, b


def chi2_table():
    rows = []
    for dof in [1, 2, 3, 9, 10, 47, 255]:
        for x in [0.0, 1e-6, 0.3, 1.0, dof * 0.5, dof * 1.0, dof + 4 * math.sqrt(2 * dof), dof * 5.0, 900.0]:
            rows.append([dof, x, float(stats.chi2.sf(x, dof))])
    return rows


def write(name, content):
    made_with = {"scipy": scipy.__version__, "numpy": np.__version__, "epsilon": EPSILON, "bins": BINS}
    text = json.dumps({"madeWith": made_with, **content}, separators=(",", ":"), allow_nan=False)
    (HERE / name).write_text(text + "\n")
    print(name, len(text))


if __name__ == "__main__":
    write("two-sample.json", {"cases": samples()})
    write("distributions.json", {"kolmogorov": kolmogorov_table(), "exactKs": exact_table(), "chiSquare": chi2_table()})
