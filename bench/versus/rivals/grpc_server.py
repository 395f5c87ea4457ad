"""grpc.aio and onnxruntime: the Open Inference Protocol over gRPC as a Python team writes it. PORT GRPC_PORT MODEL FOLDER"""

import asyncio
import sys
from pathlib import Path

import grpc
import numpy as np
from onnx_model import DATATYPES, DTYPES, OnnxModel

sys.path.insert(0, str(Path(__file__).parents[3] / "contracts" / "proto" / "inference"))
messages, services = grpc.protos_and_services("open_inference.proto")

onnx = OnnxModel(sys.argv[3])


class Inference(services.GRPCInferenceServiceServicer):
    async def ServerReady(self, request, context):
        return messages.ServerReadyResponse(ready=True)

    async def ModelInfer(self, request, context):
        feeds = {
            one.name: np.frombuffer(raw, DTYPES[one.datatype]).reshape(one.shape)
            for one, raw in zip(request.inputs, request.raw_input_contents)
        }
        results = onnx.run(feeds)
        answer = messages.ModelInferResponse(model_name=request.model_name, id=request.id)
        for name, value in results.items():
            answer.outputs.add(name=name, datatype=DATATYPES[value.dtype], shape=value.shape)
            answer.raw_output_contents.append(value.tobytes())
        return answer


async def main():
    server = grpc.aio.server()
    services.add_GRPCInferenceServiceServicer_to_server(Inference(), server)
    server.add_insecure_port(f"127.0.0.1:{sys.argv[2]}")
    await server.start()
    await server.wait_for_termination()


asyncio.run(main())
