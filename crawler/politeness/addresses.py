"""Which network addresses belong to the public internet. Pure."""

import ipaddress
from typing import Final

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_SIXTOFOUR_RELAY: Final = ipaddress.ip_network("192.88.99.0/24")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """Whether an IP address is that of a host on the public internet.

    Loopback, private, link-local, carrier-grade NAT, multicast, reserved and documentation ranges
    are not, nor are IPv6 addresses that carry such an IPv4 address. What is no address is not.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if parsed in _NAT64:  # how hosts without IPv4 reach those without IPv6
        return _is_public(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF))
    return all(_is_public(each) for each in (parsed, *_carried(parsed)))


def is_loopback(host: str) -> bool:
    """Whether a host, as it stands in a URL, names this machine by itself: no look-up is made."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address) and address in _SIXTOFOUR_RELAY:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carried(address: Address) -> tuple[Address, ...]:
    """IPv4 addresses that an IPv6 address is a way to: mapped, 6to4, Teredo, compatible."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    carried: list[Address] = []
    if address.ipv4_mapped:
        carried.append(address.ipv4_mapped)
    if address.sixtofour:
        carried.append(address.sixtofour)
    if address.teredo:
        carried.extend(address.teredo)
    if int(address) >> 32 == 0:
        carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(carried)
