"""`snakemake --lint`, but for one wish: that every rule name a container or a conda environment.

All rules need the one environment that constraints.txt pins. No image of it is published, and Python's
own image lacks what the jobs import.
"""

from snakemake.cli import main
from snakemake.linting.rules import RuleLinter

del RuleLinter.lint_missing_software_definition
main(["--lint"])
