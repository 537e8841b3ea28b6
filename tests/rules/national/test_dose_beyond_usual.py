"""Ten times what the same product is usually given."""

from __future__ import annotations

import pytest

from models.rules.national.dose_beyond_usual import dose_beyond_usual
from tests.rules.support import found, lines_of


def drawn(cnt: str, *, others: int = 9, days: str = "10", med_type: str = "11") -> dict[str, str]:
    rows = ["bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | prd_days | med_type"]
    rows += [f"A{number} | M{number} | 2024-03-02 | XC08CAA168A001010101748 | 2 | 10 | 11" for number in range(others)]
    rows.append(f"L1 | MX | 2024-03-02 | XC08CAA168A001010101748 | {cnt} | {days} | {med_type}")
    return {"fee_list_d": "\n".join(rows)}


def test_more_than_ten_times_the_usual_daily_quantity_is_found(city):
    assert lines_of(found(dose_beyond_usual, city(**drawn("22")), lines_min=10)) == [["L1"]]


@pytest.mark.parametrize(
    "lake",
    [drawn("20"), drawn("21"), drawn("22", others=8), drawn("22", days="-"), drawn("22", med_type="21")],
    ids=["ten times", "one pack less would not be too much", "too few lines", "no days", "in-patient"],
)
def test_what_shows_no_dose_is_left_alone(city, lake):
    assert found(dose_beyond_usual, city(**lake), lines_min=10).is_empty()
