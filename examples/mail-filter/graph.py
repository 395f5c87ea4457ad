"""The ONNX graph of mail-filter: from a string to probabilities, vectoriser included.

    text [N] -> lower case -> tokens -> counts of known words and word pairs -> log(1 + count) * idf
             -> unit length -> weighted sum -> sigmoid -> probabilities [N, 2], label [N]

Only standard operators plus `Tokenizer` of com.microsoft, which every onnxruntime build carries.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# RE2 and Python read this alike; it runs on lower-cased text. Letters outside ASCII separate words.
TOKEN = r"[a-z$%][a-z0-9$%]*|!"


def scalar(name: str, value: float) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, np.float32), name)


def counts_node(vocabulary: list[str]) -> onnx.NodeProto:
    """TfIdfVectorizer in count mode; columns follow `vocabulary`, where a space joins a word pair."""
    single = [t for t in vocabulary if " " not in t]
    pairs = [t for t in vocabulary if " " in t]
    column = {term: i for i, term in enumerate(vocabulary)}
    return helper.make_node(
        "TfIdfVectorizer", ["tokens"], ["counts"], name="count",
        mode="TF", min_gram_length=1, max_gram_length=2, max_skip_count=0,
        ngram_counts=[0, len(single)],
        ngram_indexes=[column[t] for t in single + pairs],
        pool_strings=single + [word for pair in pairs for word in pair.split(" ")],
    )


def build(vocabulary: list[str], idf: np.ndarray, weights: np.ndarray, bias: float) -> bytes:
    nodes = [
        # Locale C: the default en_US.UTF-8 is missing on many servers, and only ASCII matters here.
        helper.make_node("StringNormalizer", ["text"], ["lower"], name="lower", case_change_action="LOWER", is_case_sensitive=1, locale="C"),
        helper.make_node("Tokenizer", ["lower"], ["tokens"], name="tokens", domain="com.microsoft", mark=0, mincharnum=1, pad_value="#", tokenexp=TOKEN),
        counts_node(vocabulary),
        helper.make_node("Add", ["counts", "one"], ["counts1"], name="counts1"),
        helper.make_node("Log", ["counts1"], ["damped"], name="damp"),
        helper.make_node("Mul", ["damped", "idf"], ["tfidf"], name="tfidf"),
        helper.make_node("ReduceL2", ["tfidf"], ["length"], name="length", axes=[1], keepdims=1),
        helper.make_node("Max", ["length", "tiny"], ["safe_length"], name="safe-length"),
        helper.make_node("Div", ["tfidf", "safe_length"], ["features"], name="unit"),
        helper.make_node("Gemm", ["features", "weights", "bias"], ["logits"], name="logits"),
        helper.make_node("Softmax", ["logits"], ["probabilities"], name="softmax", axis=1),
        helper.make_node("ArgMax", ["logits"], ["label"], name="argmax", axis=1, keepdims=0),
    ]
    columns = np.stack([np.zeros_like(weights), weights], axis=1).astype(np.float32)
    graph = helper.make_graph(
        nodes,
        "mail-filter",
        [helper.make_tensor_value_info("text", TensorProto.STRING, ["N"])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 2]),
        ],
        [
            scalar("one", 1.0),
            scalar("tiny", 1e-12),
            numpy_helper.from_array(idf.astype(np.float32), "idf"),
            numpy_helper.from_array(columns, "weights"),
            numpy_helper.from_array(np.array([0, bias], np.float32), "bias"),
        ],
    )
    proto = helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    )
    proto.doc_string = "mail-filter: probability that a mail (subject and text) is spam"
    onnx.checker.check_model(proto)
    return proto.SerializeToString()
