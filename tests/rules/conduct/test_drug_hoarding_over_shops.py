"""One card, several shops, more drugs than anybody can take."""

from __future__ import annotations

import pytest

from models.rules.conduct.drug_hoarding_over_shops import drug_hoarding_over_shops
from tests.rules.conduct.draw import day, table
from tests.rules.support import found

FEE = "bkkp_sn mdtrt_id psn_no fixmedins_code fee_ocur_time hilist_code pric prd_days cnt init_feedetl_sn"
PILLS = ("ZA09DAB0030010108327", "XB01AFL060A001010102681")
DRIP = ("XB05XAL070B002010104346", "XB05XAL071B002010104346")


def circuit(
    city, *, persons=("P1", "P2"), every: int = 10, days: int = 30, shops=("PA", "PB", "PC"), drugs=PILLS, kind: str = "", undo=(), rounds=12
):
    """Each person buys ``days`` days of each drug every ``every`` days, shop after shop."""
    rows = [
        (f"{who}-{n}-{k}", f"M{who}{n}", who, shops[n % len(shops)], f"{day(every * n)} 10:00", drug, 50, days or None, 1, None)
        for who in persons
        for n in range(rounds)
        for k, drug in enumerate(drugs)
    ]
    return city(fee_list_d=table(FEE, [*rows, *undo]))


def test_two_persons_on_a_round_of_three_shops_are_found_at_each_shop(city):
    findings = found(drug_hoarding_over_shops, circuit(city))
    assert findings.select("psn_no", "fixmedins_code").unique().height == 6
    # 30 days bought every 10: at the second purchase 20 days are in hand, more than a refill before its time
    assert {int(line.split("-")[1]) for lines in findings["bkkp_sns"] for line in lines} == set(range(1, 12))
    assert findings["kind"].unique().to_list() == ["drug_hoarding"]


def test_one_customer_proves_nothing_against_a_shop(city):
    assert found(drug_hoarding_over_shops, circuit(city, persons=("P1",))).is_empty()


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("a month bought every month", {"every": 30}),
        ("three months bought every three months", {"every": 90, "days": 90, "rounds": 4}),
        ("half as much again every time", {"every": 21, "rounds": 8}),
        ("two shops", {"shops": ("PA", "PB")}),
        ("one drug, taken by two", {"drugs": PILLS[:1], "every": 15}),
        ("infusions are given on the spot", {"drugs": DRIP}),
        ("no days known", {"days": 0}),
    ],
)
def test_lawful_reasons_for_much_medicine(city, why, change):
    assert found(drug_hoarding_over_shops, circuit(city, **change)).is_empty(), why


def test_boxes_taken_back_are_no_supply(city):
    undo = [
        (f"R-{who}-{n}-{k}", f"M{who}{n}", who, ("PA", "PB", "PC")[n % 3], f"{day(10 * n)} 12:00", drug, 50, 30, -1, f"{who}-{n}-{k}")
        for who in ("P1", "P2")
        for n in range(12)
        for k, drug in enumerate(PILLS)
        if n % 3
    ]
    assert found(drug_hoarding_over_shops, circuit(city, undo=undo)).is_empty()


def same_day(city, *, days: int, shops=("PA", "PB"), kind: str = "41", persons=("P1", "P2"), drugs=PILLS):
    """Each person buys a week of each drug once a month, at each of the shops on the same day, on ``days`` days."""
    head = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code pric prd_days"
    rows = [
        (f"{who}-{n}-{at}-{k}", f"M{who}{n}{at}", who, at, kind, f"{day(30 * n)} {10 + hour}:00", drug, 50, 7)
        for who in persons
        for n in range(days)
        for hour, at in enumerate(shops)
        for k, drug in enumerate(drugs)
    ]
    return city(fee_list_d=table(head, rows))


@pytest.mark.parametrize(("days", "hits"), [(4, 0), (5, 4)])
def test_the_same_drugs_at_two_shops_on_one_day_on_five_days_are_hoarded_whatever_the_days(city, days, hits):
    assert found(drug_hoarding_over_shops, same_day(city, days=days)).height == hits


def test_what_no_physician_prescribed_is_all_at_fault_else_only_the_second_shops(city):
    unprescribed = found(drug_hoarding_over_shops, same_day(city, days=6))
    assert sum(len(lines) for lines in unprescribed["bkkp_sns"]) == 2 * 6 * 2 * 2
    prescribed = found(drug_hoarding_over_shops, same_day(city, days=6, kind="11"))
    assert {line.split("-")[2] for lines in prescribed["bkkp_sns"] for line in lines} == {"PB"}


def test_one_drug_fetched_at_two_shops_is_a_shop_out_of_stock(city):
    assert found(drug_hoarding_over_shops, same_day(city, days=8, drugs=PILLS[:1])).is_empty()


@pytest.mark.parametrize(("times", "hits"), [(4, False), (5, True)])
def test_what_goes_into_the_same_bags_again_and_again_unprescribed_is_at_fault_too(city, times, hits):
    head = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code pric prd_days"
    pen = "XA10BJS279B002010283568"
    rows = [
        (f"{who}-{n}-{at}-{k}", f"M{who}{n}{at}", who, at, "41", f"{day(30 * n)} {10 + hour}:00", drug, 50, 7)
        for who in ("P1", "P2")
        for n in range(8)
        for hour, at in enumerate(("PA", "PB"))
        for k, drug in enumerate((*PILLS, pen))
        if drug != pen or (at == "PA" and n < times)
    ]
    lines = [line for found_lines in found(drug_hoarding_over_shops, city(fee_list_d=table(head, rows)))["bkkp_sns"] for line in found_lines]
    assert any(line.endswith("-2") for line in lines) is hits


@pytest.mark.parametrize(("persons", "named"), [(3, {"PA", "PB"}), (4, {"PA", "PB", "PC"})])
def test_a_shop_that_met_many_hoarders_answers_for_a_smaller_part(city, persons, named):
    """At PC each buys an eighth of what he does not need."""
    head = "bkkp_sn mdtrt_id psn_no fixmedins_code med_type fee_ocur_time hilist_code pric prd_days"
    rows = [
        (f"Q{who}-{n}-{at}-{k}", f"M{who}{n}{at}", f"Q{who}", at, "41", f"{day(30 * n)} {10 + hour}:00", drug, 50, 7)
        for who in range(persons)
        for n in range(7)
        for hour, at in enumerate(("PA", "PB", "PC"))
        for k, drug in enumerate(PILLS)
        if at != "PC" or n < 2
    ]
    assert set(found(drug_hoarding_over_shops, city(fee_list_d=table(head, rows)))["fixmedins_code"]) == named
