"""What the work-injury insurance pays is not paid by basic insurance."""

from __future__ import annotations

import pytest

from models.rules.national.drug_work_injury_only import drug_work_injury_only
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type | insutype
            M1       | 2024-03-01 08:00 | 2024-03-08 10:00 | 21       | 310
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code          | hilist_name | inscp_amt
            L1      | M1       | 2024-03-02 09:00 | ZH01AAB0066010100716 | 项目          | 10
        """,
    },
)

LAWFUL = {
    "settled by the work-injury insurance": HIT.but("310", "410"),
    "paid by the patient": HIT.but("| 10", "| 0"),
    "a drug without that limit": HIT.but("ZH01AAB0066010100716", "ZA01AAG0012010108549"),
}

STILL_A_HIT = {
    "residents are insured by basic insurance too": HIT.but("310", "390"),
    "another maker's product of the same generic": HIT.but("ZH01AAB0066010100716", "ZH01AAB0066010199999"),
}


def test_drug_work_injury_only_is_found(city):
    findings = found(drug_work_injury_only, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_drug_work_injury_only_lets_pass(city, why):
    assert found(drug_work_injury_only, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_drug_work_injury_only_still_finds(city, why):
    assert lines_of(found(drug_work_injury_only, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]


def test_a_product_known_only_by_its_generic_is_suspected(city):
    t = city(**HIT.but("ZH01AAB0066010100716", "ZH01AAB0066010199999").tables)
    assert found(drug_work_injury_only, t)["certainty"].to_list() == ["suspected"]


def test_what_most_houses_of_the_city_do_is_no_fault_of_one(city):
    visits = ["mdtrt_id | begntime | endtime | med_type | insutype | fixmedins_code"]
    lines = ["bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | inscp_amt"]
    for number in range(1, 6):
        visits.append(f"M{number} | 2024-03-01 | 2024-03-08 | 21 | 310 | H{number}")
        lines.append(f"L{number} | M{number} | 2024-03-02 | ZH01AAB0066010100716 | 10")
    everybody = {"mdtrt_d": "\n".join(visits), "fee_list_d": "\n".join(lines)}
    assert found(drug_work_injury_only, city(**everybody)).is_empty()
    four = {"mdtrt_d": "\n".join(visits[:-1]), "fee_list_d": "\n".join(lines[:-1])}
    assert found(drug_work_injury_only, city(**four)).height == 4
