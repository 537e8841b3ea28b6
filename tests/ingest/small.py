"""A small whole delivery, made in memory, that tests alter and write out as files."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from features.contracts import all_tables

Row = dict[str, str]
Tables = dict[str, list[Row]]

PERSONS = ("43100000000000000001", "43100000000000000002", "43100000000000000003")


def delivery() -> Tables:
    """Three persons, two institutions, four visits, five settlements (one a refund), nine fee lines over two months."""
    hospital, pharmacy = "H43100200001", "P43100200001"
    visits = [
        _visit("M1", PERSONS[0], hospital, "21", "2024-01-03 08:00:00", "2024-01-09 10:00:00"),
        _visit("M2", PERSONS[1], hospital, "11", "2024-01-05 09:00:00", "2024-01-05 09:30:00"),
        _visit("M3", PERSONS[2], pharmacy, "41", "2024-02-01 10:00:00", "2024-02-01 10:05:00"),
        _visit("M4", PERSONS[0], hospital, "21", "2024-02-20 08:00:00", "", inhosp_stas="1"),
    ]
    settlements = [
        _settlement("S1", "M1", PERSONS[0], hospital, "21", "2024-01-09 10:10:00", "300.10"),
        _settlement("S2", "M2", PERSONS[1], hospital, "11", "2024-01-05 09:31:00", "50.00"),
        _settlement("S3", "M2", PERSONS[1], hospital, "11", "2024-01-06 09:31:00", "-50.00", refd_setl_flag="1", init_setl_id="S2"),
        _settlement("S4", "M3", PERSONS[2], pharmacy, "41", "2024-02-01 10:06:00", "29.93"),
    ]
    lines = [
        _line("L1", "M1", "S1", PERSONS[0], hospital, "2024-01-03 09:00:00", "1", "100.00"),
        _line("L2", "M1", "S1", PERSONS[0], hospital, "2024-01-04 09:00:00", "2", "100.05"),
        _line("L3", "M2", "S2", PERSONS[1], hospital, "2024-01-05 09:10:00", "1", "50.00"),
        _line("L4", "M2", "S3", PERSONS[1], hospital, "2024-01-06 09:31:00", "-1", "50.00", init_feedetl_sn="L3"),
        _line("L5", "M3", "S4", PERSONS[2], pharmacy, "2024-02-01 10:04:00", "1", "29.93"),
        _line("L6", "M4", "", PERSONS[0], hospital, "2024-02-20 09:00:00", "1", "12.50"),
        _line("L7", "M4", "", PERSONS[0], hospital, "2024-02-21 09:00:00", "1", "12.50", vali_flag="0"),
    ]
    return {
        "fixmedins_b": [
            _row(
                "fixmedins_b",
                fixmedins_code=hospital,
                fixmedins_name="甲城中心医院",
                fixmedins_type="1",
                hosp_lv="02",
                fix_blng_admdvs="431002",
                vali_flag="1",
            ),
            _row(
                "fixmedins_b",
                fixmedins_code=pharmacy,
                fixmedins_name="甲城大药房",
                fixmedins_type="2",
                hosp_lv="11",
                fix_blng_admdvs="431002",
                vali_flag="1",
            ),
        ],
        "psn_info_b": [
            _row(
                "psn_info_b",
                psn_no=PERSONS[0],
                certno="431002195001010011",
                psn_name="张某甲",
                gend="1",
                brdy="1950-01-01",
                live_addr="甲城东河镇石湾村1号",
            ),
            _row(
                "psn_info_b",
                psn_no=PERSONS[1],
                certno="431002196002020022",
                psn_name="李某乙",
                gend="2",
                brdy="1960-02-02",
                live_addr="甲城东河镇石湾村2号",
            ),
            _row(
                "psn_info_b",
                psn_no=PERSONS[2],
                certno="431002197003030033",
                psn_name="王某丙",
                gend="2",
                brdy="1970-03-03",
                live_addr="甲城人民路12号3栋",
            ),
        ],
        "mdtrt_d": visits,
        "setl_d": settlements,
        "fee_list_d": lines,
    }


def _row(table: str, **values: str) -> Row:
    return dict.fromkeys((column.name for column in all_tables()[table].columns), "") | values


def _visit(mdtrt_id: str, psn_no: str, code: str, med_type: str, begins: str, ends: str, **more: str) -> Row:
    values = {"mdtrt_id": mdtrt_id, "psn_no": psn_no, "fixmedins_code": code, "med_type": med_type, "begntime": begins, "endtime": ends}
    return _row("mdtrt_d", **values | {"insutype": "310", "inhosp_stas": "0", "vali_flag": "1"} | more)


def _settlement(setl_id: str, mdtrt_id: str, psn_no: str, code: str, med_type: str, time: str, fee: str, **more: str) -> Row:
    values = {"setl_id": setl_id, "mdtrt_id": mdtrt_id, "psn_no": psn_no, "fixmedins_code": code, "med_type": med_type, "setl_time": time}
    amounts = {"medfee_sumamt": fee, "inscp_amt": fee, "fund_pay_sumamt": fee, "begndate": time[:10], "enddate": time[:10]}
    return _row("setl_d", **values | amounts | {"refd_setl_flag": "0", "mid_setl_flag": "0", "vali_flag": "1"} | more)


def _line(bkkp_sn: str, mdtrt_id: str, setl_id: str, psn_no: str, code: str, time: str, cnt: str, pric: str, **more: str) -> Row:
    fee = f"{float(cnt) * float(pric):.2f}"
    values = {"bkkp_sn": bkkp_sn, "mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": psn_no, "fixmedins_code": code, "fee_ocur_time": time}
    item = {"hilist_code": "001102000050000", "hilist_name": "住院诊查费", "list_type": "201", "med_chrgitm_type": "02", "chrgitm_lv": "01"}
    amounts = {"cnt": cnt, "pric": pric, "det_item_fee_sumamt": fee, "inscp_amt": fee}
    return _row("fee_list_d", **values | item | amounts | {"vali_flag": "1"} | more)


def csv_text(rows: Sequence[Mapping[str, str]], columns: Sequence[str] | None = None) -> str:
    """The rows as CSV with a header."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns or list(rows[0]), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def write(folder: Path, tables: Mapping[str, Sequence[Mapping[str, str]]], encoding: str = "utf-8") -> Path:
    """One CSV.gz a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(csv_text(rows).encode(encoding)))
    return folder


def lake_files(lake: Path) -> dict[str, bytes]:
    """Every committed file of a lake by its path, manifest included (parts replaced since stay on disk until the next load begins)."""
    manifest = (lake / "lake.json").read_bytes()
    return {part["path"]: (lake / part["path"]).read_bytes() for part in json.loads(manifest)["parts"]} | {"lake.json": manifest}
