"""Name resolution that gives no private address, so that no name can lead a crawl into a network.

The one place that every connection passes: page, source, robots.txt, redirect, literal address. A
name that first answers with a public address and then with a private one gains nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.politeness.addresses import is_public

_REMEMBERED = 10_000


@implementer(IHostnameResolver)
class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver with the private addresses taken out of every answer."""

    def __init__(self, reactor: Any, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self._private_hosts: set[str] = set()
        self._allows_all = False
        self._refused: dict[str, str] = {}

    def allow(self, names: Iterable[str]) -> None:
        """Let these names lead to private addresses."""
        self._private_hosts.update(names)

    def allow_all(self) -> None:
        """Let every name lead anywhere: for a person's own requests, such as `scrapy shell`."""
        self._allows_all = True

    def refused_address(self, name: str) -> str | None:
        """The private address that a name led to last and that was kept back."""
        return self._refused.get(name)

    def resolveHostName(  # noqa: N802  Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve as Scrapy does, and pass on the public addresses."""
        receiver: Any = resolutionReceiver
        if not self._allows_all and hostName not in self._private_hosts:
            receiver = _PublicOnly(receiver, hostName, self._refused)
        return super().resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on what is public and remembers what is not."""

    def __init__(self, receiver: Any, name: str, refused: dict[str, str]) -> None:
        self._receiver = receiver
        self._name = name
        self._refused = refused

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if is_public(address.host):
            self._receiver.addressResolved(address)
            return
        if len(self._refused) >= _REMEMBERED:
            self._refused.clear()
        self._refused[self._name] = address.host

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
