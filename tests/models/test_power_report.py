"""The power test's report: what is hardly seen stands first, whether it fails at little or at much of the fraud."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl

from flows.documents.power_report import power_page, power_workbook

#: plant, kind, share found at 10 %, at 100 %, and of the same kind at 100 %
TRIED = (
    ("bed_hanging", "bed_hanging", 0.1, 0.9, 0.9),
    ("rented_physician", "licence_rental", 1.0, 0.0, 0.0),
    ("bed_days_twice", "duplicate_charge", 1.0, 1.0, 0.25),
)


def curves() -> pl.DataFrame:
    rows = [
        {
            "plant_id": plant,
            "kind": kind,
            "strength": strength,
            "cases": 20,
            "share_found": share,
            "share_found_same_kind": same,
            "yuan": 1000.0,
            "yuan_found": 1000.0 * share,
            "houses": 3,
            "median_rank": 20.0,
            "median_rank_before": 40.0,
            "cost_to_reach": 60_000.0,
            "share_red": 0.0,
            "share_suspected": 0.5,
        }
        for plant, kind, low, high, same in TRIED
        for strength, share in ((0.1, low), (1.0, high))
    ]
    return pl.DataFrame(rows)


def hardly_seen(page: str) -> str:
    return page.split("系统看不清的手法")[1].split("逐项结果", maxsplit=1)[0]


def test_what_fails_at_little_or_at_all_of_the_business_is_hardly_seen_and_what_is_found_is_not() -> None:
    told = hardly_seen(power_page(curves(), [], 178))
    assert "挂床" in told
    assert "借外院医师名义开单" in told
    assert "床位费加倍" not in told


def test_the_page_shows_how_much_is_found_under_its_own_kind() -> None:
    row = power_page(curves(), [], 178).split("逐项结果")[1].split("床位费加倍")[1].split("</tr>")[0]
    assert ">25%</td>" in row


def test_the_page_names_the_kinds_that_were_not_tried() -> None:
    assert "没有试到的违规类型" in power_page(curves(), [], 178)


def test_every_sheet_of_the_workbook_prints_one_page_wide(tmp_path: Path) -> None:
    power_workbook(tmp_path / "power.xlsx", curves(), [])
    book = openpyxl.load_workbook(tmp_path / "power.xlsx")
    assert book.sheetnames == ["说明", "检出能力", "曲线", "未能植入"]
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.page_setup.orientation == "landscape"
