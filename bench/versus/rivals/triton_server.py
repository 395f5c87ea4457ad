"""NVIDIA's Triton with its Python backend, from the pytriton package. PORT GRPC_PORT MODEL FOLDER"""

import os
import shutil
import sys
import sysconfig
from pathlib import Path

import pytriton
from onnx_model import DATATYPES, OnnxModel

port, grpc_port, file, folder = sys.argv[1:]
here = Path(__file__).parent
home = Path(pytriton.__file__).parent / "tritonserver"
onnx = OnnxModel(file)
KINDS = {"tensor(float)": "TYPE_FP32", "tensor(int64)": "TYPE_INT64"}


def dims(shape) -> str:
    return "[" + ",".join(str(size) if isinstance(size, int) else "-1" for size in shape) + "]"


def tensors(kind: str, found) -> str:
    entries = (f'{{ name: "{one.name}" data_type: {KINDS[one.type]} dims: {dims(one.shape)} }}' for one in found)
    return f"{kind} [{', '.join(entries)}]\n"


model = Path(folder, "models", onnx.name)
(model / "1").mkdir(parents=True)
shutil.copy(here / "triton_model.py", model / "1" / "model.py")
shutil.copy(here / "onnx_model.py", model / "1" / "onnx_model.py")
(model / "config.pbtxt").write_text(
    f'name: "{onnx.name}"\nbackend: "python"\nmax_batch_size: 0\n'
    + tensors("input", onnx.session.get_inputs())
    + tensors("output", onnx.session.get_outputs())
    + f'parameters {{ key: "file" value {{ string_value: "{file}" }} }}\n'
    + "instance_group [{ count: 1 kind: KIND_CPU }]\n"
)

# The stub of this very Python belongs beside the backend's library.
version = f"{sys.version_info.major}.{sys.version_info.minor}"
backends = Path(folder, "backends", "python")
shutil.copytree(home / "backends" / "python", backends)
stub = home / "python_backend_stubs" / version / "triton_python_backend_stub"
os.symlink(stub, backends / stub.name)

env = {
    **os.environ,
    "RIVAL_PACKAGES": sysconfig.get_paths()["purelib"],
    "LD_LIBRARY_PATH": f"{sysconfig.get_config_var('LIBDIR')}:{os.environ.get('LD_LIBRARY_PATH', '')}",
}
program = str(home / "bin" / "tritonserver")
options = {
    "model-repository": f"{folder}/models",
    "backend-directory": f"{folder}/backends",
    "http-address": "127.0.0.1",
    "grpc-address": "127.0.0.1",
    "http-port": port,
    "grpc-port": grpc_port,
    "allow-metrics": "false",
    "log-info": "false",
}
flags = [f"--{name}={value}" for name, value in options.items()]
os.execve(program, [program, *flags, "--disable-auto-complete-config"], env)
