"""Hash trees: their roots are RFC 6962's, and their proofs show what they claim and nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.proving import trees

# the test vectors of Certificate Transparency: leaves, and the roots of the first 1 to 8 of them
SAID = (
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
)
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def leaves_of(count: int) -> list[bytes]:
    return [trees.leaf(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_certificate_transparency(count: int) -> None:
    assert trees.root_of([trees.leaf(said) for said in SAID[:count]]).hex() == ROOTS[count - 1]


def test_a_tree_without_leaves_has_the_digest_of_nothing() -> None:
    assert trees.root_of([]) == sha256(b"").digest()


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_tree_is_gone_on_with_from_its_frontier(before: int, after: int) -> None:
    leaves = leaves_of(before + after)
    tree = trees.Frontier()
    tree.extend(leaves[:before])
    again = trees.Frontier(tree.size, tree.packed)
    again.extend(leaves[before:])
    assert (again.size, again.root) == (len(leaves), trees.root_of(leaves))


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="whole subtrees"):
        trees.Frontier(3, b"\0" * 32)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_is_proven_and_no_other_in_its_place(size: int) -> None:
    leaves = leaves_of(size)
    root = trees.root_of(leaves)
    for index in range(size):
        proof = trees.inclusion(leaves, index)
        stated = {"leaf": leaves[index], "index": index, "proof": proof}
        assert trees.includes(root, size, **stated)
        assert not trees.includes(root, size, **stated | {"leaf": trees.leaf(b"forged")})
        assert not trees.includes(trees.leaf(b"other"), size, **stated)
        assert not trees.includes(root, size, **stated | {"proof": [*proof, root]})
        if proof:
            assert not trees.includes(root, size, **stated | {"proof": proof[:-1]})
            assert not trees.includes(root, size, **stated | {"index": (index + 1) % size})


@pytest.mark.parametrize("size", range(1, 34))
def test_every_earlier_tree_is_proven_a_part_and_no_other(size: int) -> None:
    leaves = leaves_of(size)
    later = (size, trees.root_of(leaves))
    for count in range(1, size + 1):
        earlier = (count, trees.root_of(leaves[:count]))
        proof = trees.consistency(leaves, count)
        assert trees.is_consistent(earlier, later, proof)
        assert not trees.is_consistent((count, trees.leaf(b"forged")), later, proof)
        assert not trees.is_consistent(earlier, (size, trees.leaf(b"forged")), proof)
        assert not trees.is_consistent(earlier, later, [*proof, later[1]])
        if proof:
            assert not trees.is_consistent(earlier, later, proof[:-1])


def test_what_is_outside_of_a_tree_has_no_proof() -> None:
    with pytest.raises(ValueError, match="no leaf 3"):
        trees.inclusion(leaves_of(3), 3)
    with pytest.raises(ValueError, match="no earlier one of 4"):
        trees.consistency(leaves_of(3), 4)
    assert not trees.includes(b"", 3, leaf=b"", index=3, proof=[])
    assert not trees.is_consistent((4, b""), (3, b""), [])
