"""Some drugs need a hospital of the second level."""

from __future__ import annotations

import pytest

from models.rules.national.drug_level import drug_level
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "fixmedins_b": """
            fixmedins_code | hosp_lv
            H1             | 08
        """,
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code          | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | ZA09HAC0101010102129 | 参麦注射液       | 10
        """,
    },
)

LAWFUL = {
    "a secondary hospital": HIT.but("| 08", "| 07"),
    "an unknown level": HIT.but("| 08", "| -"),
}


def test_drug_level_is_found(city):
    findings = found(drug_level, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]
    assert findings["certainty"].to_list() == ["definite"]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_level_lets_pass(city, why):
    assert found(drug_level, city(**LAWFUL[why].tables), **HIT.params).is_empty()
