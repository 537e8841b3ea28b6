"""A pharmacy sells on the cards of people who lie in various hospitals."""

from __future__ import annotations

import pytest

from models.rules.inpatient.bought_here_hospitalised_there import bought_here_hospitalised_there
from tests.rules.support import found, lines_of

FEES = "bkkp_sn | mdtrt_id | psn_no | fixmedins_code | fee_ocur_time | hilist_code | med_type | init_feedetl_sn | cnt\n"
DRUG = "XC08CAA001A001010102180"
LAB, ROUND = "002501010150000", "001102000050000"
FIVE = ["H1", "H1", "H2", "H3", "H3"]


def draw(city, hospitals, *, day: str = "2024-04-04", ward: str = LAB, pool: int = 7, undo: bool = False, face: str = "", elsewhere: int = 0):
    """One patient of each of ``hospitals`` has drugs bought at PA on ``day``; ``elsewhere`` of them buy at PB too, and 20 others at both."""
    stays = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime\n"
    fees, settled, faces = "", "setl_id | mdtrt_id | hifp_pay\n", "rcd_id | psn_no | fixmedins_code | scene_type | begntime | match_score\n"
    for n, house in enumerate(hospitals):
        stays += f"M{n} | P{n} | {house} | 2024-04-01 | 2024-04-08\n"
        fees += f"B{n} | M{n} | P{n} | {house} | {day} | 001109000010000 | 21 | | \nD{n} | M{n} | P{n} | {house} | {day} | {ward} | 21 | | \n"
        for shop in ("PA", "PB")[: 2 if n < elsewhere else 1]:
            fees += f"V{shop}{n} | V{shop}{n} | P{n} | {shop} | {day} | {DRUG} | 41 | | \n"
            settled += f"SV{shop}{n} | V{shop}{n} | {pool}\n"
        if undo:
            fees += f"R{n} | VPA{n} | P{n} | PA | {day} | {DRUG} | 41 | VPA{n} | -1\n"
        if face:
            faces += f"F{n} | P{n} | PA | 3 | {day} 10:00 | {face}\n"
    for n in range(20):
        fees += "".join(f"N{shop}{n} | N{shop}{n} | Q{n} | {shop} | {day} | {DRUG} | 41 | | \n" for shop in ("PA", "PB"))
    return city(mdtrt_d=stays, fee_list_d=FEES + fees, setl_d=settled, **({"scene_rcd_d": faces} if face else {}))


def test_five_patients_of_three_hospitals_buy_here_on_days_of_care_there(city):
    findings = found(bought_here_hospitalised_there, draw(city, FIVE))
    assert findings.select("fixmedins_code", "kind").unique().rows() == [("PA", "impersonation")]
    assert sorted(lines_of(findings)) == [[f"VPA{n}"] for n in range(5)]
    assert findings["related_bkkp_sns"].explode().sort().to_list() == [f"D{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("why", "hospitals", "change"),
    [
        ("four may be relatives", FIVE[:4], {}),
        ("the pharmacy at one hospital's gate", ["H1", "H1", "H1", "H1", "H2", "H3"], {}),
        ("the ward gave nothing that day: the bed may be empty", FIVE, {"ward": ROUND}),
        ("the day of admission", FIVE, {"day": "2024-04-01"}),
        ("bought from the family's personal account", FIVE, {"pool": 0}),
        ("bought and brought back", FIVE, {"undo": True}),
        ("the terminal knew the patient himself", FIVE, {"face": "0.95"}),
        ("as common at the other pharmacy", FIVE, {"elsewhere": 5}),
    ],
)
def test_lawful_purchases(city, why, hospitals, change):
    assert found(bought_here_hospitalised_there, draw(city, hospitals, **change)).is_empty(), why


def test_a_strangers_face_is_not_the_patients(city):
    assert found(bought_here_hospitalised_there, draw(city, FIVE, face="0.40")).height == 5
