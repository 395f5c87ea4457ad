"""FastAPI, orjson and onnxruntime: what a Python team writes when it wants to be fast. PORT GRPC_PORT MODEL FOLDER"""

import sys

import numpy as np
import orjson
import uvicorn
from fastapi import FastAPI, Request, Response
from onnx_model import DATATYPES, DTYPES, OnnxModel

onnx = OnnxModel(sys.argv[3])
app = FastAPI()


@app.post("/v2/models/{name}/infer")
async def infer(name: str, request: Request) -> Response:
    body = orjson.loads(await request.body())
    feeds = {
        one["name"]: np.asarray(one["data"], DTYPES[one["datatype"]]).reshape(one["shape"])
        for one in body["inputs"]
    }
    results = onnx.run(feeds)
    answer = {
        "model_name": name,
        "id": body.get("id"),
        "outputs": [
            {"name": key, "datatype": DATATYPES[value.dtype], "shape": list(value.shape), "data": value.ravel()}
            for key, value in results.items()
        ],
    }
    return Response(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
