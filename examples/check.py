"""Check the committed examples: digests, then the figures that their files give under onnxruntime.

    python examples/check.py [NAME ...]

Exits 1 when a digest differs, a file disagrees with model.yaml, or a limit of model.yaml is not reached.
"""

import base64
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import yaml
from figures import balanced_accuracy, binary_figures, bootstrap, proportion, show
from records import read_records, sha256_file

HERE = Path(__file__).resolve().parent


def decode(value) -> np.ndarray:
    """One row of one input: a number array, a string, or base64 bytes with a scale and a shape."""
    if isinstance(value, str):
        return np.array(value, object)
    if isinstance(value, dict):
        raw = np.frombuffer(base64.b64decode(value["base64"]), np.dtype(value["datatype"].lower()))
        return (raw.astype(np.float32) * np.float32(value["scale"])).reshape(value["shape"])
    return np.array(value, np.float32)


def columns(records: list[dict]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    names = records[0]["inputs"]
    feeds = {name: np.stack([decode(r["inputs"][name]) for r in records]) for name in names}
    return feeds, np.array([r["label"] for r in records])


def digests(folder: Path) -> list[str]:
    problems = []
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        if sha256_file(folder / name) != digest:
            problems.append(f"{name}: digest differs from SHA256SUMS")
    return problems


def contract(spec: dict, session: onnxruntime.InferenceSession) -> list[str]:
    """The promises of model.yaml that the graph itself can break."""
    problems = []
    features = spec.get("features", [])
    if [f["index"] for f in features] != list(range(len(features))):
        problems.append("features are not numbered 0, 1, 2, …")
    for inp in session.get_inputs():
        named = sum(1 for f in features if f["input"] == inp.name)
        if named and named != inp.shape[-1]:
            problems.append(f"{named} named features for input {inp.name} of {inp.shape[-1]}")
    named = session.get_modelmeta().custom_metadata_map.get("features")
    if named and named.split(",") != [f["name"] for f in features]:
        problems.append("feature names differ between model.onnx and model.yaml")
    probabilities = next(o for o in session.get_outputs() if o.name == "probabilities")
    if probabilities.shape[-1] != len(spec["classes"]):
        problems.append(f"{len(spec['classes'])} classes for {probabilities.shape[-1]} probabilities")
    return problems


def limits(spec: dict, truth: np.ndarray, predicted: np.ndarray) -> list[str]:
    measured = {"minAccuracy": float(np.mean(truth == predicted)), "minBalancedAccuracy": balanced_accuracy(truth, predicted)}
    return [f"{name} {low} not reached: {measured[name]:.4f}" for name, low in spec["limits"].items() if measured[name] < low]


def check(folder: Path) -> list[str]:
    spec = yaml.safe_load((folder / "model.yaml").read_text())["spec"]
    session = onnxruntime.InferenceSession(str(folder / spec["artifact"]), providers=["CPUExecutionProvider"])
    problems = digests(folder) + contract(spec, session)
    for path in (spec["reference"]["path"], spec["replay"]["path"]):
        feeds, truth = columns(read_records(folder / path))
        predicted = session.run([spec["reference"]["prediction"]], feeds)[0]
        if len(spec["classes"]) == 2:
            figures = binary_figures(truth, predicted)
        else:
            right = int(np.sum(truth == predicted))
            figures = [proportion("accuracy", right, len(truth)), bootstrap("balanced accuracy", balanced_accuracy, truth, predicted)]
        show(f"{folder.name}/{path}", figures)
        if path == spec["reference"]["path"]:
            problems += limits(spec, truth, predicted)
    return problems


def main() -> int:
    names = sys.argv[1:] or sorted(p.parent.name for p in HERE.glob("*/model.yaml"))
    failed = 0
    for name in names:
        problems = check(HERE / name)
        failed += bool(problems)
        print(f"{name}: " + ("; ".join(problems) if problems else "as committed"))
    print(f"\n{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
