"""Discharges followed by an unplanned readmission, against peers."""

from __future__ import annotations

import pytest

from models.rules.national.unplanned_readmission_rate import unplanned_readmission_rate
from tests.rules.support import found


def drawn(*, back: str = "2024-04-08", first: str = "J18.900", second: str = "J18.900", way: str = "1") -> dict[str, str]:
    visits = ["mdtrt_id | begntime | endtime | med_type | fixmedins_code | psn_no | dscg_maindiag_code | dscg_way"]
    lines = ["mdtrt_id | fee_ocur_time | hilist_code"]
    details = ["medins_code | medins_type_name"]
    for house in range(1, 6):
        details.append(f"H{house} | 综合医院")
        for stay in (1, 2):
            name = f"{house}{stay}"
            visits.append(f"M{name} | 2024-03-01 | 2024-03-08 | 21 | H{house} | P{name} | {first} | {way}")
            lines.append(f"M{name} | 2024-03-03 | 001109000010000")
    for person in ("51", "52"):
        visits.append(f"N{person} | {back} | 2024-05-20 | 21 | H9 | P{person} | {second} | 1")
        lines.append(f"N{person} | {back} | 001109000010000")
    return {"mdtrt_d": "\n".join(visits), "fee_list_d": "\n".join(lines), "medins_info_b": "\n".join(details)}


def test_readmissions_to_another_hospital_count_against_the_first(city):
    findings = found(unplanned_readmission_rate, city(**drawn()), cases_min=2)
    assert findings["fixmedins_code"].to_list() == ["H5"]


@pytest.mark.parametrize(
    "change", [{"back": "2024-04-09"}, {"second": "I10.x00"}, {"first": "Z51.100", "second": "Z51.100"}, {"way": "2"}, {"way": "5"}]
)
def test_a_later_another_or_a_planned_admission_is_no_readmission(city, change):
    assert found(unplanned_readmission_rate, city(**drawn(**change)), cases_min=2).is_empty()
