"""One study file, read, checked and filled in; its sweep, and how it is cut into jobs."""
