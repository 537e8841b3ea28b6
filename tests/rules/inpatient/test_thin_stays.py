"""Stays of hardly any care in a house that treats its other patients."""

from __future__ import annotations

from models.rules.inpatient.thin_stays import thin_stays
from tests.rules.support import found

VISITS = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code\n"
FEES = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | pric | cnt | init_feedetl_sn\n"
BED, INFUSION, TREATED, TOKEN = "001109000010000", "001204000060000", 200, 20


def ward(house: str, care: list[int], *, first: int = TREATED, disease: str = "M51.202") -> tuple[str, str]:
    """Stays of six days with five beds; the care (yuan) of each stay's inner days 2–5, ``first`` on the first."""
    visits = fees = ""
    for n, yuan in enumerate(care):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | 2024-03-01 | 2024-03-06 | {disease}\n"
        for day in range(1, 6):
            fees += f"{stay}B{day} | {stay} | 2024-03-0{day} | {BED} | 60 | 1 |\n"
            fees += f"{stay}T{day} | {stay} | 2024-03-0{day} | {INFUSION} | {first if day == 1 else yuan} | 1 |\n"
    return visits, fees


def lake(city, *wards: tuple[str, str], more: str = "", **tables: str):
    return city(mdtrt_d=VISITS + "".join(v for v, _ in wards), fee_list_d=FEES + "".join(f for _, f in wards) + more, **tables)


PEERS = tuple(ward(f"G{n}", [TREATED] * 10) for n in range(3))


def test_four_stays_of_a_token_a_day_among_twelve_are_found_with_all_that_was_charged_on_those_days(city):
    findings = found(thin_stays, lake(city, ward("H1", [TREATED] * 8 + [TOKEN] * 4), *PEERS))
    assert findings["mdtrt_id"].to_list() == ["H1S10", "H1S11", "H1S8", "H1S9"]
    assert findings["bkkp_sns"].to_list()[0] == [f"H1S10{what}{day}" for what in "BT" for day in (2, 3, 4, 5)]
    assert findings["amount_at_issue"].to_list() == [320.0] * 4


def test_three_of_twelve_may_be_mild_cases(city):
    assert found(thin_stays, lake(city, ward("H1", [TREATED] * 9 + [TOKEN] * 3), *PEERS)).is_empty()


def test_where_the_habit_is_shown_stays_with_a_little_more_are_found_too(city):
    wards = ward("H1", [TREATED] * 7 + [TOKEN] * 4 + [75]), ward("H2", [TREATED] * 9 + [75]), *PEERS
    assert "H1S11" in found(thin_stays, lake(city, *wards))["mdtrt_id"].to_list()
    assert found(thin_stays, lake(city, *wards))["fixmedins_code"].unique().to_list() == ["H1"]


def test_a_house_that_treats_everybody_sparingly_has_a_style(city):
    assert found(thin_stays, lake(city, ward("H1", [80] * 8 + [55] * 4), *PEERS)).is_empty()


def test_care_posted_in_one_sum_on_the_first_day_is_care(city):
    assert found(thin_stays, lake(city, ward("H1", [TREATED] * 8 + [TOKEN] * 4, first=900), *PEERS)).is_empty()


def test_care_posted_in_one_sum_on_a_later_day_is_care(city):
    wards = ward("H1", [TREATED] * 8 + [TOKEN] * 4), *PEERS
    sums = "".join(f"H1S{n}X | H1S{n} | 2024-03-04 | {INFUSION} | {{}} | 1 |\n" for n in (8, 9, 10, 11))
    assert found(thin_stays, lake(city, *wards, more=sums.format(*[500] * 4))).is_empty()
    assert found(thin_stays, lake(city, *wards, more=sums.format(*[200] * 4))).height == 4


def test_a_patient_examined_on_two_days_and_then_sent_home_is_found(city):
    findings = found(thin_stays, lake(city, ward("H1", [TREATED] * 8 + [0] * 4, first=2 * TREATED), *PEERS))
    assert findings["mdtrt_id"].to_list() == ["H1S10", "H1S11", "H1S8", "H1S9"]


def test_where_a_usual_day_costs_more_than_bed_and_nursing_the_patient_was_treated(city):
    peers = tuple(ward(f"G{n}", [1000] * 10, first=1000) for n in range(3))
    assert found(thin_stays, lake(city, ward("H1", [1000] * 8 + [95] * 4, first=1000), *peers)).is_empty()
    assert found(thin_stays, lake(city, ward("H1", [1000] * 8 + [85] * 4, first=1000), *peers)).height == 4


def test_with_two_other_houses_the_house_would_set_its_own_measure(city):
    assert found(thin_stays, lake(city, ward("H1", [TREATED] * 8 + [TOKEN] * 4), *PEERS[:2])).is_empty()


def test_a_disease_is_compared_with_its_own_kind(city):
    """Peers give as little for a jaundiced back: letters differ, so nobody knows what is usual."""
    mild = tuple(ward(f"L{n}", [TOKEN] * 10, disease="R42.x00", first=TOKEN) for n in range(3))
    thin = ward("H1", [TREATED] * 8), ward("H1b", [TOKEN] * 4, disease="R42.x00", first=TOKEN)
    assert found(thin_stays, lake(city, *thin, *mild, *PEERS)).is_empty()


def test_emergencies_the_dying_and_cycles_are_left_out(city):
    wards = ward("H1", [TREATED] * 8 + [TOKEN] * 4), *PEERS
    urgent = "setl_id | mdtrt_id | adm_way_code\n" + "".join(f"SH1S{n} | H1S{n} | 1\n" for n in (8, 9, 10, 11))
    assert found(thin_stays, lake(city, *wards, mdcs_fund_setl_list_d=urgent)).is_empty()


def test_in_a_psychiatric_house_little_is_done_on_most_days(city):
    detail = "medins_code | medins_type_name\n" + "".join(f"{house} | 专科医院-精神\n" for house in ("H1", "G0", "G1", "G2"))
    assert found(thin_stays, lake(city, ward("H1", [TREATED] * 8 + [TOKEN] * 4), *PEERS, medins_info_b=detail)).is_empty()


def test_refunded_care_is_no_care(city):
    back = "".join(f"H1S7R{day} | H1S7 | 2024-03-07 | {INFUSION} | {TREATED} | -1 | H1S7T{day}\n" for day in (2, 3, 4, 5))
    findings = found(thin_stays, lake(city, ward("H1", [TREATED] * 9 + [TOKEN] * 3), *PEERS, more=back))
    assert "H1S7" in findings["mdtrt_id"].to_list()


def test_a_stay_without_a_diagnosis_is_not_judged(city):
    visits, fees = ward("H1", [TREATED] * 8 + [TOKEN] * 4)
    assert found(thin_stays, lake(city, (visits.replace("M51.202", ""), fees), *PEERS)).is_empty()


def test_a_bed_charged_twice_makes_one_day_of_little_care(city):
    twice = f"H1S8X2 | H1S8 | 2024-03-02 | {BED} | 60 | 1 |\n"
    findings = found(thin_stays, lake(city, ward("H1", [TREATED] * 8 + [TOKEN] * 4), *PEERS, more=twice))
    assert findings.height == 4
    assert findings.filter(mdtrt_id="H1S8")["amount_at_issue"].to_list() == [380.0]
