"""``python -m epochwise.conformance FOLDER NAME``: print a backend's fingerprints, for the kit."""

import sys

from epochwise.conformance import load
from epochwise.conformance.choosing import few
from epochwise.conformance.conduct import fingerprint

if __name__ == "__main__":
    folder, name = sys.argv[1:]
    backend = load(folder, name)
    for case in few(backend.cases):
        print(fingerprint(backend, case))
