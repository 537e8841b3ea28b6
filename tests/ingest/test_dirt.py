"""Each kind of dirt a delivery is known to carry, and what becomes of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from features.lake import Lake
from flows.ingest import DeliveryError, DeliveryReport, ingest
from tests.ingest.small import Tables, csv_text, delivery, lake_files, write


def _clean(tmp_path: Path) -> dict[str, bytes]:
    ingest(write(tmp_path / "clean_in", delivery()), tmp_path / "clean")
    return lake_files(tmp_path / "clean")


def _load(tmp_path: Path, tables: Tables, **texts: bytes) -> DeliveryReport:
    """Loads the tables; a text given under a table's name replaces that table's file."""
    folder = write(tmp_path / "in", {name: rows for name, rows in tables.items() if name not in texts})
    for name, content in texts.items():
        (folder / f"{name}.csv").write_bytes(content)
    return ingest(folder, tmp_path / "lake")


def _altered(table: str, change: Callable[[dict[str, str]], dict[str, str]]) -> Tables:
    tables = delivery()
    tables[table] = [row | change(row) for row in tables[table]]
    return tables


def _quarantined(tmp_path: Path, report: DeliveryReport, table: str) -> pl.DataFrame:
    assert report.quarantine is not None
    return pl.read_parquet(tmp_path / "lake" / report.quarantine / f"{table}.parquet")


# --- forms that mean the same ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_any_encoding_gives_the_same_lake(tmp_path: Path, encoding: str) -> None:
    texts = {name: csv_text(rows).encode(encoding) for name, rows in delivery().items()}
    _load(tmp_path, delivery(), **texts)
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


def test_lines_of_two_encodings_in_one_file_are_told_apart(tmp_path: Path) -> None:
    header, *lines = csv_text(delivery()["fixmedins_b"]).splitlines()
    mixed = "\n".join([header, lines[0]]).encode() + b"\n" + lines[1].encode("gb18030") + b"\n"
    report = _load(tmp_path, delivery(), fixmedins_b=mixed)
    assert report.tables["fixmedins_b"].encodings == ["gb18030", "utf-8"]
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


def test_windows_line_ends_and_quotes_around_everything_change_nothing(tmp_path: Path) -> None:
    rows = delivery()["fee_list_d"]
    quoted = "\r\n".join(",".join(f'"{value}"' for value in line) for line in [list(rows[0]), *[list(row.values()) for row in rows]])
    _load(tmp_path, delivery(), fee_list_d=quoted.encode())
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


@pytest.mark.parametrize(
    "written",
    [
        lambda time: time.replace("-", "").replace(":", "").replace(" ", ""),
        lambda time: f"{time}.0",
        lambda time: time.replace(" ", "T"),
        lambda time: time.replace("-", "/"),
        lambda time: f" {time}\u3000",
    ],
)
def test_every_form_of_a_time_is_the_same_time(tmp_path: Path, written: Callable[[str], str]) -> None:
    tables = _altered("fee_list_d", lambda row: {"fee_ocur_time": written(row["fee_ocur_time"])} if row["bkkp_sn"] in ("L1", "L4") else {})
    _load(tmp_path, tables)
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


def test_header_case_blanks_column_order_and_floating_noise_change_nothing(tmp_path: Path) -> None:
    rows = _altered("fee_list_d", lambda row: {"det_item_fee_sumamt": str(float(row["det_item_fee_sumamt"]) + 1e-12)})["fee_list_d"]
    names = list(reversed(list(rows[0])))
    header, body = csv_text(rows, names).split("\n", 1)
    _load(tmp_path, delivery(), fee_list_d=f"{header.upper().replace(',', ' , ')}\n{body}".encode())
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


@pytest.mark.parametrize(
    ("table", "column", "drifted"), [("fixmedins_b", "hosp_lv", "2"), ("setl_d", "med_type", "21.0"), ("fee_list_d", "med_chrgitm_type", "2")]
)
def test_codes_that_lost_a_zero_or_became_numbers_are_written_as_the_list_has_them(tmp_path: Path, table: str, column: str, drifted: str) -> None:
    proper = {"2": "02", "21.0": "21"}[drifted]
    report = _load(tmp_path, _altered(table, lambda row: {column: drifted} if row[column] == proper else {}))
    assert report.tables[table].recoded[column] > 0
    assert report.tables[table].unknown_codes == {}
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


def test_parquet_with_typed_columns_gives_the_same_lake_as_csv(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", delivery())
    (folder / "fee_list_d.csv.gz").unlink()
    frame = pl.DataFrame(delivery()["fee_list_d"]).with_columns(
        pl.col("fee_ocur_time").str.to_datetime(), pl.col("cnt", "pric").cast(pl.Float64), pl.col("det_item_fee_sumamt").cast(pl.Decimal(16, 2))
    )
    (folder / "fee_list_d").mkdir()
    frame[:3].write_parquet(folder / "fee_list_d" / "part-1.parquet")
    frame[3:].write_parquet(folder / "fee_list_d" / "part-2.parquet")
    ingest(folder, tmp_path / "lake")
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


# --- repetition and versions ---


def test_the_same_delivery_again_changes_nothing_and_every_row_counts_as_repeated(tmp_path: Path) -> None:
    _load(tmp_path, delivery())
    before = lake_files(tmp_path / "lake")
    again = ingest(tmp_path / "in", tmp_path / "lake")
    assert (again.changed, again.rows_accepted, again.rows_repeated) == (False, 0, again.rows_read)
    assert lake_files(tmp_path / "lake") == before


def test_a_discharged_stay_takes_the_place_of_the_same_stay_in_hospital(tmp_path: Path) -> None:
    _load(tmp_path, delivery())
    later = _altered("mdtrt_d", lambda row: {"endtime": "2024-02-27 10:00:00", "inhosp_stas": "0"} if row["mdtrt_id"] == "M4" else {})
    report = _load(tmp_path, later)
    stay = Lake(tmp_path / "lake").scan("mdtrt_d").filter(pl.col("mdtrt_id") == "M4").collect()
    assert stay["inhosp_stas"].to_list() == ["0"]
    assert (report.tables["mdtrt_d"].rows_accepted, report.tables["mdtrt_d"].replaced_in_lake) == (1, 1)
    earlier = ingest(write(tmp_path / "earlier", delivery()), tmp_path / "lake")
    assert earlier.tables["mdtrt_d"].quarantined == {"superseded": 1}
    assert not earlier.changed


def test_of_two_contradicting_lines_with_nothing_to_tell_which_is_newer_the_smaller_amount_stands(tmp_path: Path) -> None:
    tables = delivery()
    tables["fee_list_d"].append(tables["fee_list_d"][0] | {"pric": "90.00", "det_item_fee_sumamt": "90.00", "inscp_amt": "90.00"})
    report = _load(tmp_path, tables)
    assert report.tables["fee_list_d"].quarantined == {"conflict": 1}
    line = Lake(tmp_path / "lake").scan("fee_list_d").filter(pl.col("bkkp_sn") == "L1").collect()
    assert [str(amount) for amount in line["det_item_fee_sumamt"]] == ["90.00"]


def test_a_closed_and_void_entry_of_an_institution_does_not_hide_the_valid_one(tmp_path: Path) -> None:
    tables = delivery()
    old = tables["fixmedins_b"][0] | {"fixmedins_name": "甲城中心卫生院", "hosp_lv": "09", "endtime": "2024-03-30 00:00:00", "vali_flag": "0"}
    tables["fixmedins_b"].insert(0, old)
    _load(tmp_path, tables)
    assert Lake(tmp_path / "lake").scan("fixmedins_b").collect()["hosp_lv"].sort().to_list() == ["02", "11"]


# --- broken rows ---


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"psn_no": ""}, "missing_required"),
        ({"psn_no": "NULL"}, "missing_required"),
        ({"fee_ocur_time": "2024-13-45 10:00:00"}, "bad_date"),
        ({"fee_ocur_time": "0000-00-00 00:00:00"}, "bad_date"),
        ({"fee_ocur_time": "1900-01-01 00:00:00"}, "implausible"),
        ({"det_item_fee_sumamt": "一百元"}, "bad_number"),
        ({"inscp_amt": "1O.00"}, "bad_number"),
        ({"cnt": "1e99"}, "bad_number"),
        ({"bkkp_sn": "4.3103E+18"}, "damaged_id"),
    ],
)
def test_a_row_with_an_unreadable_value_that_matters_goes_to_quarantine(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    report = _load(tmp_path, _altered("fee_list_d", lambda row: change if row["bkkp_sn"] == "L2" else {}))
    assert report.tables["fee_list_d"].quarantined == {reason: 1}
    assert report.tables["fee_list_d"].rows_accepted == 6
    row = _quarantined(tmp_path, report, "fee_list_d").row(0, named=True)
    (column,) = change
    assert (row["_detail"], row["_part"], row["_line"]) == (f"{reason}:{column}", "fee_list_d.csv.gz", 3)


@pytest.mark.parametrize("line", ["L9,M1,S1", "L9" + "," * 40, 'L9,"M1,S1'])
def test_a_row_of_the_wrong_width_or_with_a_stray_quote_costs_only_itself(tmp_path: Path, line: str) -> None:
    lines = csv_text(delivery()["fee_list_d"]).splitlines()
    lines.insert(3, line)
    report = _load(tmp_path, delivery(), fee_list_d="\n".join(lines).encode())
    assert report.tables["fee_list_d"].quarantined == {"ragged": 1}
    row = _quarantined(tmp_path, report, "fee_list_d").row(0, named=True)
    assert (row["_line"], row["_text"]) == (4, line)
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


def test_a_value_with_commas_quotes_and_line_breaks_is_one_value(tmp_path: Path) -> None:
    name = '甲城"中心",\n医院'
    _load(tmp_path, _altered("fixmedins_b", lambda row: {"fixmedins_name": name} if row["fixmedins_type"] == "1" else {}))
    assert name in Lake(tmp_path / "lake").scan("fixmedins_b").collect()["fixmedins_name"].to_list()


def test_bytes_of_no_encoding_cost_one_row(tmp_path: Path) -> None:
    text = csv_text(delivery()["fixmedins_b"]).encode() + b"H\xff\xff\xff,x,1,02,431002,,,1\n"
    report = _load(tmp_path, delivery(), fixmedins_b=text)
    assert report.tables["fixmedins_b"].quarantined == {"encoding": 1}


def test_rows_and_cents_balance_with_every_kind_of_dirt_at_once(tmp_path: Path) -> None:
    tables = delivery()
    lines = tables["fee_list_d"]
    lines += [lines[0], lines[2], lines[1] | {"psn_no": ""}, lines[3] | {"bkkp_sn": "L8", "fee_ocur_time": "?"}, lines[5] | {"setl_id": "S9"}]
    report = _load(tmp_path, tables).tables["fee_list_d"]
    assert (report.rows_read, report.rows_accepted, report.rows_repeated) == (12, 7, 2)
    assert report.quarantined == {"missing_required": 1, "bad_date": 1, "superseded": 1}
    # read: 100 + 200.10 + 50 − 50 + 29.93 + 12.50 + 12.50 = 355.03; again: 100 + 50; broken: 200.10 − 50; versions: 12.50
    assert (report.fen_read, report.fen_accepted, report.fen_repeated, report.fen_quarantined) == (66763, 35503, 15000, 16260)


# --- what is kept but told ---


def test_unknown_codes_are_kept_and_reported_with_their_rows(tmp_path: Path) -> None:
    report = _load(tmp_path, _altered("setl_d", lambda row: {"insutype": "999"} if row["setl_id"] == "S1" else {}))
    assert report.tables["setl_d"].unknown_codes == {"insutype": {"999": 1}}
    assert report.tables["setl_d"].rows_accepted == 4


def test_an_age_of_850_is_left_empty_and_told(tmp_path: Path) -> None:
    tables = delivery()
    keys = ("setl_id", "mdtrt_id", "psn_no", "fixmedins_code")
    tables["mdcs_fund_setl_list_d"] = [{key: tables["setl_d"][0][key] for key in keys} | {"age": "850"}]
    report = _load(tmp_path, tables)
    assert report.tables["mdcs_fund_setl_list_d"].blanked["age"].samples == ["850"]
    assert Lake(tmp_path / "lake").scan("mdcs_fund_setl_list_d").collect()["age"].to_list() == [None]


def test_an_optional_date_that_cannot_be_read_is_left_empty_and_an_open_end_is_no_date(tmp_path: Path) -> None:
    ends = {"M1": "soon", "M2": "9999-12-31 00:00:00", "M3": "0000-00-00 00:00:00"}
    report = _load(tmp_path, _altered("mdtrt_d", lambda row: {"endtime": ends[row["mdtrt_id"]]} if row["mdtrt_id"] in ends else {}))
    assert report.tables["mdtrt_d"].rows_accepted == 4
    assert (report.tables["mdtrt_d"].blanked["endtime"].rows, report.tables["mdtrt_d"].blanked["endtime"].samples) == (
        2,
        ["9999-12-31 00:00:00", "soon"],
    )


def test_amounts_with_more_than_two_decimals_are_rounded_and_told(tmp_path: Path) -> None:
    report = _load(tmp_path, _altered("fee_list_d", lambda row: {"det_item_fee_sumamt": "100.004"} if row["bkkp_sn"] == "L1" else {}))
    assert report.tables["fee_list_d"].rounded == {"det_item_fee_sumamt": 1}
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


def test_missing_optional_and_unknown_columns_are_reported(tmp_path: Path) -> None:
    rows = [{name: value for name, value in row.items() if name != "invono"} | {"remark": "x"} for row in delivery()["setl_d"]]
    report = _load(tmp_path, delivery(), setl_d=csv_text(rows).encode())
    assert (report.tables["setl_d"].columns_missing, report.tables["setl_d"].columns_unknown) == (["invono"], ["remark"])


def test_lines_that_come_before_their_visit_are_kept_and_counted(tmp_path: Path) -> None:
    tables = delivery()
    tables["mdtrt_d"] = tables["mdtrt_d"][1:]
    report = _load(tmp_path, tables)
    assert report.orphans["fee_lines_without_visit"] == 2
    assert report.tables["fee_list_d"].rows_accepted == 7


# --- deliveries that cannot be used ---


def test_absent_required_tables_and_columns_are_all_named_at_once_and_nothing_is_changed(tmp_path: Path) -> None:
    tables = delivery()
    del tables["fee_list_d"]
    rows = [{"setlid" if name == "setl_id" else name: value for name, value in row.items()} for row in tables["setl_d"]]
    folder = write(tmp_path / "in", tables | {"setl_d": rows})
    with pytest.raises(DeliveryError) as failure:
        ingest(folder, tmp_path / "lake")
    assert "required table fee_list_d (费用明细) is absent" in str(failure.value)
    assert "setl_d.csv.gz lacks the required column(s) setl_id. Did you mean 'setlid'?" in str(failure.value)
    assert not (tmp_path / "lake" / "lake.json").exists()


def test_a_later_delivery_may_bring_late_lines_alone(tmp_path: Path) -> None:
    tables = delivery()
    late = tables["fee_list_d"].pop(1)
    _load(tmp_path, tables)
    report = ingest(write(tmp_path / "late", {"fee_list_d": [late]}), tmp_path / "lake")
    assert report.rows_accepted == 1
    assert lake_files(tmp_path / "lake") == _clean(tmp_path)


def test_a_folder_without_any_table_says_what_was_expected_and_names_near_misses(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(DeliveryError, match="holds no table of the contract"):
        ingest(tmp_path / "in", tmp_path / "lake")
    folder = write(tmp_path / "good", delivery())
    (folder / "fee_lst_d.csv.gz").write_bytes(gzip.compress(b"a\n1\n"))
    (folder / "README.md").write_text("not data")
    assert ingest(folder, tmp_path / "lake").files_ignored == ["fee_lst_d.csv.gz. Did you mean 'fee_list_d'?"]


def test_the_manifest_names_no_time_and_no_place(tmp_path: Path) -> None:
    _load(tmp_path, delivery())
    manifest = json.loads((tmp_path / "lake" / "lake.json").read_text())
    assert sorted(manifest) == ["fingerprint", "n_buckets", "parts", "schemas", "version"]
    assert str(tmp_path) not in json.dumps(manifest)
