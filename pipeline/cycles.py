"""How often a process that reads pages looks for garbage that refers to itself.

Knows the collector of reference cycles. Must not know what is read.
"""

import gc

_NEW_OBJECTS = 50_000  # that outlive others before the youngest are looked through; what one page needs is less
_ROUNDS = 20  # before older objects are


def look_seldom() -> None:
    """Spare a process that reads pages the looking: what one page leaves behind holds no cycles."""
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)
