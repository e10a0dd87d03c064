"""Who gives a command, for the audit of what was done."""

import getpass
import os
import socket


def actor() -> str:
    """The person and the process: user@host:pid."""
    return f"{getpass.getuser()}@{socket.gethostname()}:{os.getpid()}"
