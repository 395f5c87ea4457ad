"""Writes hostile HDF5 files, which only the real library writes.   scanners-hostile.py FOLDER   Nothing here is ever loaded."""
import os
import pickle
import sys

import h5py
import numpy as np

OUT = sys.argv[1]
LAMBDA = '{"class_name": "Lambda", "config": {}}'


def file(name, **options):
    return h5py.File(os.path.join(OUT, name), "w", **options)


for library in ("earliest", "latest"):
    with file(f"external-link-{library}.h5", libver=library) as one:
        one["x"] = h5py.ExternalLink("/etc/passwd", "/x")
    with file(f"external-data-{library}.h5", libver=library) as one:
        one.create_dataset("x", (10,), "u1", external=[("/etc/passwd", 0, 10)])
    with file(f"virtual-{library}.h5", libver=library) as one:
        layout = h5py.VirtualLayout((10,), "u1")
        layout[:] = h5py.VirtualSource("other.h5", "d", (10,))
        one.create_virtual_dataset("v", layout)
    with file(f"lambda-text-{library}.h5", libver=library) as one:
        one.attrs["model_config"] = LAMBDA
    with file(f"lambda-bytes-{library}.h5", libver=library) as one:
        one.attrs["model_config"] = np.bytes_(LAMBDA.encode())
    with file(f"lambda-array-{library}.h5", libver=library) as one:
        one.attrs["model_config"] = np.array([LAMBDA.encode()], dtype="S60")
    with file(f"pickled-attribute-{library}.h5", libver=library) as one:
        one.create_group("g").attrs["p"] = np.void(pickle.dumps(os.system))
    with file(f"many-objects-{library}.h5", libver=library) as one:
        for index in range(40):
            one.create_group(f"g{index}").attrs["n"] = index
        one["g39"]["x"] = h5py.ExternalLink("/etc/passwd", "/x")
