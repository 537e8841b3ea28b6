"""Stays with an infection acquired in hospital, against peers."""

from __future__ import annotations

import pytest

from models.rules.national.hospital_infection_rate import hospital_infection_rate
from tests.rules.support import found


def drawn(condition: str, code: str) -> dict[str, str]:
    visits = ["mdtrt_id | begntime | endtime | med_type | fixmedins_code | psn_no"]
    lines = ["mdtrt_id | fee_ocur_time | hilist_code"]
    lists = ["setl_id | mdtrt_id | psn_no | fixmedins_code"]
    diagnoses = ["setl_list_diag_id | setl_id | psn_no | maindiag_flag | diag_code | adm_cond_type"]
    details = ["medins_code | medins_type_name"]
    for house in range(1, 6):
        details.append(f"H{house} | 综合医院")
        for stay in (1, 2):
            name = f"{house}{stay}"
            visits.append(f"M{name} | 2024-03-01 | 2024-03-08 | 21 | H{house} | P{name}")
            lines.append(f"M{name} | 2024-03-03 | 001109000010000")
            lists.append(f"SM{name} | M{name} | P{name} | H{house}")
            odd = house == 5
            diagnoses.append(f"{name} | SM{name} | P{name} | 1 | {code if odd else 'I10.x00'} | {condition if odd else '1'}")
    tables = {"mdtrt_d": visits, "fee_list_d": lines, "mdcs_fund_setl_list_d": lists, "mdcs_fund_setl_list_diag_d": diagnoses}
    return {name: "\n".join(rows) for name, rows in {**tables, "medins_info_b": details}.items()}


def test_infections_not_present_on_admission_are_counted(city):
    findings = found(hospital_infection_rate, city(**drawn("4", "J15.900")), cases_min=2)
    assert findings["fixmedins_code"].to_list() == ["H5"]


@pytest.mark.parametrize(("condition", "code"), [("1", "J15.900"), ("-", "J15.900"), ("4", "I48.x00")])
def test_infections_brought_along_and_other_complications_are_not(city, condition, code):
    assert found(hospital_infection_rate, city(**drawn(condition, code)), cases_min=2).is_empty()
