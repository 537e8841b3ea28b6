"""What the extract steps of the rules of payment by group gather after a refund, of lines posted twice, and of empty columns.

These rules judge hundreds of cases at once, so their tests draw what was gathered; here one stay is drawn from which each of them gathers.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.parameters import City
from models.rule import Rule
from models.rules.drg._support import BEARER
from models.rules.drg.bunching_above_low_limit import bunching_above_low_limit
from models.rules.drg.bunching_at_day_limit import bunching_at_day_limit
from models.rules.drg.severity_jump import severity_jump
from models.rules.drg.upcoded_main_diagnosis import upcoded_main_diagnosis
from models.rules.drg.upcoded_operation import upcoded_operation
from models.rules.drg.upcoded_severity import upcoded_severity
from models.run_rules import run_extract
from tests.rules import scenes
from tests.rules.support import Scene

RULES = [bunching_above_low_limit, bunching_at_day_limit, severity_jump, upcoded_main_diagnosis, upcoded_operation, upcoded_severity]
STAY = {
    "mdtrt_d": """
        mdtrt_id | begntime         | endtime          | dscg_maindiag_code
        M1       | 2024-03-01 09:00 | 2024-03-03 10:00 | J18.900
    """,
    "fee_list_d": """
        bkkp_sn | mdtrt_id | fee_ocur_time    | hilist_code                | cnt | pric | bilg_dr_code
        L1      | M1       | 2024-03-02 09:00 | 001109000010000            | 1   | 1050 | D1
        L2      | M1       | 2024-03-02 09:00 | XJ01DDA001A001010102681    | 1   | 1000 | D1
    """,
    "mdcs_fund_setl_list_d": """
        setl_id | mdtrt_id | psn_no | fixmedins_code | gend | age | adm_time         | dscg_time        | dscg_way | hi_paymtd
        SM1     | M1       | P1     | H1             | 1    | 64  | 2024-03-01 09:00 | 2024-03-03 10:00 | 1        | 4
    """,
    "mdcs_fund_setl_list_diag_d": """
        setl_list_diag_id | setl_id | psn_no | maindiag_flag | diag_code | diag_name | adm_cond_type
        1                 | SM1     | P1     | 1             | J18.900   | 肺炎       | 1
        2                 | SM1     | P1     | 0             | A41.900   | 脓毒症     | 1
    """,
    "mdcs_fund_setl_list_oprn_d": """
        setl_list_oprn_id | setl_id | psn_no | main_oprn_flag | oprn_oprt_code | oprn_oprt_name | oprn_oprt_date
        1                 | SM1     | P1     | 1              | 33.2400x001    | 支气管镜检查   | 2024-03-02
    """,
    "drg_setl_d": """
        setl_id | drg_code | drg_name | drg_wt | drg_rate | drg_pay_std | drg_case_type | drg_fund_pay
        SM1     | ES31     | 肺炎      | 1.0    | 5000     | 5000        | 1             | 4000
    """,
}


def gathered(unit: Rule, scene: Scene, folder: Path) -> pl.DataFrame:
    """The stays a rule may accuse: of the up-coding rules those that bear the code, of the others every row."""
    rows = run_extract(scenes.drawing(folder)(**scene.tables), unit, City.load())
    return rows.filter(pl.col("kind") == BEARER) if "kind" in rows.columns else rows


def scene_of(unit: Rule) -> Scene:
    return Scene(unit, STAY, None, {}, pl.DataFrame())


@pytest.mark.parametrize("unit", RULES, ids=lambda unit: unit.rule_id)
def test_a_stay_that_was_taken_back_is_not_gathered(unit: Rule, tmp_path: Path) -> None:
    assert gathered(unit, scene_of(unit), tmp_path / "hit").height == 1
    assert gathered(unit, scenes.taken_back(scene_of(unit)), tmp_path / "refunded").is_empty()


@pytest.mark.parametrize("unit", RULES, ids=lambda unit: unit.rule_id)
def test_a_stay_whose_lines_were_posted_twice_is_gathered_once(unit: Rule, tmp_path: Path) -> None:
    again = gathered(unit, scenes.posted_twice(scene_of(unit)), tmp_path)
    assert again.height <= 1
    if "keys" in again.columns:
        assert all(len(keys) == len(set(keys)) for keys in again["keys"].to_list())


@pytest.mark.parametrize("unit", RULES, ids=lambda unit: unit.rule_id)
def test_empty_columns_never_break_the_gathering_nor_add_a_stay(unit: Rule, tmp_path: Path) -> None:
    for table, column in scenes.columns_drawn(scene_of(unit)):
        rows = gathered(unit, scenes.emptied(scene_of(unit), table, column), tmp_path / table / column)
        assert rows.height <= 1, f"{table}.{column}"
