"""The action server in one process: `python -m actions --port PORT`, on loopback only.

`python -m rasa_sdk` would start a manager and a worker beside it, and the worker outlives a killed parent.
"""

import argparse

from rasa_sdk.endpoint import create_app_for_serve
from rasa_sdk.executor import ActionExecutor

from ledger import logs

LOOPBACK = "127.0.0.1"


def serve(port: int) -> None:
    """Serve every action of this package until stopped."""
    executor = ActionExecutor()
    executor.register_package("actions")
    app = create_app_for_serve(executor, cors_origins=[])
    app.run(host=LOOPBACK, port=port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=5055)
    logs.configure()
    serve(arguments.parse_args().port)
