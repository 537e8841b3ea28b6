"""Scheme tables: what ships, how a city's own loads, what the compiler makes of published member lists."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml

from features.drg.compile_scheme import compile_scheme
from features.drg.grouper import group_in_force
from features.drg.scheme import SHIPPED, Scheme, SchemeError, load_scheme, load_schemes
from tests.drg.conftest import grouped
from tests.drg.slow_grouper import Discharge

SOURCE = {
    "mdc_rules": "mdc,match_rule_zh,adrg_check_order,raw_conditions\nMDCJ,主诊断匹配,JA1|JR1,\nMDCZ,主诊断匹配、多诊断匹配,ZZ1,\n",
    "adrg_rules": "adrg,match_rule_zh,raw_condition,drg_order_checked\n"
    "JA1,主诊断匹配、JA1特殊规则、多手术处理,import os,JA19|JA1\nJR1,主诊断匹配,x,JR11|JR15|JR1\nZZ1,无手术,x,ZZ19|ZZ1\n",
    "adrg_members": "adrg,list_name,kind,code,name\nJA1,adrg_zd,dx,C50.900,\nJR1,adrg_zd,dx,C50.900,\n"
    "JA1,adrg_ss,op,85.5300x001,\nJA1,adrg_ss,op,85.4301,\nJA1,adrg_ss,op,85.4301,\nJA1,adrg_ss,op,40.2300,\n"
    "JA1,adrg_ss1,op,1,\nJA1,adrg_ss1,op,2,\nJA1,adrg_ss1,op,2,\nJA1,adrg_ss1,op,4,\n",
    "mdc_members": "mdc,list_name,code,name\nMDCJ,mdc_zd,C50.900,\nMDCJ,mdc_zd,C50.900,\n"
    "MDCZ,mdc_zd,头颈部创伤,\nMDCZ,mdc_zd,S02.700x001,\nMDCZ,mdc_zd,胸部创伤,\nMDCZ,mdc_zd,S27.000,\n",
    "drg": "drg_code,drg_name\nJA19,根治术\nJR11,乳房肿瘤，伴严重并发症或合并症\nJR15,乳房肿瘤，不伴并发症或合并症\nZZ19,多发创伤\n",
    "drg_split_rules": "mdc,drg,needs,other_condition\nMDCJ,JA19,ALL,\nMDCJ,JR11,MCC,\nMDCJ,JR15,ALL,\nMDCZ,ZZ19,ALL,\n",
    "mcc": "dx_code,exclusion_table,dx_name\nR57.000,7,\n",
    "cc": "dx_code,exclusion_table,dx_name\nE11.900,8,\n",
    "cc_exclusion_by_main_dx": "dx_code,exclusion_table,dx_name\nC50.900,9,\n",
    "ss_valid_operations": "op_code,op_name\n85.4301,\n85.5300x001,\n40.2300,\n",
    "icd10_ybl2_dx": "dx_code,dx_name\nC50.900,\nR57.000,\nE11.900,\nS02.700x001,\nS27.000,\n",
    "icd9cm3_ybl2_op": "op_code,op_name\n85.4301,\n85.5300x001,\n40.2300,\n",
}
META = """
id: own
name_zh: 本市
from: 2024-01-01
mdc_order: [Z, J]
trauma_mdcs: [Z]
source: 本市医保发〔2024〕1号
licence: none
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    source, target = tmp_path / "source", tmp_path / "own"
    source.mkdir()
    for name, text in SOURCE.items():
        (source / f"{name}.csv").write_text(text, encoding="utf-8")
    compile_scheme(source, target)
    (target / "scheme.yaml").write_text(META, encoding="utf-8")
    return target


def test_the_national_scheme_ships_with_628_groups_its_licence_and_its_source(national: Scheme) -> None:
    assert national.drg.height == 628
    assert national.adrg.height == 376
    assert len(national.mdc_order) == 26
    assert "Apache" in (SHIPPED / "chs_drg_11" / "LICENSE").read_text(encoding="utf-8")
    assert "OpenDRG" in national.source
    assert national.adrg_members.is_duplicated().sum() == 0


