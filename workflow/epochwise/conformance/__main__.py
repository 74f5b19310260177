"""``python -m epochwise.conformance FOLDER NAME``: a backend's fingerprints on cases from stdin."""

import json
import sys
from contextlib import redirect_stdout

from epochwise.conformance import load
from epochwise.conformance.cases import Case
from epochwise.conformance.conduct import FINGERPRINTS, fingerprint
from epochwise.leftovers import ending_without_threads

if __name__ == "__main__":
    folder, name = sys.argv[1:]
    with ending_without_threads():
        with redirect_stdout(sys.stderr):  # whatever the backend prints
            backend = load(folder, name)
            found = [fingerprint(backend, Case(*levels)) for levels in json.load(sys.stdin)]
        print(FINGERPRINTS, *found)
