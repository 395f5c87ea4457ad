"""Every datatype and every corner of the protocol against a server of identity models:
python oip-protocol.py HOST:PORT GRPC-HOST:PORT

Models: echo-DATATYPE (x -> y, two columns), pair (x -> y and z), slow (takes long per row). Each check prints one line;
the last line is `N passed, N failed`.
"""

import sys
import threading
import time

import grpc
import numpy as np
import tritonclient.grpc as rpc
import tritonclient.http as oip
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

HTTP, GRPC = sys.argv[1], sys.argv[2]
http = oip.InferenceServerClient(HTTP)
client = rpc.InferenceServerClient(GRPC)
channel = grpc.insecure_channel(GRPC)
stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
counts = {"passed": 0, "failed": 0}
JSON = {"content-type": "application/json"}


def check(name, works):
    try:
        ok, note = works(), ""
    except Exception as error:  # noqa: BLE001: any failure of the client is a failed check
        ok, note = False, f": {type(error).__name__} {error}"
    counts["passed" if ok else "failed"] += 1
    print(f"{'✔' if ok else '✖'} {name}{note}", flush=True)


def refused(call, *wanted):
    try:
        call()
    except InferenceServerException as error:
        text = f"{error.status()} {error}"
        return all(part in text for part in wanted) or print(f"    {text}")
    return False


def values(dtype):
    random = np.random.default_rng(7)
    if dtype == np.object_:
        return np.array([["ü€", ""], ["plain", "a longer text with \"quotes\""], ["\n", "7"]], dtype=np.object_)
    if dtype == np.bool_:
        return np.array([[True, False], [False, True], [True, True]])
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        return np.array([[limits.min, limits.max], [0, 1], [3, 7]], dtype=dtype)
    return random.normal(size=(3, 2)).astype(dtype)


TYPES = [np.bool_, np.uint8, np.uint16, np.uint32, np.uint64, np.int8, np.int16, np.int32, np.int64]
TYPES += [np.float32, np.float64, np.object_]
FIELDS = {"BOOL": "bool", "INT8": "int", "INT16": "int", "INT32": "int", "INT64": "int64", "UINT8": "uint"}
FIELDS |= {"UINT16": "uint", "UINT32": "uint", "UINT64": "uint64", "FP32": "fp32", "FP64": "fp64", "BYTES": "bytes"}


def texts(array):
    return np.array([v.decode() if isinstance(v, bytes) else v for v in array.reshape(-1)], dtype=object)


def equal(found, sent):
    if sent.dtype == np.object_:
        return found.shape == sent.shape and list(texts(found)) == list(texts(sent))
    return found.dtype == sent.dtype and np.array_equal(found, sent)


def over_http(data, binary_in, binary_out):
    datatype = np_to_triton_dtype(data.dtype)
    tensor = oip.InferInput("x", list(data.shape), datatype)
    tensor.set_data_from_numpy(data, binary_data=binary_in)
    outputs = [oip.InferRequestedOutput("y", binary_data=binary_out)]
    headers = None if binary_in else JSON
    answer = http.infer(f"echo-{datatype.lower()}", [tensor], outputs=outputs, headers=headers)
    return equal(answer.as_numpy("y"), data)


def over_grpc(data):
    datatype = np_to_triton_dtype(data.dtype)
    tensor = rpc.InferInput("x", list(data.shape), datatype)
    tensor.set_data_from_numpy(data)
    return equal(client.infer(f"echo-{datatype.lower()}", [tensor]).as_numpy("y"), data)


def typed(data):
    datatype = np_to_triton_dtype(data.dtype)
    tensor = service_pb2.ModelInferRequest.InferInputTensor(name="x", datatype=datatype, shape=data.shape)
    flat = [text.encode() for text in texts(data)] if datatype == "BYTES" else data.reshape(-1).tolist()
    getattr(tensor.contents, f"{FIELDS[datatype]}_contents").extend(flat)
    request = service_pb2.ModelInferRequest(model_name=f"echo-{datatype.lower()}", inputs=[tensor])
    # The client's own reader knows raw answers only; an answer takes the form of its request.
    answer = stub.ModelInfer(request)
    output = answer.outputs[0]
    found = list(getattr(output.contents, f"{FIELDS[datatype]}_contents"))
    return not answer.raw_output_contents and list(output.shape) == list(data.shape) and found == flat


for dtype in TYPES:
    data = values(dtype)
    name = np_to_triton_dtype(data.dtype)
    # JSON numbers are exact up to 2^53; beyond it the server wants decimal strings, which this client does not send.
    plain = data.clip(max=2**53 - 1, min=0) if data.dtype.itemsize == 8 and name.endswith("INT64") else data
    check(f"{name} as JSON", lambda: over_http(plain, False, False))
    check(f"{name} as binary in, JSON out", lambda: over_http(plain, True, False))
    check(f"{name} as binary", lambda: over_http(data, True, True))
    check(f"{name} over gRPC, raw", lambda: over_grpc(data))
    check(f"{name} over gRPC, typed", lambda: typed(data))


def pair(**more):
    tensor = oip.InferInput("x", [1, 2], "FP32")
    tensor.set_data_from_numpy(np.array([[1, 2]], np.float32))
    return http.infer("pair", [tensor], **more)


