"""Checks that the archive keeps its promises, over all of it. Reads only; knows no way to repair.

A check is a module of `db.verify.checks`: whoever adds a table adds one there. Every check reads in
steps of its own, so that a crawl beside it is not held up and that it can go on where it was stopped.
"""

from db.verify.check import Check, Progress, Step, Violation
from db.verify.run import checks, verify

__all__ = ["Check", "Progress", "Step", "Violation", "checks", "verify"]
