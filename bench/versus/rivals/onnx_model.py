"""The model behind every Python rival: one onnxruntime session with one thread, as the other side has it."""

import os
from pathlib import Path

# No thread pool may spin beside the one thread that every side is given.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import onnxruntime as ort

DTYPES = {"FP32": np.float32, "INT64": np.int64}
DATATYPES = {np.dtype(np.float32): "FP32", np.dtype(np.int64): "INT64"}


class OnnxModel:
    """Runs FILE; the model is called like its folder."""

    def __init__(self, file: str) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self.name = Path(file).parent.name
        self.input = self.session.get_inputs()[0].name
        self.outputs = [output.name for output in self.session.get_outputs()]

    def run(self, feeds: dict) -> dict:
        return dict(zip(self.outputs, self.session.run(self.outputs, feeds)))
