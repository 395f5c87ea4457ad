"""Makes src/generated/operator-schemas.json from the installed onnx: every operator with all its versions.

Per operator a list, oldest first: [since, least inputs, most inputs, least outputs, most outputs, deprecated 0 or 1,
"attribute:type attribute!:type …"], where ! marks a required attribute, type is AttributeProto.AttributeType and -1
stands for any number. Usage: make-operator-schemas.py OUT.json
"""
import json
import sys

import onnx

ANY = 2**31 - 1
domains = {}
for schema in onnx.defs.get_all_schemas_with_history():
    if schema.domain not in ("", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training"):
        continue
    attributes = " ".join(
        f"{name}{'!' if one.required else ''}:{int(one.type.value)}" for name, one in sorted(schema.attributes.items()))
    counts = [count if count < ANY else -1 for count in (schema.min_input, schema.max_input, schema.min_output, schema.max_output)]
    domains.setdefault(schema.domain or "ai.onnx", {}).setdefault(schema.name, []).append(
        [schema.since_version, *counts, int(schema.deprecated), attributes])
latest = {"ai.onnx": onnx.defs.onnx_opset_version(), "ai.onnx.ml": onnx.defs.onnx_ml_opset_version()} if hasattr(onnx.defs, "onnx_ml_opset_version") else {"ai.onnx": onnx.defs.onnx_opset_version()}
with open(sys.argv[1], "w") as file:
    file.write('{\n  "onnx": %s,\n  "latest": %s,\n  "domains": {\n' % (json.dumps(onnx.__version__), json.dumps(latest)))
    rows = []
    for domain, operators in sorted(domains.items()):
        inner = ",\n".join(f"      {json.dumps(name)}: {json.dumps(sorted(versions), separators=(',', ':'))}" for name, versions in sorted(operators.items()))
        rows.append(f"    {json.dumps(domain)}: {{\n{inner}\n    }}")
    file.write(",\n".join(rows) + "\n  }\n}\n")
