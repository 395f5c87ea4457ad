"""FastAPI, orjson and onnxruntime: what a Python team writes when it wants to be fast. PORT MODEL"""

import sys

import numpy as np
import onnxruntime as ort
import orjson
import uvicorn
from fastapi import FastAPI, Request, Response

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = ort.InferenceSession(sys.argv[2], options, providers=["CPUExecutionProvider"])
outputs = [output.name for output in session.get_outputs()]
DTYPES = {"FP32": np.float32, "INT64": np.int64}
NAMES = {np.dtype(np.float32): "FP32", np.dtype(np.int64): "INT64"}

app = FastAPI()


@app.post("/v2/models/{name}/infer")
async def infer(name: str, request: Request) -> Response:
    body = orjson.loads(await request.body())
    feeds = {
        one["name"]: np.asarray(one["data"], DTYPES[one["datatype"]]).reshape(one["shape"])
        for one in body["inputs"]
    }
    results = session.run(outputs, feeds)
    answer = {
        "model_name": name,
        "id": body.get("id"),
        "outputs": [
            {"name": key, "datatype": NAMES[value.dtype], "shape": list(value.shape), "data": value.ravel()}
            for key, value in zip(outputs, results)
        ],
    }
    return Response(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")


@app.get("/ready")
async def ready() -> dict:
    return {}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
