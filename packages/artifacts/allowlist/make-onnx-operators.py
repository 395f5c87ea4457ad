"""Makes src/generated/onnx-operators.json: operators per domain, from the installed onnx and onnxruntime.

Left out: operators that run Python or load other files. Usage: make-onnx-operators.py OUT.json
"""
import json
import sys

import onnx
from onnxruntime.capi import onnxruntime_pybind11_state as ort

REFUSED = {"EPContext", "PythonOp", "PythonOpGrad", "PyOp", "ATen", "ATenGrad", "RemoteCall", "TritonOp", "ExternalOutputs"}
domains = {}
for schema in list(onnx.defs.get_all_schemas_with_history()) + list(ort.get_all_operator_schema()):
    if schema.domain in ("", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training", "com.microsoft") and schema.name not in REFUSED:
        domains.setdefault(schema.domain or "ai.onnx", set()).add(schema.name)
json.dump({domain: " ".join(sorted(names)) for domain, names in sorted(domains.items())}, open(sys.argv[1], "w"), indent=2)
open(sys.argv[1], "a").write("\n")
