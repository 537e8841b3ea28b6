"""Eight admissions within a year."""

from __future__ import annotations

import pytest

from models.rules.national.admissions_per_year import admissions_per_year
from tests.rules.national.case import Case
from tests.rules.support import found, lines_of

HIT = Case(
    at_fault=[],
    tables={
        "mdtrt_d": """
            mdtrt_id | begntime   | endtime    | med_type | dscg_maindiag_code | dscg_way
            M1       | 2024-01-01 | 2024-01-05 | 21       | J18.900            | 1
            M2       | 2024-02-01 | 2024-02-05 | 21       | J18.900            | 1
            M3       | 2024-03-01 | 2024-03-05 | 21       | J18.900            | 1
            M4       | 2024-04-01 | 2024-04-05 | 21       | J18.900            | 1
            M5       | 2024-05-01 | 2024-05-05 | 21       | J18.900            | 1
            M6       | 2024-06-01 | 2024-06-05 | 21       | J18.900            | 1
            M7       | 2024-07-01 | 2024-07-05 | 21       | J18.900            | 1
            M8       | 2024-08-01 | 2024-08-05 | 21       | J18.900            | 1
        """,
        "fee_list_d": """
            mdtrt_id | fee_ocur_time | hilist_code
            M1       | 2024-01-01    | 001102000050000
            M2       | 2024-02-01    | 001102000050000
            M3       | 2024-03-01    | 001102000050000
            M4       | 2024-04-01    | 001102000050000
            M5       | 2024-05-01    | 001102000050000
            M6       | 2024-06-01    | 001102000050000
            M7       | 2024-07-01    | 001102000050000
            M8       | 2024-08-01    | 001102000050000
        """,
    },
)

LAWFUL = {
    "seven": HIT.but("M8 | 2024-08-01 | 2024-08-05 | 21", "M8 | 2024-08-01 | 2024-08-05 | 11"),
    "courses of chemotherapy": HIT.but("J18.900", "Z51.100"),
    "one ended by transfer": HIT.but("M8 | 2024-08-01 | 2024-08-05 | 21 | J18.900 | 1", "M8 | 2024-08-01 | 2024-08-05 | 21 | J18.900 | 2"),
    "the eighth after more than a year": HIT.but("M8 | 2024-08-01 | 2024-08-05", "M8 | 2025-03-01 | 2025-03-05"),
}


def test_admissions_per_year_is_found(city):
    findings = found(admissions_per_year, city(**HIT.tables), **HIT.params)
    assert lines_of(findings) == [HIT.at_fault]


@pytest.mark.parametrize("why", LAWFUL)
def test_admissions_per_year_lets_pass(city, why):
    assert found(admissions_per_year, city(**LAWFUL[why].tables), **HIT.params).is_empty()
