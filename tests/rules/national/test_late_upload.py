"""Outpatient visits settled long after they ended."""

from __future__ import annotations

import pytest

from models.rules.national.late_upload import late_upload
from tests.rules.support import found


def drawn(late: int, *, settled: str = "2024-03-10 09:00", med_type: str = "11", reason: str = "-") -> dict[str, str]:
    visits = ["mdtrt_id | begntime | endtime | med_type"]
    lines = ["mdtrt_id | fee_ocur_time | hilist_code"]
    settlements = ["setl_id | mdtrt_id | setl_time | manl_reim_rea"]
    for number in range(10):
        visits.append(f"M{number} | 2024-03-02 08:00 | 2024-03-02 09:00 | {med_type}")
        lines.append(f"M{number} | 2024-03-02 | 001102000010000")
        settlements.append(f"SM{number} | M{number} | {settled if number < late else '2024-03-02 10:00'} | {reason}")
    return {"mdtrt_d": "\n".join(visits), "fee_list_d": "\n".join(lines), "setl_d": "\n".join(settlements)}


def test_an_institution_that_settles_four_of_ten_visits_eight_days_late_is_found(city):
    assert found(late_upload, city(**drawn(4)), settlements_min=10).height == 1


@pytest.mark.parametrize(
    "lake",
    [drawn(3), drawn(4, settled="2024-03-09 23:00"), drawn(4, med_type="21"), drawn(4, reason="异地急诊")],
    ids=["three of ten", "seven days", "in-patients", "manual reimbursement"],
)
def test_single_late_settlements_are_normal(city, lake):
    assert found(late_upload, city(**lake), settlements_min=10).is_empty()
