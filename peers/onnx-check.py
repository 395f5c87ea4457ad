"""What onnx itself says: one JSON line, checker's word per file, and whether rewritten files hold the same model.   onnx-check.py FOLDER REWRITTEN"""
import json
import pathlib
import sys

import onnx

folder, rewritten = map(pathlib.Path, sys.argv[1:3])
valid, differs = {}, []


def said(model):
    """The model as text; fields that are there and empty are the same as fields that are not there."""
    return [line for line in str(model).split("\n") if not line.endswith(': ""')]


for path in sorted(folder.glob("*.onnx")):
    try:
        model = onnx.load(str(path), load_external_data=False)
        onnx.checker.check_model(model)
        valid[path.stem] = ""
    except Exception as error:
        valid[path.stem] = f"{type(error).__name__}: {str(error)[:160]}"
    other = rewritten / path.name
    if other.exists():
        before, after = onnx.load(str(path)), onnx.load(str(other))
        if before != after and said(before) != said(after):
            differs.append(path.stem)
print(json.dumps({"valid": valid, "differs": differs}))
