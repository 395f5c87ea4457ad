"""`mlflow models serve` on the ONNX flavour. PORT GRPC_PORT MODEL FOLDER"""

import os
import sys
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow.onnx
import numpy as np
import onnx
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec
from onnx_model import OnnxModel

port, _, file, folder = sys.argv[1:]
saved = str(Path(folder) / "saved")
tensor = OnnxModel(file).session.get_inputs()[0]
shape = [size if isinstance(size, int) else -1 for size in tensor.shape]
mlflow.onnx.save_model(
    onnx.load(file),
    saved,
    # Without it numbers of a request become float64, which the model does not take.
    signature=ModelSignature(Schema([TensorSpec(np.dtype(np.float32), shape, tensor.name)])),
    onnx_session_options={"intra_op_num_threads": 1, "inter_op_num_threads": 1},
    save_as_external_data=False,
    pip_requirements=[],
)
program = str(Path(sys.executable).parent / "mlflow")
serve = ["models", "serve", "-m", saved, "--env-manager", "local", "-h", "127.0.0.1", "-p", port]
env = {**os.environ, "PATH": f"{Path(program).parent}:{os.environ['PATH']}"}
os.execve(program, [program, *serve], env)
