"""Five drugs on a prescription."""

from __future__ import annotations

import pytest

from models.rules.national.prescription_kinds import prescription_kinds
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L1", "L2", "L3", "L4", "L5", "L6"],
    tables={
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code             | hilist_name | rx_drord_no
            L1      | M1       | 2024-03-02    | XA01AAA001A001010100001 | 药1          | R1
            L2      | M1       | 2024-03-02    | XA02AAA002A001010100001 | 药2          | R1
            L3      | M1       | 2024-03-02    | XA03AAA003A001010100001 | 药3          | R1
            L4      | M1       | 2024-03-02    | XA04AAA004A001010100001 | 药4          | R1
            L5      | M1       | 2024-03-02    | XA05AAA005A001010100001 | 药5          | R1
            L6      | M1       | 2024-03-02    | XA06AAA006A001010100001 | 药6          | R1
        """,
    },
)

LAWFUL = {
    "the sixth on another prescription": HIT.but("药6 | R1", "药6 | R2"),
    "the sixth is a solvent": HIT.but("药6", "0.9%氯化钠注射液"),
    "two packs of one drug": HIT.but("XA06AAA006A", "XA05AAA005A"),
    "no prescription number": HIT.but("R1", "-"),
    "a patent drug may be on a sheet of its own": HIT.but("XA06AAA006A001010100001", "ZA06AAA0060010100001   "),
    "a chronic-disease visit gathers several prescriptions": Case(HIT.at_fault, {**HIT.tables, "mdtrt_d": "mdtrt_id | med_type\nM1 | 14"}),
    "a pharmacy's receipt is no prescription": Case(HIT.at_fault, {**HIT.tables, "mdtrt_d": "mdtrt_id | med_type\nM1 | 41"}),
}


def test_six_patent_drugs_on_one_sheet_are_found_too(city):
    six = HIT
    for n in range(1, 7):
        six = six.but(f"XA0{n}AAA00{n}A001010100001", f"ZA0{n}AAA00{n}0010100001")
    assert lines_of(found(prescription_kinds, city(**six.tables))) == [HIT.at_fault]


def test_prescription_kinds_is_found(city):
    findings = found(prescription_kinds, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_prescription_kinds_lets_pass(city, why):
    assert found(prescription_kinds, city(**LAWFUL[why].tables), **HIT.params).is_empty()
