"""BentoML's server in production mode with one worker. PORT GRPC_PORT MODEL FOLDER"""

import os
import sys
from pathlib import Path

port, _, file, folder = sys.argv[1:]
here = Path(__file__).parent
program = str(Path(sys.executable).parent / "bentoml")
env = {
    **os.environ,
    "RIVAL_MODEL": file,
    "BENTOML_HOME": folder,
    "BENTOML_DO_NOT_TRACK": "True",
    "PYTHONPATH": str(here),
    "PATH": f"{Path(program).parent}:{os.environ['PATH']}",
}
service = ["serve", "bentoml_service:Rival", "--working-dir", str(here)]
os.execve(program, [program, *service, "--host", "127.0.0.1", "--port", port], env)
