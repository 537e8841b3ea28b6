"""Psychiatric stays that look made rather than lived."""

from __future__ import annotations

import datetime as dt

from models.rules.inpatient.psychiatric_pattern import psychiatric_pattern
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | begntime | endtime | adm_dept_name | dscg_maindiag_code\n"
CHAIN = HEAD + "M1 | P1 | 2024-01-01 | 2024-01-31 | 精神科 | F06.900\nM2 | P1 | 2024-02-01 | 2024-03-02 | 精神科 | F06.900\n"
FEES = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | init_feedetl_sn | cnt\n"
BUNDLE = ("003115030160000", "003115020010000", "003115030010000", "003115030280000")


def days(stay: str, first: str, number: int, codes: tuple[str, ...], skip: tuple[int, ...] = ()) -> str:
    """One line a day and code from ``first`` on; ``skip`` are weekdays (7 = Sunday) without any."""
    start = dt.date.fromisoformat(first)
    rows = []
    for n in range(number):
        day = start + dt.timedelta(days=n)
        rows.append(f"{stay}B{n} | {stay} | {day} | 001109000010000 | | 1")
        if day.isoweekday() not in skip:
            rows += [f"{stay}T{n}{k} | {stay} | {day} | {code} | | 1" for k, code in enumerate(codes)]
    return "\n".join(rows) + "\n"


def made(skip: tuple[int, ...] = ()) -> str:
    return FEES + days("M1", "2024-01-01", 30, BUNDLE, skip) + days("M2", "2024-02-01", 30, BUNDLE, skip)


def test_chained_stays_of_one_length_with_a_daily_bundle_and_no_drug_are_found(city):
    findings = found(psychiatric_pattern, city(mdtrt_d=CHAIN, fee_list_d=made()))
    assert findings["mdtrt_id"].to_list() == ["M1", "M2"]
    assert findings["fund_loss"].to_list() == [1050.0, 1050.0]


def test_a_chain_alone_is_interim_closing_of_long_care(city):
    drug = "X1 | M1 | 2024-01-02 | XN05AHA001A001010102180 | | 1\nX2 | M2 | 2024-02-02 | XN05AHA001A001010102180 | | 1\n"
    assert found(psychiatric_pattern, city(mdtrt_d=CHAIN, fee_list_d=made(skip=(6, 7)) + drug)).is_empty()


def test_a_gap_of_one_day_links_and_two_days_do_not(city):
    two = HEAD + "M1 | P1 | 2024-01-01 | 2024-01-31 | 精神科 | F06.900\nM2 | P1 | 2024-02-02 | 2024-03-03 | 精神科 | F06.900\n"
    fees = FEES + days("M1", "2024-01-01", 30, BUNDLE[:1]) + days("M2", "2024-02-02", 30, BUNDLE[:1])
    assert found(psychiatric_pattern, city(mdtrt_d=CHAIN, fee_list_d=fees)).height == 2
    assert found(psychiatric_pattern, city(mdtrt_d=two, fee_list_d=fees)).is_empty()


def test_less_on_sundays_and_own_drugs_are_an_honest_ward(city):
    one = HEAD + "M1 | P1 | 2024-01-01 | 2024-02-10 | 精神科 | F20.900\n"
    assert found(psychiatric_pattern, city(mdtrt_d=one, fee_list_d=FEES + days("M1", "2024-01-01", 40, BUNDLE, skip=(7,)))).is_empty()


def test_the_same_bundle_in_a_rehabilitation_ward_is_none_of_this_rule(city):
    other = CHAIN.replace("精神科", "康复医学科")
    assert found(psychiatric_pattern, city(mdtrt_d=other, fee_list_d=made())).is_empty()


def test_therapies_that_were_refunded_make_no_bundle(city):
    one = HEAD + "M1 | P1 | 2024-01-01 | 2024-02-10 | 精神科 | F20.900\n"
    fees = FEES + days("M1", "2024-01-01", 40, BUNDLE)
    back = "".join(f"R{n}{k} | M1 | 2024-02-10 | {BUNDLE[k]} | M1T{n}{k} | -1\n" for n in range(40) for k in range(4) if n % 7 == 6)
    assert found(psychiatric_pattern, city(mdtrt_d=one, fee_list_d=fees)).height == 1
    assert found(psychiatric_pattern, city(mdtrt_d=one, fee_list_d=fees + back)).is_empty()


def test_two_settlements_of_one_stay_make_one_finding(city):
    one = HEAD + "M1 | P1 | 2024-01-01 | 2024-02-10 | 精神科 | F20.900\n"
    interim = "setl_id | mdtrt_id | mid_setl_flag | inscp_amt | medfee_sumamt\nSI | M1 | 1 | 100 | 100\n"
    assert found(psychiatric_pattern, city(mdtrt_d=one, fee_list_d=FEES + days("M1", "2024-01-01", 40, BUNDLE), setl_d=interim)).height == 1


def test_a_stay_without_end_and_diagnosis_is_judged_by_its_days(city):
    one = HEAD + "M1 | P1 | 2024-01-01 | - | 精神科 | -\n"
    findings = found(psychiatric_pattern, city(mdtrt_d=one, fee_list_d=FEES + days("M1", "2024-01-01", 40, BUNDLE)))
    assert "在院未编码" in findings["evidence"][0]
