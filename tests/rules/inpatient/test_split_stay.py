"""One treatment cut into two stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.rules.inpatient.split_stay import split_stay
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | begntime | endtime | dscg_maindiag_code | dscg_way | refl_old_mdtrt_id | med_type | adm_dept_name\n"
FIRST = "M1 | P1 | 2024-03-01 | 2024-03-06 | J18.900 | 1 | | 21 | 呼吸内科\n"


def lists(**columns: str) -> str:
    """The settlement list of the second stay."""
    names, values = zip(*columns.items(), strict=True)
    return f"setl_id | mdtrt_id | psn_no | fixmedins_code | {' | '.join(names)}\nSM2 | M2 | P1 | H1 | {' | '.join(values)}"


def stays(city, second: str, *, first: str = FIRST, **tables: str):
    """Two stays of one person and an honest crowd, each with one fee line."""
    crowd = "".join(f"C{n} | Q{n} | 2024-03-01 | 2024-03-06 | K35.900 | 1 | | 21 | 普外科\n" for n in range(60))
    ids = ["M1", "M2", *(f"C{n}" for n in range(60))]
    day = {"M2": second.split("|")[2].strip()}
    fees = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | pric\n" + "".join(
        f"L{i} | {i} | {day.get(i, '2024-03-02')} | 001204000060000 | 100\n" for i in ids
    )
    tables.setdefault("fee_list_d", fees)
    tables.setdefault("mdcs_fund_setl_list_d", lists(adm_way_code="2"))
    return city(mdtrt_d=HEAD + first + second + "\n" + crowd, **tables)


def test_back_for_the_same_disease_on_the_day_after_going_home_is_a_split_stay(city):
    findings = found(split_stay, stays(city, "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.901 | 1 | | 21 | 呼吸内科"))
    assert findings["mdtrt_id"].to_list() == ["M2"]
    assert findings.select("amount_at_issue", "fund_loss").row(0) == (100.0, 70.0)


def test_three_days_are_the_boundary_and_the_fourth_is_a_possible_relapse(city):
    third = found(split_stay, stays(city, "M2 | P1 | 2024-03-09 | 2024-03-12 | J18.901 | 1 | | 21 | 呼吸内科"))
    fourth = found(split_stay, stays(city, "M2 | P1 | 2024-03-10 | 2024-03-12 | J18.901 | 1 | | 21 | 呼吸内科"))
    assert (third.height, fourth.height) == (1, 0)


@pytest.mark.parametrize(
    ("why", "second"),
    [
        ("another disease", "M2 | P1 | 2024-03-07 | 2024-03-12 | S72.000 | 1 | | 21 | 骨科"),
        ("referred from elsewhere", "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.900 | 1 | M9 | 21 | 呼吸内科"),
        ("no diagnosis delivered", "M2 | P1 | 2024-03-07 | 2024-03-12 | - | 1 | | 21 | 呼吸内科"),
    ],
)
def test_a_return_with_a_reason_of_its_own_is_lawful(city, why, second):
    assert found(split_stay, stays(city, second)).is_empty(), why


def test_chemotherapy_cycles_are_lawful(city):
    first = "M1 | P1 | 2024-03-01 | 2024-03-06 | Z51.102 | 1 | | 21 | 肿瘤科\n"
    assert found(split_stay, stays(city, "M2 | P1 | 2024-03-08 | 2024-03-12 | Z51.102 | 1 | | 21 | 肿瘤科", first=first)).is_empty()


def test_maternity_is_lawful(city):
    first = "M1 | P1 | 2024-03-01 | 2024-03-06 | O47.000 | 1 | | 52 | 产科\n"
    assert found(split_stay, stays(city, "M2 | P1 | 2024-03-08 | 2024-03-12 | O47.000 | 1 | | 52 | 产科", first=first)).is_empty()


def test_the_second_eye_is_a_staged_operation(city):
    fees = """
        mdtrt_id | fee_ocur_time | hilist_code
        M1       | 2024-03-02    | 003304060050000
        M2       | 2024-03-08    | 003304060050000
    """
    first = "M1 | P1 | 2024-03-01 | 2024-03-06 | H25.900 | 1 | | 21 | 眼科\n"
    t = stays(city, "M2 | P1 | 2024-03-07 | 2024-03-09 | H25.900 | 1 | | 21 | 眼科", first=first, fee_list_d=fees)
    assert found(split_stay, t).is_empty()


def test_a_return_that_the_first_stays_settlement_list_announced_is_lawful(city):
    t = stays(
        city,
        "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.900 | 1 | | 21 | 呼吸内科",
        mdcs_fund_setl_list_d="""
            setl_id | mdtrt_id | psn_no | fixmedins_code | dscg_31days_rinp_flag | rinp_pup
            SM1     | M1       | P1     | H1             | 1                     | 按计划返院治疗
        """,
    )
    assert found(split_stay, t).is_empty()


def test_an_emergency_alone_is_a_relapse_but_not_where_it_is_a_habit(city):
    urgent = lists(adm_way_code="1")
    second = "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.900 | 1 | | 21 | 呼吸内科"
    assert found(split_stay, stays(city, second, mdcs_fund_setl_list_d=urgent)).is_empty()
    habit = "".join(
        f"\nA{n} | R{n} | 2024-04-01 | 2024-04-05 | J20.900 | 1 | | 21 | 内科\nB{n} | R{n} | 2024-04-06 | 2024-04-09 | J20.900 | 1 | | 21 | 内科"
        for n in range(3)
    )
    fees = "mdtrt_id | fee_ocur_time | hilist_code\n" + "".join(
        f"{i} | 2024-03-05 | 001204000060000\n" for i in ["M1", "M2", *(f"{x}{n}" for x in "AB" for n in range(3))]
    )
    t = stays(city, second + habit, mdcs_fund_setl_list_d=urgent, fee_list_d=fees)
    assert sorted(found(split_stay, t)["mdtrt_id"].to_list()) == ["B0", "B1", "B2", "M2"]


def test_a_single_return_of_which_nobody_says_how_it_was_admitted_may_be_an_emergency(city):
    second = "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.900 | 1 | | 21 | 呼吸内科"
    assert found(split_stay, stays(city, second, mdcs_fund_setl_list_d=lists(adm_way_code="-"))).is_empty()


def test_the_sentence_claims_no_way_of_discharge_that_was_not_delivered(city):
    first = "M1 | P1 | 2024-03-01 | 2024-03-06 | J18.900 | - | | 21 | 呼吸内科\n"
    findings = found(split_stay, stays(city, "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.901 | 1 | | 21 | 呼吸内科", first=first))
    assert "离院方式未上传" in findings["evidence"][0]


def test_a_stay_without_a_delivered_line_counts_with_what_its_settlement_has_in_scope(city):
    second = "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.901 | 1 | | 21 | 呼吸内科"
    settled = """
        setl_id | mdtrt_id | med_type | setl_time  | inscp_amt | fund_pay_sumamt | medfee_sumamt
        S1      | M1       | 21       | 2024-03-06 | 100       | 70              | 120
        S2      | M2       | 21       | 2024-03-12 | 90.10     | 60              | 110
    """
    lines = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | pric\nL9 | M1 | 2024-03-02 | 001204000060000 | 100"
    findings = found(split_stay, stays(city, second, fee_list_d=lines, setl_d=settled))
    assert findings.select("mdtrt_id", "amount_at_issue", "fund_loss").rows() == [("M2", 90.1, 60.0)]


def test_bed_day_paid_interim_closing_is_lawful(city):
    by_day = lists(adm_way_code="2", hi_paymtd="5")
    first = "M1 | P1 | 2024-03-01 | 2024-03-06 | F20.900 | 1 | | 21 | 精神科\n"
    t = stays(city, "M2 | P1 | 2024-03-07 | 2024-03-12 | F20.900 | 1 | | 21 | 精神科", first=first, mdcs_fund_setl_list_d=by_day)
    assert found(split_stay, t).is_empty()


def test_a_transferred_first_stay_is_lawful(city):
    first = "M1 | P1 | 2024-03-01 | 2024-03-06 | J18.900 | 2 | | 21 | 呼吸内科\n"
    assert found(split_stay, stays(city, "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.900 | 1 | | 21 | 呼吸内科", first=first)).is_empty()


def test_a_second_stay_whose_settlement_was_refunded_in_whole_did_not_happen(city):
    t = stays(
        city,
        "M2 | P1 | 2024-03-07 | 2024-03-12 | J18.900 | 1 | | 21 | 呼吸内科",
        setl_d="""
            setl_id | mdtrt_id | refd_setl_flag | init_setl_id | medfee_sumamt | inscp_amt | fund_pay_sumamt
            SM2     | M2       | 0              |              | 100           | 100       | 70
            SM2R    | M2       | 1              | SM2          | -100          | -100      | -70
        """,
    )
    assert found(split_stay, t).is_empty()


def returns(city, days: list[int], *, stays_else: int = 40, others: tuple[int, ...] = ()):
    """House H1 with a return after each of ``days`` among ``stays_else`` other stays, and twice as many stays at H2 with returns of its own."""
    visits, fees = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code\n", "mdtrt_id | fee_ocur_time | hilist_code\n"
    for house, gaps, n in (("H1", days, stays_else), ("H2", others, 2 * stays_else)):
        for k, gap in enumerate(gaps):
            back = date(2024, 3, 6) + timedelta(days=gap)
            visits += f"{house}A{k} | {house}R{k} | {house} | 2024-03-01 | 2024-03-06 | J20.900\n"
            visits += f"{house}B{k} | {house}R{k} | {house} | {back} | {back + timedelta(days=4)} | J20.900\n"
            fees += f"{house}A{k} | 2024-03-02 | 001204000060000\n{house}B{k} | {back} | 001204000060000\n"
        for k in range(n):
            visits += f"{house}C{k} | {house}Q{k} | {house} | 2024-03-01 | 2024-03-06 | K35.900\n"
            fees += f"{house}C{k} | 2024-03-02 | 001204000060000\n"
    return city(mdtrt_d=visits, fee_list_d=fees)


def test_returns_crowded_on_the_days_after_a_limit_are_a_habit(city):
    findings = found(split_stay, returns(city, [16, 17, 16, 18, 18]))
    assert findings["mdtrt_id"].sort().to_list() == ["H1B0", "H1B1", "H1B2", "H1B3", "H1B4"]
    assert "第16至18天（恰在常见的15天限期之后）" in findings["evidence"].sort()[0]


def test_two_returns_or_returns_spread_over_a_month_show_no_limit(city):
    assert found(split_stay, returns(city, [16, 17])).is_empty()
    assert found(split_stay, returns(city, [16, 20, 22, 25])).is_empty()


def test_many_returns_in_the_second_week_are_a_habit_unless_the_other_house_has_them_too(city):
    days = [8, 9, 11, 12, 13, 14]
    assert found(split_stay, returns(city, days)).height == 6
    assert found(split_stay, returns(city, days, others=tuple(days * 2))).is_empty()


@pytest.mark.parametrize(("dx", "way", "hits"), [("I50.900", "1", 0), ("I50.900", "2", 6), ("J20.900", "1", 6)])
def test_emergencies_of_relapsing_diseases_in_the_second_week_make_no_habit(city, dx, way, hits):
    visits, listed = (
        "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code\n",
        "setl_id | mdtrt_id | psn_no | fixmedins_code | adm_way_code\n",
    )
    for k, gap in enumerate([8, 9, 11, 12, 13, 14]):
        back = date(2024, 3, 6) + timedelta(days=gap)
        visits += f"A{k} | R{k} | H1 | 2024-03-01 | 2024-03-06 | {dx}\nB{k} | R{k} | H1 | {back} | {back + timedelta(days=6)} | {dx}\n"
        listed += f"SB{k} | B{k} | R{k} | H1 | {way}\n"
    visits += "".join(f"{h}C{k} | {h}Q{k} | {h} | 2024-03-01 | 2024-03-06 | K35.900\n" for h in ("H1", "H2") for k in range(60))
    stays_drawn = [row.split(" | ") for row in visits.splitlines()[1:]]
    fees = "mdtrt_id | fee_ocur_time | hilist_code\n" + "".join(f"{row[0]} | {row[3]} | 001204000060000\n" for row in stays_drawn)
    assert found(split_stay, city(mdtrt_d=visits, fee_list_d=fees, mdcs_fund_setl_list_d=listed)).height == hits


def test_a_house_of_weak_hearts_is_held_against_the_weak_hearts_of_others(city):
    visits, fees = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code\n", "mdtrt_id | fee_ocur_time | hilist_code\n"
    for house, hearts, others in (("H1", 20, 20), ("H2", 40, 400)):
        for n in range(hearts + others):
            dx = "I50.900" if n < hearts else "K35.900"
            visits += f"{house}C{n} | {house}Q{n} | {house} | 2024-03-01 | 2024-03-06 | {dx}\n"
            fees += f"{house}C{n} | 2024-03-02 | 001204000060000\n"
            if n < hearts // 4:
                visits += f"{house}B{n} | {house}Q{n} | {house} | 2024-03-15 | 2024-03-20 | {dx}\n"
                fees += f"{house}B{n} | 2024-03-16 | 001204000060000\n"
    assert found(split_stay, city(mdtrt_d=visits, fee_list_d=fees)).is_empty()
