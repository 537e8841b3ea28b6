"""The lake depends on what was delivered alone: not on the order of rows, the cut into files, the form of a value, or repetition."""

from __future__ import annotations

import gzip
import itertools
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.ingest import ingest
from tests.ingest.small import csv_text, delivery, lake_files, write

#: Every example loads whole deliveries; shrinking a failure would take longer than reading it.
_SLOW = settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def _reference(n_buckets: int) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        ingest(write(root / "in", delivery()), root / "lake", n_buckets=n_buckets)
        return lake_files(root / "lake")


@st.composite
def _scattered(draw: st.DrawFn) -> list[dict[str, list[list[dict[str, str]]]]]:
    """One to three deliveries that together hold every row at least once: shuffled, repeated, cut into parts."""
    loads = draw(st.integers(1, 3))
    deliveries: list[dict[str, list[list[dict[str, str]]]]] = [{} for _ in range(loads)]
    for table, rows in delivery().items():
        places = [sorted({0, *draw(st.sets(st.integers(0, loads - 1), max_size=loads))}) for _ in rows]
        for number in range(loads):
            chosen = [row for row, where in zip(rows, places, strict=True) if number in where]
            again = draw(st.lists(st.sampled_from(chosen), max_size=3)) if chosen else []
            shuffled = draw(st.permutations(chosen + again))
            cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=2)))
            bounds = [0, *cuts, len(shuffled)]
            deliveries[number][table] = [list(shuffled[low:high]) for low, high in itertools.pairwise(bounds) if high > low]
    draw(st.randoms(use_true_random=False)).shuffle(deliveries[1:])
    return deliveries


@_SLOW
@given(deliveries=_scattered(), n_buckets=st.sampled_from([1, 3]))
def test_any_row_order_any_split_into_files_any_repetition_gives_the_same_lake(
    deliveries: list[dict[str, list[list[dict[str, str]]]]], n_buckets: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number, tables in enumerate(deliveries):
            for table, parts in tables.items():
                for index, rows in enumerate(parts):
                    path = root / f"in{number}" / table / f"part-{index}.csv.gz"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(gzip.compress(csv_text(rows).encode()))
            if (root / f"in{number}").exists():
                report = ingest(root / f"in{number}", root / "lake", n_buckets=n_buckets)
                assert report.rows_quarantined == 0
        assert lake_files(root / "lake") == _reference(n_buckets)


@_SLOW
@given(data=st.data())
def test_versions_of_one_row_leave_the_same_one_standing_in_any_order_of_loading(data: st.DataObject) -> None:
    tables = delivery()
    open_stay, lines = tables["mdtrt_d"][3], tables["fee_list_d"]
    versions = [
        ("mdtrt_d", open_stay | {"endtime": "2024-02-27 10:00:00", "inhosp_stas": "0"}),
        ("mdtrt_d", open_stay | {"endtime": "2024-02-28 10:00:00", "inhosp_stas": "0", "dscg_maindiag_code": "J18.900"}),
        ("mdtrt_d", open_stay | {"begntime": "2024-03-01 08:00:00"}),
        ("fee_list_d", lines[5] | {"setl_id": "S9"}),
        ("fee_list_d", lines[0] | {"pric": "90.00", "det_item_fee_sumamt": "90.00", "inscp_amt": "90.00"}),
        ("fee_list_d", lines[1] | {"vali_flag": "0"}),
        ("fee_list_d", lines[2] | {"fee_ocur_time": "2024-02-05 09:10:00"}),
    ]
    order = data.draw(st.permutations(versions))
    cut = data.draw(st.integers(0, len(order)))
    results = []
    for first, second in ((order[:cut], order[cut:]), (versions, [])):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for number, some in enumerate((first, second)):
                changed = {name: list(rows) for name, rows in tables.items()}
                for table, row in some:
                    changed[table].append(row)
                report = ingest(write(root / f"in{number}", changed), root / "lake", n_buckets=2)
                for table_report in report.tables.values():
                    table_report.check()
            results.append(lake_files(root / "lake"))
    assert results[0] == results[1]
