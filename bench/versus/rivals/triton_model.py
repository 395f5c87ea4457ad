"""The model.py of Triton's Python backend; the file is named in its configuration."""

import json
import os
import sys

# The backend's interpreter looks into no virtual environment by itself.
sys.path.insert(0, os.environ["RIVAL_PACKAGES"])

import triton_python_backend_utils as pb_utils
from onnx_model import OnnxModel


class TritonPythonModel:
    def initialize(self, args) -> None:
        parameters = json.loads(args["model_config"])["parameters"]
        self.onnx = OnnxModel(parameters["file"]["string_value"])

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        feeds = {self.onnx.input: pb_utils.get_input_tensor_by_name(request, self.onnx.input).as_numpy()}
        results = self.onnx.run(feeds)
        return pb_utils.InferenceResponse([pb_utils.Tensor(name, value) for name, value in results.items()])