def test_a_citys_own_tables_compile_and_group_with_repeated_rows_counted_once(own: Path) -> None:
    scheme = load_scheme(own)
    assert scheme.adrg_members.filter(pl.col("list") == "op").sort("code")["part"].to_list() == ["4", "2", "1"]
    cases = [
        Discharge(dx=["C50.900"], op=["85.5300x001", "85.4301"]),
        Discharge(dx=["C50.900"], op=["85.4301", "40.2300"]),
        Discharge(dx=["C50.900", "R57.000"]),
        Discharge(dx=["S02.700x001", "S27.000"]),
        Discharge(dx=["S02.700x001"]),
    ]
    assert grouped(cases, scheme)["drg_code"].to_list() == ["JA19", "JR15", "JR11", "ZZ19", "0000"]


def test_a_rule_the_compiler_does_not_know_is_an_error_that_names_it(own: Path) -> None:
    source = own.parent / "source"
    text = (source / "adrg_rules.csv").read_text(encoding="utf-8").replace("无手术", "星期天入院")
    (source / "adrg_rules.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SchemeError, match="星期天入院"):
        compile_scheme(source, own)


def test_all_errors_of_a_scheme_are_told_at_once(own: Path) -> None:
    drg = pl.read_csv(own / "drg.csv").filter(pl.col("drg_code") != "JR15")
    pl.concat([drg, drg.head(1)]).with_columns(needs=pl.when(pl.col("drg_code") == "ZZ19").then(pl.lit("maybe")).otherwise("needs")).write_csv(
        own / "drg.csv"
    )
    with pytest.raises(SchemeError, match=r"unknown DRG condition: maybe.*last DRG is not open to all: JR1") as error:
        load_scheme(own)
    assert "error(s)" in str(error.value)


def test_a_folder_that_is_no_scheme_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SchemeError, match=r"scheme\.yaml is missing"):
        load_scheme(tmp_path)


def test_the_version_in_force_on_the_day_of_discharge_is_used(national: Scheme) -> None:
    old = replace(national, in_force_to=date(2024, 12, 31))
    new = replace(national, scheme_id="own_2025", in_force_from=date(2025, 1, 1))
    days = {"A": date(2024, 12, 31), "B": date(2025, 1, 1), "C": date(2020, 5, 1), "D": None}
    people = pl.LazyFrame(
        [{"case_id": case, "gend": "1", "age": 70.0, "dscg_date": day} for case, day in days.items()],
        schema_overrides={"dscg_date": pl.Date},
    ).with_columns(age_days=pl.lit(None, pl.Float64), weight=pl.lit(None, pl.Float64), dscg_way=pl.lit("1"))
    dx = pl.LazyFrame([{"case_id": case, "code": "J18.900", "main": True, "seq": 1} for case in days])
    rows = group_in_force(people, dx, dx.filter(pl.lit(value=False)), [old, new]).collect()
    by = {row["case_id"]: (row["scheme"], row["drg_code"], row["reason"]) for row in rows.iter_rows(named=True)}
    assert by == {
        "A": ("chs_drg_11", "ES35", "grouped"),
        "B": ("own_2025", "ES35", "grouped"),
        "C": (None, None, "no_scheme"),
        # without a date the newest version counts
        "D": ("own_2025", "ES35", "grouped"),
    }


def test_a_folder_of_versions_is_read_oldest_first_and_two_on_one_day_are_an_error(own: Path, tmp_path: Path) -> None:
    def version(name: str, begins: str, ends: str) -> None:
        shutil.copytree(own, tmp_path / "versions" / name)
        meta = yaml.safe_load((own / "scheme.yaml").read_text(encoding="utf-8"))
        meta |= {"id": name, "from": date.fromisoformat(begins), "to": date.fromisoformat(ends) if ends else None}
        (tmp_path / "versions" / name / "scheme.yaml").write_text(yaml.safe_dump(meta, allow_unicode=True), encoding="utf-8")

    version("a_new", "2025-01-01", "")
    version("b_old", "2023-01-01", "2024-12-31")
    assert [scheme.scheme_id for scheme in load_schemes(tmp_path / "versions")] == ["b_old", "a_new"]
    assert [scheme.scheme_id for scheme in load_schemes()] == ["chs_drg_11"]
    version("c_mid", "2024-06-01", "2024-12-31")
    with pytest.raises(SchemeError, match=r"b_old .* and c_mid .* in force on the same day"):
        load_schemes(tmp_path / "versions")
