"""Strict validation by the CycloneDX project's Python library: cyclonedx-validate.py FILE… prints one line per file."""
import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

VERSIONS = {"1.6": SchemaVersion.V1_6, "1.7": SchemaVersion.V1_7}
failed = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    error = JsonStrictValidator(VERSIONS[json.loads(text)["specVersion"]]).validate_str(text)
    print(f"{path}: {'valid' if error is None else 'INVALID'}")
    failed += error is not None
sys.exit(1 if failed else 0)
