"""Seldon's MLServer, with its default of one worker process or in one process. PORT GRPC_PORT MODEL FOLDER [in-process]"""

import json
import os
import sys
from pathlib import Path

port, grpc_port, file, folder, *mode = sys.argv[1:]
here = Path(__file__).parent
settings = {
    "host": "127.0.0.1",
    "http_port": int(port),
    "grpc_port": int(grpc_port),
    "metrics_port": 0,
    "metrics_endpoint": None,
    "debug": False,
    **({"parallel_workers": 0} if mode == ["in-process"] else {}),
}
model = {
    "name": Path(file).parent.name,
    "implementation": "mlserver_model.Rival",
    "parameters": {"uri": file, "version": "1"},
}
Path(folder, "settings.json").write_text(json.dumps(settings))
Path(folder, "model-settings.json").write_text(json.dumps(model))
program = str(Path(sys.executable).parent / "mlserver")
os.execve(program, [program, "start", folder], {**os.environ, "PYTHONPATH": str(here)})
