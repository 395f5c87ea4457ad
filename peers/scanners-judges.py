"""What picklescan, modelscan and fickling say of each file of a folder, as one line of JSON.   scanners-judges.py FOLDER"""
import contextlib
import io
import json
import logging
import os
import sys
import zipfile

logging.disable(logging.CRITICAL)
FOLDER = sys.argv[1]
FILES = sorted(os.listdir(FOLDER))


def picklescan(path):
    from picklescan.scanner import scan_file_path
    result = scan_file_path(path)
    return "found" if result.infected_files or result.issues_count else "error" if result.scan_err else "quiet"


def modelscan(path):
    from modelscan.modelscan import ModelScan
    from modelscan.settings import DEFAULT_SETTINGS
    result = ModelScan(settings=DEFAULT_SETTINGS).scan(path)
    return "found" if result["summary"]["total_issues"] else "error" if result["errors"] else "quiet"


def fickling(path):
    from fickling.analysis import check_safety
    from fickling.fickle import Pickled, StackedPickle
    data = open(path, "rb").read(50_000_000)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist() if name.endswith(".pkl")]
    else:
        parts = [data]
    for part in parts:
        for pickled in StackedPickle.load(io.BytesIO(part)):
            if str(check_safety(pickled).severity.name) != "LIKELY_SAFE":
                return "found"
    return "quiet"


def word(judge, path):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return judge(path)
    except (Exception, SystemExit, RecursionError):
        return "error"


print(json.dumps({name: {file: word(judge, os.path.join(FOLDER, file)) for file in FILES} for name, judge in (("picklescan 1.0.5", picklescan), ("modelscan 0.8.8", modelscan), ("fickling 0.1.12", fickling))}))
