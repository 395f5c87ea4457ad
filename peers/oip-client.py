"""Talks to a running server as an Open Inference Protocol client, over HTTP and over gRPC:
python oip-client.py HOST:PORT GRPC-HOST:PORT FOLDER-OF-EXAMPLES FILE-OF-TOKEN

Each check prints one line; the last line is `N passed, N failed`.
"""

import base64
import gzip
import json
import sys
from pathlib import Path

import numpy as np
import tritonclient.grpc as rpc
import tritonclient.http as oip
from tritonclient.utils import InferenceServerException, triton_to_np_dtype

ADDRESS, GRPC_ADDRESS, EXAMPLES, TOKEN = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]).read_text().strip()
ROWS = 300
client = oip.InferenceServerClient(ADDRESS)
grpc_client = rpc.InferenceServerClient(GRPC_ADDRESS)
counts = {"passed": 0, "failed": 0}


def check(name, works):
    try:
        ok, note = works(), ""
    except Exception as error:  # noqa: BLE001: any failure of the client is a failed check
        ok, note = False, f": {type(error).__name__} {error}"
    counts["passed" if ok else "failed"] += 1
    print(f"{'✔' if ok else '✖'} {name}{note}", flush=True)


def tensor(value, spec):
    if isinstance(value, dict):
        value = np.frombuffer(base64.b64decode(value["base64"]), dtype=np.uint8) * value.get("scale", 1)
    shape = [1, *(d if d > 0 else 1 for d in spec["shape"][1:])]
    dtype = np.object_ if spec["datatype"] == "BYTES" else triton_to_np_dtype(spec["datatype"])
    return np.array(value, dtype=dtype).reshape(shape)


# For JSON the client names no content type by itself; development mode insists on one.
JSON = {"content-type": "application/json"}


def ask_json(name, tensors):
    inputs = []
    for spec, data in tensors:
        inputs.append(oip.InferInput(spec["name"], list(data.shape), spec["datatype"]))
        inputs[-1].set_data_from_numpy(data, binary_data=False)
    outputs = [oip.InferRequestedOutput("label", binary_data=False)]
    answer = client.infer(name, inputs, outputs=outputs, request_id="peer-1", headers=JSON)
    assert answer.get_response()["id"] == "peer-1"
    return answer


def ask_binary(name, tensors):
    inputs = []
    for spec, data in tensors:
        inputs.append(oip.InferInput(spec["name"], list(data.shape), spec["datatype"]))
        inputs[-1].set_data_from_numpy(data)
    return client.infer(name, inputs, request_id="peer-1")


def ask_grpc(name, tensors):
    inputs = []
    for spec, data in tensors:
        inputs.append(rpc.InferInput(spec["name"], list(data.shape), spec["datatype"]))
        inputs[-1].set_data_from_numpy(data)
    answer = grpc_client.infer(name, inputs, outputs=[rpc.InferRequestedOutput("label")], request_id="peer-1")
    assert answer.get_response().id == "peer-1"
    return answer


def accuracy(name, ask, way):
    metadata = client.get_model_metadata(name)
    with gzip.open(EXAMPLES / name / "heldout.ndjson.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(next(lines)) for _ in range(ROWS)]
    right = 0
    for record in records:
        tensors = [(spec, tensor(record["inputs"][spec["name"]], spec)) for spec in metadata["inputs"]]
        right += int(ask(name, tensors).as_numpy("label").reshape(-1)[0]) == record["label"]
    print(f"    {name} {way}: {right} of {ROWS} right")
    return right


WAYS = [("JSON tensors", ask_json), ("binary tensors", ask_binary), ("gRPC", ask_grpc)]


def same_everywhere(name):
    counts = {accuracy(name, ask, way) for way, ask in WAYS}
    return len(counts) == 1 and counts.pop() >= 0.85 * ROWS


def refuses(name, call, wanted):
    def works():
        try:
            call()
        except InferenceServerException as error:
            return wanted in str(error.status() or "") + str(error)
        return False

    check(name, works)


def wrong_shape():
    data = oip.InferInput("features", [1, 3], "FP32")
    data.set_data_from_numpy(np.zeros((1, 3), np.float32), binary_data=False)
    client.infer("card-fraud", [data], headers=JSON)


check("the server is live", client.is_server_live)
check("the server is ready", client.is_server_ready)
check("the server is live over gRPC", grpc_client.is_server_live)
check("the server is ready over gRPC", grpc_client.is_server_ready)
check("server metadata names itself", lambda: bool(client.get_server_metadata()["name"]))
for model in ("card-fraud", "mail-filter", "digit-image"):
    check(f"{model} is ready", lambda: client.is_model_ready(model))
    check(f"{model} is ready over gRPC", lambda: grpc_client.is_model_ready(model))
    check(f"{model} answers JSON, binary tensors and gRPC alike", lambda: same_everywhere(model))
refuses("an unknown model is refused", lambda: client.get_model_metadata("no-such-model"), "")
def with_token(token):
    return lambda: grpc_client.is_model_ready("card-fraud", headers={"authorization": f"Bearer {token}"})


check("gRPC takes a bearer token", with_token(TOKEN))
refuses("gRPC refuses a token that is not ours", with_token("rk_wrong"), "UNAUTHENTICATED")
refuses("a wrong shape is refused", wrong_shape, "")
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(1 if counts["failed"] else 0)
