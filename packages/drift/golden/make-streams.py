"""Golden alarms for the sequential detectors and the kernel test of packages/drift.

Usage: python make-streams.py   (needs numpy, scipy and river; versions are written into the file)

ADWIN, Page-Hinkley and KSWIN are river's. CUSUM, the conformal detector and MMD with random Fourier features are the
plain references below, written from the papers without regard to speed. Streams are not written out: a recipe is a list
of segments whose values need only +, -, *, / and a 32-bit generator, so that every language makes the same doubles.
"""
import json
import math
import pathlib

import numpy as np
import river
import scipy
from river import drift

HERE = pathlib.Path(__file__).parent
MASK = 0xFFFFFFFF


def uniform(seed):
    """A Weyl sequence through the 32-bit finaliser of MurmurHash3."""
    state = seed & MASK
    while True:
        state = (state + 0x9E3779B9) & MASK
        z = state
        z = ((z ^ (z >> 16)) * 0x85EBCA6B) & MASK
        z = ((z ^ (z >> 13)) * 0xC2B2AE35) & MASK
        yield ((z ^ (z >> 16)) & MASK) / 4294967296


def draw(law, u):
    if law == "constant":
        return 0.0
    if law == "uniform":
        return next(u)
    if law == "flag":
        return 1.0 if next(u) < 0.1 else 0.0
    bell = -6.0
    for _ in range(12):
        bell += next(u)
    if law == "outliers" and next(u) < 0.01:
        return 50 * bell
    if law == "heavy":
        return bell / (next(u) + 0.01)
    return bell


def stream(recipe):
    u = uniform(recipe["seed"])
    values = []
    for law, length, location, scale, slope in recipe["segments"]:
        for i in range(length):
            values.append(location + scale * draw(law, u) + slope * i)
    return values


def recipes():
    out = []
    shapes = {
        "none": [["bell", 3000, 0, 1, 0]],
        "abrupt": [["bell", 1000, 0, 1, 0], ["bell", 1000, 2, 1, 0]],
        "abrupt small": [["bell", 1500, 5, 1, 0], ["bell", 1500, 5.5, 1, 0]],
        "down and up": [["uniform", 700, 10, 1, 0], ["uniform", 700, 9, 1, 0], ["uniform", 700, 12, 2, 0]],
        "gradual": [["bell", 1000, 0, 1, 0], ["bell", 1000, 0, 1, 0.003], ["bell", 500, 3, 1, 0]],
        "wider": [["bell", 1200, 0, 1, 0], ["bell", 1200, 0, 3, 0]],
        "flag": [["flag", 1500, 0, 1, 0], ["flag", 500, 0.4, 0.5, 0], ["flag", 1000, 0, 1, 0]],
        "outliers": [["outliers", 1500, 100, 5, 0], ["outliers", 1500, 130, 5, 0]],
        "heavy": [["heavy", 1500, 0, 1, 0], ["heavy", 1500, 10, 1, 0]],
        "tiny values": [["bell", 900, 1e-9, 1e-10, 0], ["bell", 900, 2e-9, 1e-10, 0]],
        "huge values": [["bell", 900, 1e12, 1e10, 0], ["bell", 900, 1.5e12, 1e10, 0]],
        "short": [["bell", 40, 0, 1, 0], ["bell", 40, 8, 1, 0]],
    }
    for name, segments in shapes.items():
        for seed in (1, 2, 3):
            out.append({"name": f"{name}, seed {seed}", "seed": seed, "segments": segments})
    steps = [["constant", 500, 1, 0, 0], ["constant", 500, 1.25, 0, 0], ["constant", 500, 0.1, 0, 0]]
    out.append({"name": "constant", "seed": 1, "segments": [["constant", 2000, 0.1, 0, 0]]})
    out.append({"name": "constant steps", "seed": 1, "segments": steps})
    out.append({"name": "long", "seed": 9, "segments": [["bell", 20000, 0, 1, 0], ["bell", 5000, 0.3, 1, 0]]})
    return out


def rivers(detector, values):
    alarms = []
    for i, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            alarms.append(i)
    return alarms


def cusum(values, warmup=100, slack=0.5, threshold=8.0):
    alarms, start = [], 0
    while start + warmup < len(values):
        base = np.array(values[start:start + warmup])
        # Equal values must give exactly their own mean and no deviation, whatever the rounding of the sum.
        constant = np.all(base == base[0])
        mean = base[0] if constant else np.mean(base)
        deviation = 0.0 if constant else np.std(base, ddof=1)
        up = down = 0.0
        for i in range(start + warmup, len(values)):
            if deviation > 0:
                z = (values[i] - mean) / deviation
            else:
                z = 0.0 if values[i] == mean else math.copysign(math.inf, values[i] - mean)
            up = max(0.0, up + z - slack)
            down = max(0.0, down - z - slack)
            if up > threshold or down > threshold:
                alarms.append(i)
                start = i + 1
                break
        else:
            break
    return alarms


