"""`morgue verify` that kills itself with SIGKILL the n-th time it has written down where it is.

python -m tests.acceptance.verify_child N ARGUMENTS...
"""

import sys

from morgue import cli
from morgue.cli import unfinished
from tests.contract import copy_child

if __name__ == "__main__":
    unfinished.PAUSE_S = 0.0
    copy_child.STEPS["keep"] = unfinished.Unfinished
    copy_child.arm("keep", int(sys.argv[1]))
    cli.main(sys.argv[2:])
