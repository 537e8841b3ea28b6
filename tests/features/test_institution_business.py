"""Institution features of volume, price, payment, staff, drugs and amounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from features.institution.business_size import business_size
from features.institution.cases_per_staff import cases_per_staff
from features.institution.complaints import complaints
from features.institution.digit_distance import digit_distance
from features.institution.drug_concentration import drug_concentration
from features.institution.fee_per_case import fee_per_case
from features.institution.from_afar_share import from_afar_share
from features.institution.fund_share import fund_share
from features.institution.lab_items_per_day import lab_items_per_day
from features.institution.no_physician_share import no_physician_share
from features.institution.odd_hours_share import odd_hours_share
from features.institution.outpatient_income_share import outpatient_income_share
from features.institution.outpatient_repeat_share import outpatient_repeat_share
from features.institution.outside_lab_share import outside_lab_share
from features.institution.over_ceiling_share import over_ceiling_share
from features.institution.physician_days_over import physician_days_over
from features.institution.physician_elsewhere_share import physician_elsewhere_share
from features.institution.physician_peak import physician_peak
from features.institution.price_to_ceiling import price_to_ceiling
from features.institution.price_to_median import price_to_median
from features.institution.refund_share import refund_share
from features.institution.round_amount_share import round_amount_share
from features.institution.same_day_split_share import same_day_split_share
from features.institution.supply_excess_share import supply_excess_share
from features.institution.top_persons_share import top_persons_share
from features.institution.visits_per_person import visits_per_person
from features.institution.volume_change import volume_change
from features.shared.category import CATEGORIES_ZH
from features.tables import Tables
from tests.features.support import of_institution

City = Callable[..., Tables]


@pytest.fixture
def houses(city: City) -> Tables:
    """Six secondary hospitals, of which H1 has ten and H2 no registered staff; one complaint names H1, one nobody."""
    registry = "\n".join(["fixmedins_code | hosp_lv", *(f"H{number} | 05" for number in range(1, 7))])
    return city(
        fixmedins_b=registry,
        medins_info_b="""
            medins_code | pro_techstf_psncnt
            H1          | 10
            H2          | 0
        """,
        rpt_cmpl_d="""
            cmpl_id | recv_time  | fixmedins_code
            1       | 2024-03-01 | H1
            2       | 2024-03-01 |
        """,
    )


def months(columns: str, *rows: str) -> str:
    return "\n".join([f"fixmedins_code | month | {columns}", *rows])


@pytest.mark.parametrize(
    ("unit", "numerator", "denominator"),
    [
        (same_day_split_share, "split_person_days", "settled_person_days"),
        (lab_items_per_day, "lab_item_days", "lab_person_days"),
        (visits_per_person, "person_days", "persons"),
        (no_physician_share, "lines_without_physician", "ordered_lines"),
        (outside_lab_share, "outside_lab_lines", "lines"),
        (fund_share, "fund_fen", "inscp_fen"),
        (price_to_ceiling, "capped_fen", "at_ceiling_fen"),
        (over_ceiling_share, "over_ceiling_fen", "capped_fen"),
    ],
    ids=lambda unit: getattr(unit, "feature_id", unit),
)
def test_sums_of_all_months_are_divided_and_nothing_by_nothing_has_no_value(houses: Tables, unit, numerator: str, denominator: str) -> None:
    drawn = months(f"{numerator} | {denominator}", "H1 | 2024-03 | 1 | 4", "H1 | 2024-04 | 3 | 12", "H2 | 2024-03 | 0 | 0")
    assert of_institution(unit, houses, institution_month=drawn) == {"H1": 0.25, "H2": None}


def test_refunds_are_shared_over_settlements_and_refunds(houses: Tables) -> None:
    assert of_institution(refund_share, houses, institution_month=months("refunds | settlements", "H1 | 2024-03 | 5 | 95")) == {"H1": 0.05}


def test_families_of_the_month_are_shared_over_their_own_base(houses: Tables) -> None:
    afar = months(
        "visits_from_afar | visits_known_origin | admissions_from_afar | admissions_known_origin",
        "H1 | 2024-03 | 1 | 10 | 3 | 4",
        "H2 | 2024-03 | 0 | 5 | 0 | 0",
    )
    assert of_institution(from_afar_share, houses, institution_month=afar) == {
        "H1 admissions": 0.75,
        "H1 visits": 0.1,
        "H2 admissions": None,
        "H2 visits": 0.0,
    }
    hours = months("night_visits | sunday_visits | timed_visits", "H1 | 2024-03 | 1 | 2 | 20")
    assert of_institution(odd_hours_share, houses, institution_month=hours) == {"H1 night": 0.05, "H1 sunday": 0.1}
    again = months("imaging_again_here | imaging_again_elsewhere | imaging_item_days", "H1 | 2024-03 | 2 | 1 | 10")
    assert of_institution(outpatient_repeat_share, houses, institution_month=again) == {"H1 elsewhere": 0.1, "H1 here": 0.2}


def test_income_is_shared_by_category_over_all_fees(houses: Tables) -> None:
    spent = {"drug": 60, "herb": 30, "lab": 10}
    drawn = months(
        " | ".join(f"{name}_fen" for name in CATEGORIES_ZH), "H1 | 2024-03 | " + " | ".join(str(spent.get(name, 0)) for name in CATEGORIES_ZH)
    )
    values = of_institution(outpatient_income_share, houses, institution_month=drawn)
    assert (values["H1 drug"], values["H1 herb"], values["H1 lab"], values["H1 exam"]) == (0.6, 0.3, 0.1, 0.0)


def test_round_amounts_are_shared_over_amounts_with_a_digit(houses: Tables) -> None:
    digits = " | ".join(f"digit_{digit}" for digit in range(1, 10))
    drawn = months(f"round_settlements | {digits}", "H1 | 2024-03 | 3 | 4 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 0")
    assert of_institution(round_amount_share, houses, institution_month=drawn) == {"H1": 0.5}


def test_digits_are_compared_with_those_of_the_other_houses_of_the_kind(houses: Tables) -> None:
    digits = " | ".join(f"digit_{digit}" for digit in range(1, 10))
    drawn = months(
        digits,
        "H1 | 2024-03 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 300",
        "H2 | 2024-03 | 300 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0",
        "H3 | 2024-03 | 300 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0",
        "H4 | 2024-03 | 9 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0",
    )
    values = of_institution(digit_distance, houses, institution_month=drawn)
    assert values["H1"] == 1.0
    assert values["H2"] is not None
    assert values["H2"] < 0.6
    assert "H4" not in values, "too few settlements to compare"


def test_fees_a_case_are_of_visits_and_of_settled_stays(houses: Tables) -> None:
    drawn = months("fee_fen | inpatient_fee_fen | visits | purchases", "H1 | 2024-03 | 5000 | 3000 | 15 | 5", "H2 | 2024-03 | 0 | 0 | 0 | 0")
    values = of_institution(fee_per_case, houses, institution_month=drawn, stay="fixmedins_code | fee_fen\nH1 | 3000\nH1 | 0")
    assert values == {"H1 stay": 3000.0, "H1 visit": 100.0, "H2 visit": None}


def test_a_jump_is_a_rise_from_month_to_month_with_small_numbers_held_back(houses: Tables) -> None:
    def year(house: str, *cases: int) -> list[str]:
        return [f"{house} | 2024-{number:02d} | {count} | 0 | 0" for number, count in enumerate(cases, start=1) if count]

    drawn = months(
        "visits | purchases | admissions", *year("H1", 100, 100, 100, 300, 300, 300), *year("H2", 1, 1, 3, 1, 1, 0), *year("H3", *[500] * 6)
    )
    values = of_institution(volume_change, houses, institution_month=drawn)
    assert values["H1 jump"] == pytest.approx(310 / 110, abs=1e-3)
    assert values["H1 recent"] == pytest.approx(310 / 110, abs=1e-3)
    assert values["H2 jump"] is not None
    assert values["H2 jump"] < 1.3
    assert values["H3 peak"] == 1.0


def test_the_rim_of_the_delivery_is_no_fall_or_rise(houses: Tables) -> None:
    full = [f"H1 | 2024-{number:02d} | 100 | 0 | 0" for number in range(1, 7)]
    drawn = months("visits | purchases | admissions", "H1 | 2023-12 | 2 | 0 | 0", *full)
    assert of_institution(volume_change, houses, institution_month=drawn)["H1 jump"] == 1.0


def test_work_is_held_against_registered_staff_and_none_gives_no_value(houses: Tables) -> None:
    drawn = months("visits", "H1 | 2024-03 | 50", "H2 | 2024-03 | 50", "H3 | 2024-03 | 50")
    values = of_institution(cases_per_staff, houses, institution_month=drawn, stay="fixmedins_code | los\nH1 | 20\nH1 | -")
    assert values == {"H1 bed_days": 2.0, "H1 visits": 5.0}


def test_the_top_persons_share_of_fees_counts_at_least_one_person_and_small_houses_have_none(houses: Tables) -> None:
    rows = [f"H1 | P{number} | 10" for number in range(19)] + ["H1 | P99 | 400", "H1 | P99 | 410", "H2 | P1 | 10"]
    assert of_institution(top_persons_share, houses, person_month="\n".join(["fixmedins_code | psn_no | fee_fen", *rows])) == {"H1": 0.81}


def test_prices_are_compared_code_by_code_with_the_median_of_the_tier(houses: Tables) -> None:
    rows = [f"H{number} | XN05 | 10.0 | 1000" for number in range(2, 7)] + ["H1 | XN05 | 10.0 | 1500", "H1 | 0025 | 1.0 | 900"]
    values = of_institution(price_to_median, houses, institution_item="\n".join(["fixmedins_code | hilist_code | item_cnt | item_fee_fen", *rows]))
    assert values["H1 drug"] == 1.5
    assert values["H2 drug"] == 1.0
    assert "H1 service" not in values, "nobody else sells it"


def test_few_drugs_that_bring_most_of_the_fees_are_a_concentration(houses: Tables) -> None:
    rows = [f"H1 | X{number:09d}A | {1000 if number < 5 else 100} | 5" for number in range(15)] + ["H2 | X000000001A | 100 | 5"]
    values = of_institution(
        drug_concentration, houses, institution_item="\n".join(["fixmedins_code | hilist_code | item_drug_fen | item_lines", *rows])
    )
    assert values == {"H1": 0.8333}


def test_supply_beyond_the_calendar_and_drugs_from_many_houses_are_shares_of_drug_months(houses: Tables) -> None:
    drawn = """
        fixmedins_code | drug_fen | max_supply_days | institutions
        H1             | 100      | 101.0           | 5
        H1             | 100      | 100.0           | 4
        H1             | 0        | 0.0             | 9
    """
    assert of_institution(supply_excess_share, houses, person_month=drawn) == {"H1 days": 0.5, "H1 houses": 0.5}


def test_a_physicians_fullest_days_and_days_over_the_limit(houses: Tables) -> None:
    rows = [f"D1 | H1 | 2024-03-{day:02d} | 30" for day in range(1, 20)] + [
        "D1 | H1 | 2024-03-20 | 81",
        "D2 | H2 | 2024-03-01 | 3",
        "D3 | H3 | 2024-03-01 | 0",
    ]
    drawn = "\n".join(["dr_code | fixmedins_code | date | dr_outpatients", *rows])
    assert of_institution(physician_days_over, houses, physician_day=drawn) == {"H1": 0.05, "H2": 0.0}
    assert of_institution(physician_peak, houses, physician_day=drawn) == {"H1": 30.0, "H2": 20.0}, "three patients are no load"


def test_a_physician_at_two_houses_on_one_day_counts_at_both(houses: Tables) -> None:
    drawn = "dr_code | fixmedins_code | date\nD1 | H1 | 2024-03-01\nD1 | H2 | 2024-03-01\nD1 | H1 | 2024-03-02\nD2 | H1 | 2024-03-01"
    assert of_institution(physician_elsewhere_share, houses, physician_day=drawn) == {"H1": 0.3333, "H2": 1.0}


def test_complaints_that_name_a_house_are_counted_by_hundred_person_months(houses: Tables) -> None:
    drawn = months("persons", "H1 | 2024-03 | 150", "H1 | 2024-04 | 50", "H2 | 2024-03 | 100")
    assert of_institution(complaints, houses, institution_month=drawn) == {"H1": 0.5, "H2": 0.0}


def test_size_is_told_as_plain_sums(houses: Tables) -> None:
    drawn = months(
        "settlements | persons | fee_fen | fund_fen | admissions", "H1 | 2024-03 | 5 | 4 | 1000 | 700 | 1", "H1 | 2024-04 | 1 | 1 | 10 | 7 | 0"
    )
    assert of_institution(business_size, houses, institution_month=drawn) == {
        "H1 fee_fen": 1010.0,
        "H1 fund_fen": 707.0,
        "H1 person_months": 5.0,
        "H1 settlements": 6.0,
        "H1 stays": 1.0,
    }
