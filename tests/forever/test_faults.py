"""The page of faults is of the cells that there are, and each of them is settled."""

from tests.forever.faults import PAGE, cells


def test_the_committed_table_has_every_cell_settled() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.endswith(" settled |")]
    names = [name.removeprefix("| ") for name, *_ in rows]
    assert names == [cell.name for cell in cells()]
    assert len(names) >= 60
