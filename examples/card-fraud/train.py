"""Train card-fraud: gradient boosting on generated transactions, exported to ONNX.

Run from the repository root, about two minutes on one core:
    python examples/card-fraud/train.py

Time order decides the split: the model sees April 2025 to February 2026, the reference rows are drawn
from March 2026 and the held-out figures from April and May 2026. Nothing was tuned on April and May.

Writes model.onnx, reference.ndjson, heldout.ndjson.gz, SHA256SUMS and prints every figure of the card.
"""

import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from figures import binary_figures, bootstrap, proportion, show  # noqa: E402
from records import write_digests, write_records  # noqa: E402

from features import FEATURE_NAMES  # noqa: E402
from frauds import FRAUD_MIX  # noqa: E402
from generate import Transactions, generate, iso_time  # noqa: E402
from world import SEED, START  # noqa: E402

TRAIN_UNTIL, REFERENCE_UNTIL = 424, 455  # days since 2025-01-01: 1 March and 1 April 2026
REFERENCE_ROWS, HELDOUT_ROWS, FRAUD_SHARE = 2000, 4000, 0.05
HONEST_KEPT = 4  # one honest training row in four is used, with weight four


def split(data: Transactions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    day = data.time / 86_400
    return (
        np.flatnonzero(day < TRAIN_UNTIL),
        np.flatnonzero((day >= TRAIN_UNTIL) & (day < REFERENCE_UNTIL)),
        np.flatnonzero(day >= REFERENCE_UNTIL),
    )


def fit(data: Transactions, rows: np.ndarray) -> GradientBoostingClassifier:
    random = np.random.default_rng(SEED + 1)
    label = data.label[rows]
    kept = (label == 1) | (random.random(len(rows)) < 1 / HONEST_KEPT)
    weight = np.where(label == 1, 1.0, HONEST_KEPT)
    model = GradientBoostingClassifier(
        n_estimators=160, learning_rate=0.08, max_depth=4, min_samples_leaf=40, subsample=0.6, random_state=SEED
    )
    return model.fit(data.features[rows][kept], label[kept], sample_weight=weight[kept])


def export(model: GradientBoostingClassifier) -> bytes:
    """One float32 input `features` [N, d]; outputs `label` int64 [N] and `probabilities` float32 [N, 2]."""
    proto = to_onnx(
        model,
        initial_types=[("features", tensor_type())],
        options={id(model): {"zipmap": False}},
        target_opset={"": 17, "ai.onnx.ml": 3},
    )
    proto.ir_version = 8
    proto.producer_version = ""
    proto.doc_string = "card-fraud: probability that a card transaction is fraudulent"
    proto.graph.name = "card-fraud"
    del proto.metadata_props[:]
    entry = proto.metadata_props.add()
    entry.key, entry.value = "features", ",".join(FEATURE_NAMES)
    onnx.checker.check_model(proto)
    return proto.SerializeToString()


def tensor_type():
    from skl2onnx.common.data_types import FloatTensorType

    return FloatTensorType([None, len(FEATURE_NAMES)])


def draw(data: Transactions, rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """A case-control draw: FRAUD_SHARE of the rows are fraud, both classes drawn evenly, time order kept."""
    random = np.random.default_rng(seed)
    fraud = int(round(count * FRAUD_SHARE))
    picked = [
        random.choice(rows[data.label[rows] == 1], fraud, replace=False),
        random.choice(rows[data.label[rows] == 0], count - fraud, replace=False),
    ]
    return np.sort(np.concatenate(picked))


def records(data: Transactions, rows: np.ndarray):
    for row in rows:
        values = [round(float(v), 4) for v in data.features[row]]
        values = [int(v) if v == int(v) else v for v in values]
        yield {"inputs": {"features": values}, "label": int(data.label[row]), "time": iso_time(data.time[row])}


def report(title: str, data: Transactions, rows: np.ndarray, label: np.ndarray, score: np.ndarray) -> None:
    truth = data.label[rows]
    show(f"{title}: {len(rows)} rows, {truth.mean():.3%} fraud", [
        *binary_figures(truth, label),
        bootstrap("average precision", average_precision_score, truth, score, rounds=100),
        bootstrap("ROC AUC", roc_auc_score, truth, score, rounds=100),
    ])


def main() -> None:
    began = time.time()
    data = generate()
    train, reference, heldout = split(data)
    print(f"seed {SEED}; start {START.date()}; rows: train {len(train)}, reference month {len(reference)}, held-out {len(heldout)}")
    model = fit(data, train)
    (HERE / "model.onnx").write_bytes(export(model))

    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    label, probabilities = session.run(["label", "probabilities"], {"features": data.features[heldout]})
    expected = model.predict_proba(data.features[heldout])
    print(f"max |ONNX - scikit-learn| over {len(heldout)} held-out rows: {np.abs(probabilities - expected).max():.2e}")

    score = probabilities[:, 1]
    report("held-out, natural rate (April and May 2026)", data, heldout, label, score)
    show("recall by what the fraud really was", [
        proportion(kind, int(np.sum(label[mask])), int(mask.sum()))
        for kind in FRAUD_MIX
        for mask in [(data.kind[heldout] == kind) & (data.label[heldout] == 1)]
    ])
    positions = {row: i for i, row in enumerate(heldout)}
    reference_rows = draw(data, reference, REFERENCE_ROWS, SEED + 2)
    heldout_rows = draw(data, heldout, HELDOUT_ROWS, SEED + 3)
    at = np.array([positions[r] for r in heldout_rows])
    report("heldout.ndjson.gz (5 % fraud)", data, heldout_rows, label[at], score[at])
    reference_label, reference_probabilities = session.run(None, {"features": data.features[reference_rows]})
    report("reference.ndjson (5 % fraud)", data, reference_rows, reference_label, reference_probabilities[:, 1])

    write_records(HERE / "reference.ndjson", records(data, reference_rows))
    write_records(HERE / "heldout.ndjson.gz", records(data, heldout_rows))
    write_digests(HERE, ["model.onnx", "reference.ndjson", "heldout.ndjson.gz"])
    order = np.argsort(model.feature_importances_)[::-1]
    print("\nimportance:", ", ".join(f"{FEATURE_NAMES[i]} {model.feature_importances_[i]:.3f}" for i in order))
    one = data.features[heldout[:1]]
    start = time.perf_counter()
    for _ in range(2000):
        session.run(None, {"features": one})
    print(f"one row: {(time.perf_counter() - start) / 2000 * 1e6:.1f} us; total {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
