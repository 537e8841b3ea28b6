"""Stays in which nothing but needles and lamps was charged beside the bed."""

from __future__ import annotations

import pytest

from models.rules.inpatient.therapy_only_stays import therapy_only_stays
from tests.rules.support import found

NEEDLES, COUNT, DRUG, BED = "004300000010000", "002501010150000", "XM01AEB189A0010101", "001109000010000"


def house(
    name: str,
    bare: int,
    plain: int = 40,
    *,
    dx: str = "M54.500",
    los: int = 6,
    test_price: int = 1,
    way: str = "1",
    more: str | None = None,
    med_type: str = "21",
) -> tuple[str, str]:
    """``bare`` stays of six days with needles every day, one blood count of ``test_price`` yuan; ``plain`` others with drugs and tests."""
    visits = fees = ""
    for n in range(bare + plain):
        stay = f"{name}S{n}"
        kind = med_type if n < bare else "21"
        visits += f"{stay} | {name}P{n} | {name} | {kind} | 2024-03-04 | 2024-03-{4 + los:02d} | {dx} | {way}\n"
        for day in range(los):
            when = f"2024-03-{4 + day:02d}"
            fees += f"{stay}B{day} | {stay} | {BED} | {when} | 1 | 30 |\n{stay}N{day} | {stay} | {NEEDLES} | {when} | 1 | 40 |\n"
        price = test_price if n < bare else 80
        fees += f"{stay}C | {stay} | {COUNT} | 2024-03-04 | 1 | {price} |\n"
        if n >= bare:
            fees += f"{stay}D | {stay} | {DRUG} | 2024-03-04 | 1 | 120 |\n"
        elif more:
            fees += f"{stay}M | {stay} | {more} | 2024-03-05 | 1 | 5 |\n"
    return visits, fees


def lake(city, *houses: tuple[str, str], undo: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | med_type | begntime | endtime | dscg_maindiag_code | dscg_way\n"
    lines = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | cnt | pric | init_feedetl_sn\n"
    return city(mdtrt_d=visits + "".join(v for v, _ in houses), fee_list_d=lines + "".join(f for _, f in houses) + undo)


PEERS = (house("H7", 0), house("H8", 1), house("H9", 0), house("H6", 0))


def test_a_house_that_beds_stiff_backs_for_needles_alone_is_found(city):
    findings = found(therapy_only_stays, lake(city, house("H1", 8), *PEERS))
    assert findings.height == 8
    assert set(findings["fixmedins_code"]) == {"H1"}
    assert "检查检验" in findings["evidence"][0]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("who was examined was a patient", {"test_price": 40}),
        ("two days may be observation", {"los": 2}),
        ("a stroke needs rehabilitation in bed", {"dx": "I69.300"}),
        ("a course of rehabilitation", {"dx": "Z50.100"}),
        ("he left against advice", {"way": "4"}),
        ("an operation was what the stay was for", {"more": "003315000010000"}),
        ("maternity", {"med_type": "52"}),
    ],
)
def test_what_needs_a_bed_is_no_such_stay(city, why, change):
    assert found(therapy_only_stays, lake(city, house("H1", 8, **change), *PEERS)).is_empty(), why


def test_three_stays_are_the_nearest_miss(city):
    assert found(therapy_only_stays, lake(city, house("H1", 3, 10), *PEERS)).is_empty()
    assert found(therapy_only_stays, lake(city, house("H1", 4, 10), *PEERS)).height == 4


def test_where_all_houses_do_so_it_is_how_the_city_treats_backs(city):
    assert found(therapy_only_stays, lake(city, *(house(f"H{n}", 8) for n in range(1, 6)))).is_empty()


def test_treatments_taken_back_were_no_stay_of_treatments(city):
    back = "".join(f"R{n}{d} | H1S{n} | {NEEDLES} | 2024-03-09 | -1 | 40 | H1S{n}N{d}\n" for n in range(8) for d in range(6))
    assert found(therapy_only_stays, lake(city, house("H1", 8), *PEERS, undo=back)).is_empty()