def mixed():
    answer = pair(
        outputs=[oip.InferRequestedOutput("z", binary_data=True), oip.InferRequestedOutput("y", binary_data=False)],
        request_id="m-1",
    )
    names = [output["name"] for output in answer.get_response()["outputs"]]
    return names == ["z", "y"] and equal(answer.as_numpy("z"), answer.as_numpy("y"))


def everything():
    answer = pair(request_id="all", parameters={"note": "kept for policies"}, priority=1)
    response = answer.get_response()
    sizes = [output["parameters"]["binary_data_size"] for output in response["outputs"]]
    return response["id"] == "all" and sizes == [8, 8] and answer.as_numpy("y").tolist() == [[1, 2]]


def selected():
    tensor = rpc.InferInput("x", [1, 2], "FP32")
    tensor.set_data_from_numpy(np.array([[1, 2]], np.float32))
    answer = client.infer(
        "pair", [tensor], model_version="1.0.0", outputs=[rpc.InferRequestedOutput("z")], request_id="g-1",
        parameters={"note": "text", "number": 7, "flag": True},
    )
    response = answer.get_response()
    return response.id == "g-1" and [output.name for output in response.outputs] == ["z"]


check("outputs: order, selection and form are the request's", mixed)
check("no outputs named: all of them, binary; id and parameters", everything)
check("gRPC: version, selected output, id and parameters", selected)
check("http metadata", lambda: http.get_model_metadata("pair")["outputs"][1]["name"] == "z")
check("gRPC metadata", lambda: [o.name for o in client.get_model_metadata("pair").outputs] == ["y", "z"])
check("gRPC server metadata", lambda: "binary_tensor_data" in client.get_server_metadata().extensions)
check("gRPC: a model that is not there is not ready", lambda: not client.is_model_ready("no-such-model"))


def wrong(kind, shape, data, model="echo-fp32", datatype="FP32", **more):
    tensor = kind.InferInput("x", shape, datatype)
    tensor.set_data_from_numpy(data)
    return (http if kind is oip else client).infer(model, [tensor], **more)


ROW = np.zeros((1, 2), np.float32)
NAN = np.array([[1, np.nan]], np.float32)
TALL = np.zeros((1, 3), np.float32)
for kind, bad, missing in ((oip, "400", "404"), (rpc, "INVALID_ARGUMENT", "NOT_FOUND")):
    way = "http" if kind is oip else "gRPC"
    check(f"{way}: wrong shape", lambda: refused(lambda: wrong(kind, [1, 3], TALL), bad, "shape"))
    check(f"{way}: NaN", lambda: refused(lambda: wrong(kind, [1, 2], NAN), bad, "NaN"))
    check(f"{way}: unknown model", lambda: refused(lambda: wrong(kind, [1, 2], ROW, "no-such-model"), missing))
    check(
        f"{way}: unknown output",
        lambda: refused(lambda: wrong(kind, [1, 2], ROW, outputs=[kind.InferRequestedOutput("no")]), bad, "no output"),
    )
    check(
        f"{way}: wrong datatype",
        lambda: refused(lambda: wrong(kind, [1, 2], ROW.astype(np.float64), datatype="FP64"), bad, "FP32"),
    )


def slow(rows=400):
    tensor = rpc.InferInput("x", [rows, 256], "FP32")
    tensor.set_data_from_numpy(np.zeros((rows, 256), np.float32))
    return tensor


def deadline():
    return refused(lambda: client.infer("slow", [slow()], client_timeout=0.05), "DEADLINE_EXCEEDED")


def cancel():
    done = threading.Event()
    seen = []

    def finished(result, error):
        seen.append(error)
        done.set()

    context = client.async_infer("slow", [slow(1500)], finished)
    time.sleep(0.02)
    context.cancel()
    done.wait(10)
    return "cancel" in str(seen[0]).lower()


check("gRPC: a deadline that passes", deadline)
check("gRPC: a call that is cancelled", cancel)
check("gRPC: and the next call is answered", lambda: over_grpc(values(np.float32)))


def reflection():
    database = ProtoReflectionDescriptorDatabase(channel)
    services = set(database.get_services())
    pool = DescriptorPool(database)
    method = pool.FindServiceByName("inference.GRPCInferenceService").FindMethodByName("ModelInfer")
    fields = {field.name: field.number for field in method.input_type.fields}
    ours = {field.name: field.number for field in service_pb2.ModelInferRequest.DESCRIPTOR.fields}
    return {"inference.GRPCInferenceService", "grpc.health.v1.Health"} <= services and fields == ours


def health():
    ask = health_pb2_grpc.HealthStub(channel).Check
    return all(
        ask(health_pb2.HealthCheckRequest(service=service)).status == health_pb2.HealthCheckResponse.SERVING
        for service in ("", "inference.GRPCInferenceService")
    )


def watch():
    stream = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
    first = next(stream).status
    stream.cancel()
    return first == health_pb2.HealthCheckResponse.SERVING


check("gRPC reflection lists and describes what the client was compiled from", reflection)
check("gRPC health: Check", health)
check("gRPC health: Watch", watch)
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(1 if counts["failed"] else 0)
