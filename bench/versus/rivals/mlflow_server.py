"""`mlflow models serve` on the ONNX flavour. PORT GRPC_PORT MODEL FOLDER"""

import os
import sys
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow.onnx
import onnx

port, _, file, folder = sys.argv[1:]
saved = str(Path(folder) / "saved")
threads = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
mlflow.onnx.save_model(
    onnx.load(file), saved, onnx_session_options=threads, save_as_external_data=False, pip_requirements=[]
)
program = str(Path(sys.executable).parent / "mlflow")
serve = ["models", "serve", "-m", saved, "--env-manager", "local", "-h", "127.0.0.1", "-p", port]
env = {**os.environ, "PATH": f"{Path(program).parent}:{os.environ['PATH']}"}
os.execve(program, [program, *serve], env)
