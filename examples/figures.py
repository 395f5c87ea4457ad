"""Held-out figures with their uncertainty.

Proportions carry Wilson score intervals (Wilson 1927), everything else a percentile bootstrap
with a fixed seed. Intervals are 95 % and treat rows as independent, which real rows are not
quite: read them as a lower bound of the doubt.
"""

import math

import numpy as np

Z95 = 1.959963984540054


def wilson(successes: int, total: int) -> tuple[float, float]:
    if total == 0:
        return (0.0, 1.0)
    p = successes / total
    centre = p + Z95**2 / (2 * total)
    half = Z95 * math.sqrt(p * (1 - p) / total + Z95**2 / (4 * total**2))
    scale = 1 + Z95**2 / total
    return ((centre - half) / scale, (centre + half) / scale)


def proportion(name: str, successes: int, total: int) -> dict:
    low, high = wilson(successes, total)
    value = successes / total if total else float("nan")
    return {"name": name, "value": value, "low": low, "high": high, "n": total}


def bootstrap(name: str, statistic, *columns: np.ndarray, rounds: int = 500, seed: int = 20261123) -> dict:
    """95 % percentile bootstrap of `statistic(*columns)` over whole rows."""
    random = np.random.default_rng(seed)
    n = len(columns[0])
    draws = []
    for _ in range(rounds):
        rows = random.integers(0, n, n)
        draws.append(statistic(*(c[rows] for c in columns)))
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return {"name": name, "value": statistic(*columns), "low": float(low), "high": float(high), "n": n}


def balanced_accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    return float(np.mean([np.mean(predicted[truth == c] == c) for c in np.unique(truth)]))


def binary_figures(truth: np.ndarray, predicted: np.ndarray) -> list[dict]:
    """Accuracy, balanced accuracy, precision, recall and false positive rate of class 1."""
    hit = int(np.sum((truth == 1) & (predicted == 1)))
    false_alarm = int(np.sum((truth == 0) & (predicted == 1)))
    positives, negatives = int(np.sum(truth == 1)), int(np.sum(truth == 0))
    return [
        proportion("accuracy", int(np.sum(truth == predicted)), len(truth)),
        bootstrap("balanced accuracy", balanced_accuracy, truth, predicted),
        proportion("precision", hit, hit + false_alarm),
        proportion("recall", hit, positives),
        proportion("false positive rate", false_alarm, negatives),
    ]


def show(title: str, figures: list[dict]) -> None:
    print(f"\n{title}")
    for f in figures:
        print(f"  {f['name']:<24} {f['value']:.4f}  [{f['low']:.4f}, {f['high']:.4f}]  n={f['n']}")
