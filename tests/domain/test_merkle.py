"""The tree against the vectors of certificate transparency, and against RFC 6962's own recursive words."""

import pytest

from registry.domain.merkle import EMPTY_ROOT, Tree, leaf_hash, node_hash

ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
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
"""Of the first 1, 2, ... 8 entries (certificate-transparency, merkletree tests)."""


def tree_of(count: int) -> Tree:
    tree = Tree()
    for number in range(count):
        tree.append(leaf_hash(str(number).encode()))
    return tree


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def test_the_empty_tree() -> None:
    assert Tree().root == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_published_roots() -> None:
    tree = Tree()
    for entry, root in zip(ENTRIES, ROOTS, strict=True):
        tree.append(leaf_hash(entry))
        assert tree.root.hex() == root


def test_every_size_as_the_standard_says() -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(70)]

    assert [tree_of(size).root for size in range(1, 71)] == [root_of(leaves[:size]) for size in range(1, 71)]


@pytest.mark.parametrize("size", [0, 1, 5, 8, 63])
def test_it_grows_on_from_its_peaks_alone(size: int) -> None:
    resumed = Tree(size, tree_of(size).peaks)
    resumed.append(leaf_hash(str(size).encode()))

    assert (resumed.size, resumed.root) == (size + 1, tree_of(size + 1).root)


def test_peaks_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="not the subtrees"):
        Tree(4, tree_of(3).peaks)


def test_a_node_does_not_pass_for_an_entry() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != node_hash(left, right)
