"""A BentoML service, as its documentation writes one. RIVAL_MODEL names the file."""

import os

import bentoml
import numpy as np
from onnx_model import OnnxModel


@bentoml.service(workers=1, logging={"access": {"enabled": False}}, metrics={"enabled": False})
class Rival:
    def __init__(self) -> None:
        self.onnx = OnnxModel(os.environ["RIVAL_MODEL"])

    @bentoml.api
    def predict(self, rows: np.ndarray) -> dict:
        results = self.onnx.run({self.onnx.input: rows.astype(np.float32)})
        return {name: value.tolist() for name, value in results.items()}
