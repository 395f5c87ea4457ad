"""LitServe with its defaults: one server process and one worker process. PORT GRPC_PORT MODEL FOLDER"""

import sys

import litserve as ls
import numpy as np
from onnx_model import OnnxModel


class Rival(ls.LitAPI):
    def setup(self, device) -> None:
        self.onnx = OnnxModel(sys.argv[3])

    def decode_request(self, request):
        return {self.onnx.input: np.asarray(request[self.onnx.input], np.float32)}

    def predict(self, feeds):
        return self.onnx.run(feeds)

    def encode_response(self, results):
        return {name: value.tolist() for name, value in results.items()}


if __name__ == "__main__":
    server = ls.LitServer(Rival(), accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        num_api_servers=1,
        generate_client_file=False,
        log_level="warning",
        access_log=False,
    )
