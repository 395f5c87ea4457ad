"""KServe's Python model server with a model of its own protocol classes. PORT GRPC_PORT MODEL FOLDER"""

import logging
import sys

sys.argv, ARGS = sys.argv[:1], sys.argv[1:]

import grpc.aio
import uvicorn
from kserve import InferOutput, InferResponse, Model, ModelServer
from kserve.utils.utils import generate_uuid
from onnx_model import DATATYPES, OnnxModel


class Rival(Model):
    def __init__(self, onnx: OnnxModel) -> None:
        super().__init__(onnx.name)
        self.onnx = onnx
        self.ready = True

    def predict(self, payload, headers=None, response_headers=None):
        results = self.onnx.run({one.name: one.as_numpy() for one in payload.inputs})
        outputs = []
        for name, value in results.items():
            output = InferOutput(name=name, datatype=DATATYPES[value.dtype], shape=list(value.shape))
            output.set_data_from_numpy(value, binary_data=payload.use_binary_outputs)
            outputs.append(output)
        return InferResponse(response_id=payload.id or generate_uuid(), model_name=self.name, infer_outputs=outputs)


def on_loopback() -> None:
    """It has no option for its addresses: it would listen on all of them."""
    config, server = uvicorn.Config, grpc.aio.Server
    listen = server.add_insecure_port
    uvicorn.Config = lambda app, **options: config(app, **{**options, "host": "127.0.0.1"})
    server.add_insecure_port = lambda self, address: listen(self, f"127.0.0.1:{address.rpartition(':')[2]}")


if __name__ == "__main__":
    on_loopback()
    # Two lines per request otherwise; nobody here logs requests.
    logging.getLogger("kserve.trace").setLevel(logging.WARNING)
    port, grpc_port, file, _ = ARGS
    server = ModelServer(
        http_port=int(port), grpc_port=int(grpc_port), workers=1, enable_latency_logging=False
    )
    server.start([Rival(OnnxModel(file))])
