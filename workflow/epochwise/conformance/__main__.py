"""``python -m epochwise.conformance FOLDER NAME``: a backend's fingerprints on cases from stdin."""

import json
import sys

from epochwise.conformance import load
from epochwise.conformance.cases import Case
from epochwise.conformance.conduct import fingerprint

if __name__ == "__main__":
    folder, name = sys.argv[1:]
    backend = load(folder, name)
    print(*(fingerprint(backend, Case(*levels)) for levels in json.load(sys.stdin)))
