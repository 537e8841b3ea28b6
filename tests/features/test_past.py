"""The lake as it stood: nothing of later days may be seen in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from features.past import BEGINS, OUTCOMES, PastLake
from features.tables import Tables

CITY = {
    "mdtrt_d": """
        mdtrt_id | psn_no | begntime         | endtime          | med_type | dscg_maindiag_code | dscg_way | inhosp_stas
        ended    | p1     | 2024-03-01 08:00 | 2024-03-31 23:00 | 21       | I10.x00            | 1        | 0
        running  | p2     | 2024-03-20 08:00 | 2024-04-01 00:00 | 21       | J18.900            | 1        | 0
        later    | p3     | 2024-04-02 08:00 | 2024-04-05 08:00 | 21       | K80.000            | 1        | 0
        open     | p1     | 2024-03-25 08:00 | -                | 21       | -                  | -        | 1
    """,
    "setl_d": """
        setl_id | mdtrt_id | psn_no | setl_time        | medfee_sumamt | refd_setl_flag | init_setl_id
        s1      | ended    | p1     | 2024-03-31 10:00 | 100.00        | 0              | -
        back    | ended    | p1     | 2024-04-20 10:00 | -100.00       | 1              | s1
        s2      | running  | p2     | 2024-04-01 10:00 | 900.00        | 0              | -
    """,
    "die_reg_d": """
        psn_no | die_date   | data_src
        p1     | 2024-03-31 | 1
        p2     | 2024-04-01 | 1
    """,
    "rpt_cmpl_d": """
        cmpl_id | recv_time        | fixmedins_code
        c1      | 2024-03-31 23:59 | H1
        c2      | 2024-04-01 00:00 | H1
    """,
    "cust_reg_d": """
        psn_no | begndate   | enddate
        p3     | 2024-01-01 | 2024-03-15
        p4     | 2024-02-01 | 2024-06-30
    """,
}


def test_rows_of_later_months_are_gone_and_a_stay_that_still_ran_is_open(city: Callable[..., Tables]) -> None:
    whole = city(**CITY).lake
    stays = Tables(PastLake(whole, "2024-03")).stays.sort("mdtrt_id").collect()
    assert stays["mdtrt_id"].to_list() == ["ended", "open", "running"]
    assert stays["end_date"].to_list() == [date(2024, 3, 31), None, None]
    assert stays["in_hospital"].to_list() == [False, True, True]
    assert stays["main_dx"].to_list() == ["I10.x00", None, None]
    assert stays["fee_fen"].to_list() == [10_000, None, None], "the refund of April was not known in March"


def test_registries_lose_what_begins_later_and_ends_not_yet_known(city: Callable[..., Tables]) -> None:
    past = PastLake(city(**CITY).lake, "2024-03")
    assert past.scan("die_reg_d").collect()["psn_no"].to_list() == ["p1"]
    assert past.scan("rpt_cmpl_d").collect()["cmpl_id"].to_list() == ["c1"]
    assert past.scan("cust_reg_d").sort("psn_no").collect()["enddate"].to_list() == [date(2024, 3, 15), None]


def test_up_to_the_last_month_nothing_is_missing(city: Callable[..., Tables]) -> None:
    whole = city(**CITY).lake
    assert Tables(PastLake(whole, "2024-12")).stays.collect().equals(Tables(whole).stays.collect())


def test_every_column_named_stands_in_the_lake_with_its_type(city: Callable[..., Tables]) -> None:
    lake = city(**CITY).lake
    for table, column in BEGINS.items():
        assert lake.schemas[table][column] in {"date", "datetime"}
    for table, outcome in OUTCOMES.items():
        assert lake.schemas[table][outcome.ended] in {"date", "datetime"}
        assert {lake.schemas[table][name] for name in outcome.before} <= {"string"}
        past = PastLake(lake, "2024-03").scan(table)
        assert past.collect_schema() == lake.scan(table).collect_schema()
        assert isinstance(past.collect(), pl.DataFrame)
