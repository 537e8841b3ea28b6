"""One class of service swells the bill of a house's stays."""

from __future__ import annotations

import pytest

from models.rules.inpatient.item_piling import item_piling
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | adm_dept_name\n"
FEES = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | pric | cnt | init_feedetl_sn\n"
PHYSIO = "003401000010000"


def draw(
    city,
    *,
    guilty: int = 4,
    pric: int = 300,
    peers: int = 36,
    dx: tuple[str, ...] = ("M54.500", "I67.900", "K29.500"),
    dept: str = "骨科",
    end: str = "2024-03-08",
    extra: str = "",
    **tables: str,
):
    """``guilty`` stays of seven days at H1 with physiotherapy of ``pric`` in all; peers at H2 with 100."""
    stays = HEAD + "".join(f"M{n} | P{n} | H1 | 2024-03-01 | {end} | {dx[n % len(dx)]} | {dept}\n" for n in range(guilty))
    stays += "".join(f"C{n} | Q{n} | H2 | 2024-03-01 | {end} | {dx[n % len(dx)]} | {dept}\n" for n in range(peers))
    fees = FEES + "".join(
        f"A{n} | M{n} | 2024-03-02 | {PHYSIO} | {pric} | 1 |\nB{n} | M{n} | 2024-03-02 | 001204000060000 | 500 | 1 |\n" for n in range(guilty)
    )
    fees += "".join(
        f"X{n} | C{n} | 2024-03-02 | {PHYSIO} | 100 | 1 |\nY{n} | C{n} | 2024-03-02 | 001204000060000 | 500 | 1 |\n" for n in range(peers)
    )
    return city(mdtrt_d=stays, fee_list_d=fees + extra, **tables)


def test_three_times_the_peers_as_a_habit_is_found(city):
    findings = found(item_piling, draw(city))
    assert findings["mdtrt_id"].to_list() == ["M0", "M1", "M2", "M3"]
    assert findings["amount_at_issue"].to_list() == [300.0] * 4


def test_one_and_a_half_times_the_peers_is_the_boundary(city):
    assert found(item_piling, draw(city, pric=150)).height == 4
    assert found(item_piling, draw(city, pric=149)).is_empty()


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("two stays are no habit", {"guilty": 2}),
        ("too few peers give no percentile", {"peers": 9}),
        ("for one disease a house may have a pathway", {"dx": ("M54.500",)}),
        ("a rehabilitation ward exists for it", {"dept": "康复医学科"}),
        ("after a stroke it is the treatment", {"dx": ("I69.300", "S72.000", "G81.900")}),
        ("mother and child follow a programme of their own", {"dx": ("P59.901", "O80.000", "P22.800")}),
        ("the tests of a short stay all fall on one day", {"end": "2024-03-02"}),
    ],
)
def test_what_cannot_be_compared_or_is_lawful_is_cleared(city, why, change):
    assert found(item_piling, draw(city, **change)).is_empty(), why


def test_refunded_therapy_is_not_piled_up(city):
    back = "".join(f"R{n} | M{n} | 2024-03-03 | {PHYSIO} | 300 | -1 | A{n}\n" for n in range(4))
    assert found(item_piling, draw(city, extra=back)).is_empty()


def test_a_class_in_several_lines_makes_one_finding_a_stay(city):
    more = "".join(f"Z{n} | M{n} | 2024-03-04 | 003401000150000 | 50 | 1 |\n" for n in range(4))
    assert found(item_piling, draw(city, extra=more)).height == 4


def test_stays_without_a_diagnosis_are_compared_without_it(city):
    assert found(item_piling, draw(city, dx=("-", "M54.500", "I67.900"))).height == 4


def test_a_chinese_hospital_s_therapies_are_compared_with_other_chinese_hospitals_only(city):
    registry = "medins_code | medins_type_name\n"
    assert found(item_piling, draw(city, medins_info_b=f"{registry}H1 | 中医医院\n")).is_empty()
    assert found(item_piling, draw(city, medins_info_b=f"{registry}H1 | 中医医院\nH2 | 中西医结合医院\n")).height == 4
