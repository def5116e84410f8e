"""Changes the environment and the search path at import."""

import os
import sys

from hivemind import WorkerSpec, hookimpl

os.environ["BAD_PLUGIN"] = "1"
sys.path.append("/nowhere/bad")


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Changes what is around it.")
