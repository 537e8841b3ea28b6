"""The lawful exceptions of the conduct rules, each by itself: what it clears and the nearest thing it does not."""

from __future__ import annotations

from features.parameters import City
from features.tables import Tables
from models.exceptions.acute_dialysis import acute_dialysis
from models.exceptions.chronic_prescription import chronic_prescription
from models.exceptions.dialysis_induction import dialysis_induction
from models.exceptions.dialysis_sent_out import dialysis_sent_out
from models.exceptions.given_on_the_spot import given_on_the_spot
from models.exceptions.multi_site_practice import multi_site_practice
from models.exceptions.several_newborns import several_newborns
from models.exceptions.split_pack import split_pack
from models.exceptions.terminal_outage import terminal_outage
from models.exceptions.treated_together import treated_together
from tests.rules.conduct.draw import HD, table

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code cnt pric"
PILL = "XC07ABM102A010010101111"


def cleared(unit, t: Tables, rule_id: str) -> list[str]:
    """The first key of all that the exception clears under the parameters of ``rule_id``, in order."""
    return sorted(unit.function(t, City.load()[rule_id]).select(unit.keys[0]).collect().to_series().to_list())


def test_dialysis_as_an_in_patient_is_cleared_and_outpatient_dialysis_is_not(city):
    t = city(
        fee_list_d=table(
            FEE,
            [("L1", "M1", "P1", "H1", 21, "2024-03-01 08:00", HD, 1, 400), ("L2", "M2", "P1", "H1", 14, "2024-03-03 08:00", HD, 1, 400)],
        )
    )
    assert cleared(acute_dialysis, t, "dialysis_over_frequency") == ["L1"]


def test_three_weeks_of_induction_are_cleared_for_who_is_new_in_the_data(city):
    rows = [
        ("O1", "MO1", "P9", "H1", 14, "2024-01-01 08:00", HD, 1, 400),
        ("N1", "MN1", "P1", "H1", 14, "2024-03-01 08:00", HD, 1, 400),
        ("N2", "MN2", "P1", "H1", 14, "2024-03-21 08:00", HD, 1, 400),
        ("N3", "MN3", "P1", "H1", 14, "2024-03-22 08:00", HD, 1, 400),
    ]
    assert cleared(dialysis_induction, city(fee_list_d=table(FEE, rows)), "dialysis_over_frequency") == ["N1", "N2"]


def test_a_stay_at_a_house_without_machines_is_cleared(city):
    t = city(
        mdtrt_d=table(
            "mdtrt_id fixmedins_code begntime endtime", [("S1", "H1", "2024-03-01", "2024-03-05"), ("S2", "H2", "2024-04-01", "2024-04-05")]
        ),
        dial_mach_b="fixmedins_code | mach_cnt\nH2 | 4",
    )
    assert cleared(dialysis_sent_out, t, "dialysis_during_stay_elsewhere") == ["S1"]


def test_chronic_and_special_drug_visits_are_cleared(city):
    rows = [(f"L{kind}", f"M{kind}", "P1", "H1", kind, "2024-03-01 08:00", PILL, 1, 30) for kind in (11, 13, 14, 15)]
    assert cleared(chronic_prescription, city(fee_list_d=table(FEE, rows)), "cost_shifted_to_outpatient") == ["M14", "M15"]


def test_injections_are_given_on_the_spot_and_pens_and_tablets_are_taken_home(city):
    codes = {"drip": "XB05XAL070B002010104346", "insulin": "XA10ADM050B002010102155", "tablet": PILL, "patent": "ZA09DAB0030010108327"}
    rows = [(name, f"M{name}", "P1", "H1", 11, "2024-03-01 08:00", code, 1, 30) for name, code in codes.items()]
    assert cleared(given_on_the_spot, city(fee_list_d=table(FEE, rows)), "drug_hoarding_over_shops") == [codes["drip"]]


def test_leave_for_several_sites_in_any_entry_clears_the_physician(city):
    t = city(dr_info_b=table("dr_code mul_prac_flag medins_code", [("D1", 0, "H1"), ("D1", 1, "H2"), ("D2", 0, "H1"), ("D3", None, "H1")]))
    assert cleared(multi_site_practice, t, "physician_at_two_places") == ["D1"]


