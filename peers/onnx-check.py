"""What onnx itself says: one JSON line, checker's word per file, and whether rewritten files hold the same model.   onnx-check.py FOLDER REWRITTEN"""
import json
import pathlib
import sys

import onnx

folder, rewritten = map(pathlib.Path, sys.argv[1:3])
valid, differs = {}, []
for path in sorted(folder.glob("*.onnx")):
    try:
        model = onnx.load(str(path), load_external_data=False)
        onnx.checker.check_model(model)
        valid[path.stem] = ""
    except Exception as error:
        valid[path.stem] = f"{type(error).__name__}: {str(error)[:160]}"
    other = rewritten / path.name
    if other.exists() and onnx.load(str(other)) != onnx.load(str(path)):
        differs.append(path.stem)
print(json.dumps({"valid": valid, "differs": differs}))
