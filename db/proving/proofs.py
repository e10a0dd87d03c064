"""Proofs for whoever has no archive: that a row is under a head, that a head is a part of a later one.

A proof is a JSON document. Checking one needs the document alone; what it shows is worth as much as the
head that it names, which the checker must have from elsewhere.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import TreeHead
from db.proving import members as packed_members
from db.proving import trees
from db.proving.leaves import hashes, said_by
from db.proving.seals import Head


class ProofImpossibleError(ValueError):
    """There is nothing to prove it with: the words say why."""


def of_row(session: Session, tree: str, row_id: int) -> dict[str, Any]:
    """The proof that a row is under the newest head of its tree.

    Raises:
        ProofImpossibleError: The row is not sealed, or the tree is not what its head says.
    """
    leaves: list[bytes] = []
    index, form = -1, 0
    head = Head(tree, 0, trees.EMPTY)
    for row in _heads(session, tree):
        members = packed_members.unpack(row.members)
        for each, leaf in hashes(session, tree, list(members.ids), form=members.form):
            if each == row_id:
                index, form = len(leaves), members.form
            leaves.append(leaf)
        head = Head(tree, row.size, row.root)
    if index < 0:
        raise ProofImpossibleError(f"{tree} {row_id} is not sealed: `morgue seal` does so")
    _require(leaves, head)
    said = said_by(session, tree, row_id, form=form)
    return {
        "proves": "row",
        "head": str(head),
        "leaf": (said or b"").decode(),
        "index": index,
        "path": [each.hex() for each in trees.inclusion(leaves, index)],
    }


def of_past(session: Session, earlier: Head) -> dict[str, Any]:
    """The proof that an earlier head of a tree is a part of its newest.

    Raises:
        ProofImpossibleError: It is none of this archive's, or the tree is not what its head says.
    """
    leaves: list[bytes] = []
    head = Head(earlier.tree, 0, trees.EMPTY)
    for row in _heads(session, earlier.tree):
        members = packed_members.unpack(row.members)
        found = hashes(session, earlier.tree, list(members.ids), form=members.form)
        leaves += [leaf for _, leaf in found]
        head = Head(earlier.tree, row.size, row.root)
    _require(leaves, head)
    if not 0 < earlier.size <= head.size or trees.root_of(leaves[: earlier.size]) != earlier.root:
        raise ProofImpossibleError(f"the archive never had the head {earlier}")
    return {
        "proves": "past",
        "earlier": str(earlier),
        "head": str(head),
        "path": [each.hex() for each in trees.consistency(leaves, earlier.size)],
    }


def holds(document: Mapping[str, Any]) -> bool:
    """Whether a document proves what it says.

    Raises:
        ValueError, KeyError, TypeError: It is no proof.
    """
    head = _head(document["head"])
    path = [bytes.fromhex(each) for each in document["path"]]
    if document["proves"] == "past":
        earlier = _head(document["earlier"])
        return earlier.tree == head.tree and trees.is_consistent(earlier[1:], head[1:], path)
    if document["proves"] != "row":
        raise ValueError(f"no proof is of {document['proves']!r}")
    leaf = trees.leaf(document["leaf"].encode())
    return trees.includes(head.root, head.size, leaf=leaf, index=document["index"], proof=path)


def _heads(session: Session, tree: str) -> list[TreeHead]:
    return list(
        session.scalars(select(TreeHead).where(TreeHead.tree == tree).order_by(TreeHead.size))
    )


def _require(leaves: list[bytes], head: Head) -> None:
    if len(leaves) != head.size or trees.root_of(leaves) != head.root:
        raise ProofImpossibleError(
            f"the rows are not those under {head}: `morgue verify` names the ones that changed"
        )


def _head(words: str) -> Head:
    tree, size, root = words.split(":")
    return Head(tree, int(size), bytes.fromhex(root))