def test_parts_of_a_pack_are_cleared_at_half_a_unit_or_half_the_price(city):
    rows = [(f"L{n}", f"M{n}", f"P{n}", "PA", 41, "2024-03-01 08:00", PILL, 1, 30) for n in range(4)]
    rows += [("half", "M8", "P8", "PA", 41, "2024-03-02 08:00", PILL, 0.5, 30), ("cheap", "M9", "P9", "PA", 41, "2024-03-02 08:00", PILL, 1, 14)]
    rows += [("sale", "M7", "P7", "PA", 41, "2024-03-02 08:00", PILL, 1, 15)]
    assert cleared(split_pack, city(fee_list_d=table(FEE, rows)), "trace_code_sold_twice") == ["cheap", "half"]


def test_a_visit_with_any_treatment_is_cleared_and_one_for_drugs_is_not(city):
    rows = [
        ("L1", "M1", "P1", "H1", 11, "2024-03-01 08:00", PILL, 1, 30),
        ("L2", "M1", "P1", "H1", 11, "2024-03-01 08:00", "001102000010000", 1, 10),
        ("L3", "M2", "P1", "H1", 11, "2024-03-02 08:00", PILL, 1, 30),
        ("L4", "M2", "P1", "H1", 11, "2024-03-02 08:00", "003402000210000", 1, 30),
    ]
    assert cleared(treated_together, city(fee_list_d=table(FEE, rows)), "cards_used_back_to_back") == ["M2"]


def test_a_day_on_which_the_terminal_saw_few_is_an_outage(city):
    import polars as pl

    seen = pl.LazyFrame(
        {
            "fixmedins_code": ["H1"] * 4 + ["H2"] * 5,
            "date": ["2024-03-01"] * 9,
            "psn_no": list("ABCDABCDE"),
            "seen": [True, True, False, False, True, True, True, False, False],
        }
    ).with_columns(pl.col("date").str.to_date())
    drawn = city(fee_list_d=table(FEE, [("L1", "M1", "P1", "H1", 11, "2024-03-01 08:00", PILL, 1, 30)]))
    assert cleared(terminal_outage, Tables(drawn.lake, None, extracted=seen), "dialysis_without_presence") == ["H1"]


def test_an_extra_session_for_heart_failure_is_cleared_and_a_plan_coded_so_is_not(city):
    def drawn(acute: int) -> Tables:
        days = [f"2024-03-{d:02d} 08:00" for d in (1, 3, 5, 6)]
        visits = [(f"M{n}", "P1", "H1", 14, day, "I50.900" if n < acute else "N18.500") for n, day in enumerate(days)]
        fees = [(f"L{n}", f"M{n}", "P1", "H1", 14, day, HD, 1, 400) for n, day in enumerate(days)]
        return city(mdtrt_d=table("mdtrt_id psn_no fixmedins_code med_type begntime dscg_maindiag_code", visits), fee_list_d=table(FEE, fees))

    assert cleared(acute_dialysis, drawn(1), "dialysis_over_frequency") == ["L0"]
    assert cleared(acute_dialysis, drawn(2), "dialysis_over_frequency") == []


def test_newborn_items_of_twins_are_cleared_and_those_of_a_single_child_are_not(city):
    def drawn(dx: str) -> Tables:
        names = [("L1", "001201000070000", "新生儿护理"), ("L2", "001109000010600", "普通病房床位费(新生儿床)"), ("L3", "001201000040000", "Ⅱ级护理")]
        fees = [(sn, "M1", "P1", "H1", 52, "2024-03-02 08:00", code, name, 1, 40) for sn, code, name in names]
        return city(
            mdtrt_d=table("mdtrt_id psn_no fixmedins_code med_type begntime dscg_maindiag_code", [("M1", "P1", "H1", 52, "2024-03-01 08:00", dx)]),
            fee_list_d=table(FEE.replace("hilist_code", "hilist_code hilist_name"), fees),
        )

    assert cleared(several_newborns, drawn("O30.000"), "service_frequency") == ["L1", "L2"]
    assert cleared(several_newborns, drawn("O80.000"), "service_frequency") == []
