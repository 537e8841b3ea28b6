"""Thirty days of one course are paid."""

from __future__ import annotations

import pytest

from models.rules.national.service_course import service_course
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=["L31"],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime         | endtime          | med_type
            M1       | 2024-03-01 08:00 | 2024-04-20 10:00 | 21
        """,
        "fee_list_d": """
            bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | hilist_name
            L01     | M1       | 2024-03-01    | 003402000210000 | 减重支持系统训练
            L02     | M1       | 2024-03-02    | 003402000210000 | 减重支持系统训练
            L03     | M1       | 2024-03-03    | 003402000210000 | 减重支持系统训练
            L04     | M1       | 2024-03-04    | 003402000210000 | 减重支持系统训练
            L05     | M1       | 2024-03-05    | 003402000210000 | 减重支持系统训练
            L06     | M1       | 2024-03-06    | 003402000210000 | 减重支持系统训练
            L07     | M1       | 2024-03-07    | 003402000210000 | 减重支持系统训练
            L08     | M1       | 2024-03-08    | 003402000210000 | 减重支持系统训练
            L09     | M1       | 2024-03-09    | 003402000210000 | 减重支持系统训练
            L10     | M1       | 2024-03-10    | 003402000210000 | 减重支持系统训练
            L11     | M1       | 2024-03-11    | 003402000210000 | 减重支持系统训练
            L12     | M1       | 2024-03-12    | 003402000210000 | 减重支持系统训练
            L13     | M1       | 2024-03-13    | 003402000210000 | 减重支持系统训练
            L14     | M1       | 2024-03-14    | 003402000210000 | 减重支持系统训练
            L15     | M1       | 2024-03-15    | 003402000210000 | 减重支持系统训练
            L16     | M1       | 2024-03-16    | 003402000210000 | 减重支持系统训练
            L17     | M1       | 2024-03-17    | 003402000210000 | 减重支持系统训练
            L18     | M1       | 2024-03-18    | 003402000210000 | 减重支持系统训练
            L19     | M1       | 2024-03-19    | 003402000210000 | 减重支持系统训练
            L20     | M1       | 2024-03-20    | 003402000210000 | 减重支持系统训练
            L21     | M1       | 2024-03-21    | 003402000210000 | 减重支持系统训练
            L22     | M1       | 2024-03-22    | 003402000210000 | 减重支持系统训练
            L23     | M1       | 2024-03-23    | 003402000210000 | 减重支持系统训练
            L24     | M1       | 2024-03-24    | 003402000210000 | 减重支持系统训练
            L25     | M1       | 2024-03-25    | 003402000210000 | 减重支持系统训练
            L26     | M1       | 2024-03-26    | 003402000210000 | 减重支持系统训练
            L27     | M1       | 2024-03-27    | 003402000210000 | 减重支持系统训练
            L28     | M1       | 2024-03-28    | 003402000210000 | 减重支持系统训练
            L29     | M1       | 2024-03-29    | 003402000210000 | 减重支持系统训练
            L30     | M1       | 2024-03-30    | 003402000210000 | 减重支持系统训练
            L31     | M1       | 2024-03-31    | 003402000210000 | 减重支持系统训练
        """,
    },
)

LAWFUL = {
    "thirty days": HIT.but("| 2024-03-31", "| 2024-03-30"),
    "a new course after a pause of more than sixty days": HIT.but("| 2024-03-31", "| 2024-05-30"),
    "paid by another item": HIT.but("003402000210000", "003402000290000"),
}

STILL_A_HIT = {
    "a pause of sixty days is the same course": HIT.but("| 2024-03-31", "| 2024-05-29"),
}


def test_service_course_is_found(city):
    findings = found(service_course, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_service_course_lets_pass(city, why):
    assert found(service_course, city(**LAWFUL[why].tables), **HIT.params).is_empty()


@pytest.mark.parametrize("why", STILL_A_HIT)
def test_service_course_still_finds(city, why):
    assert lines_of(found(service_course, city(**STILL_A_HIT[why].tables), **HIT.params)) == [HIT.at_fault]
