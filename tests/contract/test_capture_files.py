"""What pack files promise beside what every capture store does, and what names a store."""

import os
from pathlib import Path

import pytest

from db.archive import Archive
from db.captures import CaptureDamaged, CaptureMissing, open_store
from db.errors import ArchiveUnwritable
from tests.contract.capture_pages import page
from tests.contract.capture_room import body_of, frame_of, keep

pytestmark = pytest.mark.parametrize("archive_url", ["sqlite"], indirect=True)


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return tmp_path / "packs"


def test_a_torn_end_is_left_alone_and_not_built_upon(room: Archive, packs: Path) -> None:
    store = open_store(f"files:{packs}")
    first = keep(room, store, page(1))
    store.close()
    with (packs / "000001.pack").open("ab") as file:
        file.write(b"rec1 half a record")
    before = (packs / "000001.pack").read_bytes()
    second = keep(room, store, page(2))
    store.close()
    assert (packs / "000001.pack").read_bytes() == before
    assert frame_of(room, second).pack == 2
    assert body_of(room, store, first) == page(1)
    assert body_of(room, store, second) == page(2)


@pytest.mark.parametrize("left", [0, 5, 14, 20, -1, -30])
def test_a_pack_that_was_cut_anywhere_is_not_in_the_way(
    room: Archive, packs: Path, left: int
) -> None:
    store = open_store(f"files:{packs}")
    first = keep(room, store, page(1))
    store.close()
    whole = (packs / "000001.pack").stat().st_size
    os.truncate(packs / "000001.pack", left if left >= 0 else whole + left)
    second = keep(room, store, page(2))
    assert body_of(room, store, second) == page(2)
    if left == -1:  # the record's own bytes are there
        assert body_of(room, store, first) == page(1)
    else:
        with pytest.raises(CaptureDamaged, match=r"ends within its record|another record"):
            body_of(room, store, first)
    store.close()


def test_a_pack_is_taken_up_again_by_the_next_process(room: Archive, packs: Path) -> None:
    for article in (1, 2, 3):
        store = open_store(f"files:{packs}")
        keep(room, store, page(article))
        store.close()
    assert [path.name for path in packs.iterdir()] == ["000001.pack"]


def test_two_stores_never_write_to_one_pack(room: Archive, packs: Path) -> None:
    stores = [open_store(f"files:{packs}") for _ in range(2)]
    digests = [keep(room, store, page(number)) for number, store in enumerate(stores)]
    assert {frame_of(room, sha256).pack for sha256 in digests} == {1, 2}
    for number, store in enumerate(stores):
        assert body_of(room, store, digests[1 - number]) == page(1 - number)
        store.close()


def test_a_pack_that_is_gone_is_named(room: Archive, packs: Path) -> None:
    store = open_store(f"files:{packs}")
    sha256 = keep(room, store, page(1))
    store.close()
    (packs / "000001.pack").unlink()
    with pytest.raises(CaptureMissing, match=r"no pack file .*000001\.pack"):
        body_of(room, store, sha256)


def test_a_folder_that_cannot_be_made_is_said_in_words(room: Archive, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")
    store = open_store(f"files:{tmp_path}/occupied/packs")
    with pytest.raises(ArchiveUnwritable, match="captures cannot be written to"):
        keep(room, store, page(1))


def test_a_relative_folder_is_relative_to_the_home(room: Archive, tmp_path: Path) -> None:
    store = open_store("files:captures", home=tmp_path)
    keep(room, store, page(1))
    store.close()
    assert [path.name for path in (tmp_path / "captures").iterdir()] == ["000001.pack"]


def test_a_file_store_reads_what_was_kept_in_the_database(room: Archive, tmp_path: Path) -> None:
    in_database, in_files = open_store("database"), open_store(f"files:{tmp_path}/packs")
    first = keep(room, in_database, page(1))
    second = keep(room, in_files, page(1, look=1), near=[first])
    assert frame_of(room, second).kind == "delta"
    assert body_of(room, in_files, second) == page(1, look=1)
    with pytest.raises(CaptureMissing, match="files:FOLDER"):
        body_of(room, in_database, second)
    in_files.close()