def conformal(values, run_length=10000, jump=0.01, bag_size=4096, seed=42):
    """Also gives the sum of the p-values and the last Shiryaev-Roberts statistic, to compare more than alarms."""
    u = uniform(seed)
    alarms, bag, total = [], [], 0.0
    capital, statistic = np.full(3, 1 / 3), 0.0
    slopes = np.array([-1.0, 0.0, 1.0])
    for i, value in enumerate(values):
        if len(bag) == bag_size:
            bag = []
        bag.append(value)
        seen = np.array(bag)
        p = (np.sum(seen > value) + next(u) * np.sum(seen == value)) / len(bag)
        total += p
        before = capital.sum()
        capital = ((1 - jump) * capital + jump / 3 * before) * (1 + slopes * (p - 0.5))
        growth = capital.sum() / before
        capital = capital / capital.sum()
        statistic = (statistic + 1) * growth
        if statistic >= run_length:
            alarms.append(i)
            bag, capital, statistic = [], np.full(3, 1 / 3), 0.0
    return alarms, float(total), float(statistic)


def box_muller(count, seed):
    u = uniform(seed)
    out = []
    for _ in range(count):
        radius = math.sqrt(-2 * math.log(1 - next(u)))
        out.append(radius * math.cos(2 * math.pi * next(u)))
    return np.array(out)


def mmd(a, b, bandwidth, frequencies=256, seed=42):
    weights = box_muller(frequencies * a.shape[1], seed).reshape(frequencies, a.shape[1]) / bandwidth

    def mean(rows):
        angles = rows @ weights.T
        return np.concatenate([np.cos(angles), np.sin(angles)], axis=1).mean(axis=0) / math.sqrt(frequencies)

    return float(np.sum((mean(a) - mean(b)) ** 2))


def kernel_mmd(a, b, bandwidth):
    """The same discrepancy under the exact Gaussian kernel: what the features approximate."""
    def mean(x, y):
        squared = ((x[:, None, :] - y[None, :, :]) ** 2).sum(axis=2)
        return np.exp(-squared / (2 * bandwidth ** 2)).mean()
    return float(mean(a, a) + mean(b, b) - 2 * mean(a, b))


def mmd_cases():
    out = []
    for name, rows, columns, location, scale in [
        ("same", 200, 3, 0, 1), ("moved", 200, 3, 0.5, 1), ("wider", 150, 5, 0, 2), ("one column", 300, 1, 0.5, 1),
    ]:
        recipe_a = {"seed": 11, "segments": [["bell", rows * columns, 0, 1, 0]]}
        recipe_b = {"seed": 12, "segments": [["bell", rows * columns, location, scale, 0]]}
        a = np.array(stream(recipe_a)).reshape(rows, columns)
        b = np.array(stream(recipe_b)).reshape(rows, columns)
        for bandwidth in (0.7, 2.0):
            out.append({"name": name, "rows": rows, "columns": columns, "a": recipe_a, "b": recipe_b,
                        "bandwidth": bandwidth, "features": mmd(a, b, bandwidth),
                        "kernel": kernel_mmd(a, b, bandwidth)})
    return out


def case(recipe):
    values = stream(recipe)
    alarms, p_values, statistic = conformal(values)
    return {
        **recipe,
        "sum": math.fsum(values),
        "alarms": {
            "adwin": rivers(drift.ADWIN(), values),
            "adwinSharp": rivers(drift.ADWIN(delta=0.05, clock=1, max_buckets=3, min_window_length=8, grace_period=20), values),
            "pageHinkley": rivers(drift.PageHinkley(), values),
            "pageHinkleyUp": rivers(drift.PageHinkley(min_instances=10, delta=0.01, threshold=12, alpha=0.999, mode="up"), values),
            "pageHinkleyDown": rivers(drift.PageHinkley(threshold=20, mode="down"), values),
            "kswin": rivers(drift.KSWIN(seed=42), values[:3000]),
            "kswinLarge": rivers(drift.KSWIN(alpha=0.0001, window_size=400, stat_size=40, seed=7), values[:3000]),
            "cusum": cusum(values),
            "cusumSharp": cusum(values, 40, 0.25, 5.0),
            "conformal": alarms,
        },
        "conformal": {"pValues": p_values, "statistic": statistic},
    }


if __name__ == "__main__":
    made_with = {"river": river.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    content = {"madeWith": made_with, "cases": [case(recipe) for recipe in recipes()], "mmd": mmd_cases()}
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    (HERE / "streams.json").write_text(text + "\n")
    print("streams.json", len(text))
