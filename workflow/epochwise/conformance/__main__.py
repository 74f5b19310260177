"""``python -m epochwise.conformance FOLDER NAME``: print a backend's fingerprint, for the kit."""

import sys

from epochwise.conformance import load
from epochwise.conformance.promises import fingerprint

if __name__ == "__main__":
    folder, name = sys.argv[1:]
    print(fingerprint(load(folder, name)))
