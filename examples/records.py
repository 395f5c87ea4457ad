"""Read and write the record files of the examples (NDJSON, plain or gzip).

One JSON object per line: {"inputs": {NAME: value of one row}, "label": int, "time"?: RFC 3339}.
gzip members carry no time stamp and no file name, so a rerun gives the same bytes.
"""

import gzip
import hashlib
import json
from pathlib import Path


def write_records(path: Path, records) -> int:
    text = "".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n" for r in records)
    # Some line readers also break at these, which JSON allows inside a string.
    for mark in ("\u0085", "\u2028", "\u2029"):
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    data = text.encode("utf-8")
    if path.suffix == ".gz":
        data = gzip.compress(data, compresslevel=9, mtime=0)
    path.write_bytes(data)
    return len(data)


def read_records(path: Path) -> list[dict]:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return [json.loads(line) for line in data.decode("utf-8").split("\n") if line]


def sha256_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_digests(folder: Path, names: list[str]) -> None:
    lines = [f"{sha256_file(folder / name)}  {name}\n" for name in sorted(names)]
    (folder / "SHA256SUMS").write_text("".join(lines))
