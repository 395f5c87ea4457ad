"""grpc.aio and onnxruntime: the Open Inference Protocol over gRPC as a Python team writes it. PORT MODEL"""

import asyncio
import sys
from pathlib import Path

import grpc
import numpy as np
import onnxruntime as ort

sys.path.insert(0, str(Path(__file__).parents[3] / "contracts" / "proto" / "inference"))
messages, services = grpc.protos_and_services("open_inference.proto")

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = ort.InferenceSession(sys.argv[2], options, providers=["CPUExecutionProvider"])
outputs = [output.name for output in session.get_outputs()]
DTYPES = {"FP32": np.float32, "INT64": np.int64}
NAMES = {np.dtype(np.float32): "FP32", np.dtype(np.int64): "INT64"}


class Inference(services.GRPCInferenceServiceServicer):
    async def ServerReady(self, request, context):
        return messages.ServerReadyResponse(ready=True)

    async def ModelInfer(self, request, context):
        feeds = {
            one.name: np.frombuffer(raw, DTYPES[one.datatype]).reshape(one.shape)
            for one, raw in zip(request.inputs, request.raw_input_contents)
        }
        results = session.run(outputs, feeds)
        answer = messages.ModelInferResponse(model_name=request.model_name, id=request.id)
        for name, value in zip(outputs, results):
            answer.outputs.add(name=name, datatype=NAMES[value.dtype], shape=value.shape)
            answer.raw_output_contents.append(value.tobytes())
        return answer


async def main():
    server = grpc.aio.server()
    services.add_GRPCInferenceServiceServicer_to_server(Inference(), server)
    server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    await server.start()
    await server.wait_for_termination()


asyncio.run(main())
