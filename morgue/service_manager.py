"""What a service manager is told of the daemon: ready, reloading, stopping, and that it still works.

The protocol of sd_notify(3): lines of NAME=VALUE in a datagram to $NOTIFY_SOCKET. Knows the protocol only.
"""

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """Who started us and wants to hear; nobody where `address` is empty."""

    address: str = ""
    watchdog: timedelta | None = None  # silence after which we are taken for hung

    @classmethod
    def of(cls, env: Mapping[str, str]) -> "ServiceManager":
        """The one that an environment names. A watchdog that is another process's is none of ours."""
        usec, pid = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
        is_ours = usec.isascii() and usec.isdecimal() and pid in {"", str(os.getpid())}
        return cls(
            address=env.get("NOTIFY_SOCKET", ""),
            watchdog=timedelta(microseconds=int(usec)) if is_ours and int(usec) else None,
        )

    def ready(self, status: str) -> None:
        """Say that we work, or work again after reading the configuration, and on what."""
        self._tell("READY=1", f"STATUS={_one_line(status)}")

    def reloading(self) -> None:
        """Say that the configuration is being read again; `ready` ends it."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def working(self, status: str) -> None:
        """Say that we have not hung, and what we are at."""
        self._tell("WATCHDOG=1", f"STATUS={_one_line(status)}")

    def stopping(self) -> None:
        """Say that we are about to end."""
        self._tell("STOPPING=1")

    def _tell(self, *lines: str) -> None:
        """Send, or let be: a manager that does not listen must not stop our work."""
        if not self.address.startswith(("/", "@")):
            return
        address = "\0" + self.address[1:] if self.address[0] == "@" else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), address)
        except OSError:
            return


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
