"""Psychiatric stays in which no drug of the mind was given."""

from __future__ import annotations

import pytest

from models.rules.inpatient.psychiatric_without_drugs import psychiatric_without_drugs
from tests.rules.support import found

WORK, OLANZAPINE, DIAZEPAM, ASPIRIN, HERBS = "001312000010000", "XN05AHA013A0010101", "XN05BAD063A0010101", "XB01ACA001A0010101", "ZA01AAA0001"


def house(
    name: str,
    undrugged: int,
    drugged: int = 20,
    *,
    dx: str = "F10.900",
    days: int = 9,
    given: str | None = ASPIRIN,
    way: str = "1",
    persons: int = 99,
) -> tuple[str, str]:
    """``undrugged`` stays with daily occupation and ``given`` once; ``drugged`` others with olanzapine."""
    visits = fees = ""
    for n in range(undrugged + drugged):
        stay = f"{name}S{n}"
        person = f"{name}P{n % persons}" if n < undrugged else f"{name}D{n}"
        month = 1 + n % 9
        visits += f"{stay} | {person} | {name} | 21 | 2024-{month:02d}-01 | 2024-{month:02d}-{1 + days:02d} | {dx} | {way}\n"
        fees += "".join(f"{stay}W{day} | {stay} | {WORK} | 2024-{month:02d}-{1 + day:02d} | 1 |\n" for day in range(days))
        drug = given if n < undrugged else OLANZAPINE
        if drug:
            fees += f"{stay}D | {stay} | {drug} | 2024-{month:02d}-02 | 1 |\n"
    return visits, fees


def lake(city, *houses: tuple[str, str], names: str = "精神病医院", undo: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | endtime | dscg_maindiag_code | dscg_way\n"
    lines = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | cnt | init_feedetl_sn\n"
    codes = sorted({visit.split(" | ")[2] for visit, _ in houses})
    return city(
        mdtrt_d=visits + "".join(v for v, _ in houses),
        fee_list_d=lines + "".join(f for _, f in houses) + undo,
        fixmedins_b="fixmedins_code | fixmedins_name\n" + "".join(f"{code} | {code}{names}\n" for code in codes),
    )


PEERS = (house("H7", 0), house("H8", 1), house("H9", 0))


def test_a_house_that_observes_drinkers_and_gives_them_nothing_is_found(city):
    findings = found(psychiatric_without_drugs, lake(city, house("H1", 8), *PEERS))
    assert findings.height == 8
    assert set(findings["fixmedins_code"]) == {"H1"}


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("withdrawal is treated with sedatives", {"given": DIAZEPAM}),
        ("treated with medicines of Chinese make", {"given": HERBS}),
        ("a drug under a code of the house's own may be for the mind", {"given": "X9900123"}),
        ("dementia needs care", {"dx": "F03.x00"}),
        ("five days are too short to tell", {"days": 5}),
        ("he left against advice", {"way": "4"}),
        ("one person who refuses his drugs", {"persons": 3}),
    ],
)
def test_what_needs_no_drug_or_got_one_is_cleared(city, why, change):
    assert found(psychiatric_without_drugs, lake(city, house("H1", 8, **change), *PEERS)).is_empty(), why


def test_three_persons_are_the_nearest_miss(city):
    assert found(psychiatric_without_drugs, lake(city, house("H1", 3, 3), *PEERS)).is_empty()
    assert found(psychiatric_without_drugs, lake(city, house("H1", 4, 3), *PEERS)).height == 4


def test_a_general_hospital_is_not_judged_and_a_city_that_treats_without_drugs_has_a_practice(city):
    assert found(psychiatric_without_drugs, lake(city, house("H1", 8), *PEERS, names="中心医院")).is_empty()
    assert found(psychiatric_without_drugs, lake(city, *(house(f"H{n}", 8) for n in range(1, 5)))).is_empty()


def test_drugs_taken_back_were_not_given(city):
    back = "".join(f"R{n} | H1S{n} | {OLANZAPINE} | 2024-{1 + n % 9:02d}-03 | -1 | H1S{n}D\n" for n in range(8))
    houses = (house("H1", 8, given=OLANZAPINE), *PEERS)
    assert found(psychiatric_without_drugs, lake(city, *houses)).is_empty()
    assert found(psychiatric_without_drugs, lake(city, *houses, undo=back)).height == 8
