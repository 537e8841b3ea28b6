"""What a simulated delivery holds to: the contract, exact sums, a truth that refers to real rows, lawful honest people."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import polars as pl
import pytest

from features.contracts import all_tables
from models.kinds import Kind
from simulation import simulate
from tests.simulation.conftest import Simulated

FEN = pl.Decimal(18, 2)


def fingerprint(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- same arguments, same city; another seed, another city ---


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        simulate(1_200, 3, 21, tmp_path / name / "delivery", tmp_path / name / "truth", guilty_share=0.2)
    assert fingerprint(tmp_path / "first") == fingerprint(tmp_path / "second")
    assert len(fingerprint(tmp_path / "first")) > 20


def test_another_seed_gives_other_prices_codes_and_counties(city: Simulated, clean_city: Simulated) -> None:
    one, two = (x.table("hilist_lmtpric_d") for x in (city, clean_city))
    shared = one.join(two, on=["hilist_code", "hilist_lmtpric_type"], suffix="_other")
    assert shared.height > 300
    assert (shared["hilist_pric_uplmt_amt"] == shared["hilist_pric_uplmt_amt_other"]).mean() < 0.2
    assert set(one["hilist_code"]) != set(two["hilist_code"])
    assert not set(city.table("fixmedins_b")["fix_blng_admdvs"]) & set(clean_city.table("fixmedins_b")["fix_blng_admdvs"])


def test_too_small_a_city_is_refused_with_what_was_asked() -> None:
    with pytest.raises(ValueError, match=r"1,000 persons.*asked for 10 persons"):
        simulate(10, 12, 1, Path("nowhere"))


def test_an_unknown_file_form_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'xlsx'; expected 'csv.gz' or 'parquet'"):
        simulate(1_000, 1, 1, tmp_path / "out", form="xlsx")
    assert not (tmp_path / "out").exists()


# --- the contract ---


def test_every_table_of_the_contract_is_delivered_with_its_columns_in_order(city: Simulated) -> None:
    fixed = {name: declared for name, declared in all_tables().items() if declared.origin != "extension"}
    for name, declared in fixed.items():
        frame = city.table(name)
        assert frame.columns == [column.name for column in declared.columns], name
        for column in declared.required_columns:
            assert frame[column].null_count() == 0, f"{name}.{column}"


def test_identifiers_are_unique_and_refer_to_rows_that_exist(city: Simulated) -> None:
    visits, settlements, lines = city.table("mdtrt_d"), city.table("setl_d"), city.table("fee_list_d")
    for frame, key in ((visits, "mdtrt_id"), (settlements, "setl_id"), (lines, "bkkp_sn")):
        assert frame[key].n_unique() == frame.height
    assert lines.join(visits, on="mdtrt_id", how="anti").is_empty()
    assert lines.drop_nulls("setl_id").join(settlements, on="setl_id", how="anti").is_empty()
    assert settlements.join(visits, on="mdtrt_id", how="anti").is_empty()
    assert visits.join(city.table("psn_info_b"), on="psn_no", how="anti").is_empty()
    assert visits.join(city.table("fixmedins_b"), on="fixmedins_code", how="anti").is_empty()
    assert city.table("drug_trac_d").join(lines, on="bkkp_sn", how="anti").is_empty()


def test_codes_have_their_national_shape(city: Simulated) -> None:
    assert city.table("psn_info_b")["psn_no"].str.contains(r"^\d{20}$").all()
    assert city.table("fixmedins_b")["fixmedins_code"].str.contains(r"^[HP]\d{11}$").all()
    assert city.table("dr_info_b")["dr_code"].str.contains(r"^D\d{12}$").all()
    codes = city.table("fee_list_d").select("hilist_code", "list_type").unique()
    shape = {"101": r"^(X.{22}|Z.{19})$", "102": r"^T\d{9}$", "201": r"^0[01]\d{13}$", "301": r"^C\d{19}(\d{7})?$"}
    for list_type, pattern in shape.items():
        assert codes.filter(pl.col("list_type") == list_type)["hilist_code"].str.contains(pattern).all(), list_type


# --- money ---


def test_line_sums_equal_settlement_sums_to_the_cent(city: Simulated) -> None:
    names = {"medfee_sumamt": "det_item_fee_sumamt", "inscp_amt": "inscp_amt", "fulamt_ownpay_amt": "fulamt_ownpay_amt"}
    lines = (
        city.table("fee_list_d").drop_nulls("setl_id").group_by("setl_id").agg(pl.col(c).cast(FEN).sum().alias(f"sum_{s}") for s, c in names.items())
    )
    joined = city.table("setl_d").join(lines, on="setl_id", how="left")
    for name in names:
        assert joined.filter(pl.col(name).cast(FEN) != pl.col(f"sum_{name}").fill_null(0)).is_empty(), name


def test_a_settlement_is_what_fund_and_patient_pay(city: Simulated) -> None:
    money = city.table("setl_d").with_columns(pl.selectors.float().cast(FEN))
    assert money.filter(pl.col("fund_pay_sumamt") + pl.col("psn_pay") != pl.col("medfee_sumamt")).is_empty()
    assert money.filter(pl.col("acct_pay") + pl.col("cash_payamt") != pl.col("psn_pay")).is_empty()
    parts = pl.col("fulamt_ownpay_amt") + pl.col("overlmt_selfpay") + pl.col("preselfpay_amt") + pl.col("inscp_amt")
    assert money.filter(parts != pl.col("medfee_sumamt")).is_empty()


def test_refunds_cancel_line_by_line_and_never_more_than_was_billed(city: Simulated) -> None:
    settlements, lines = city.table("setl_d"), city.table("fee_list_d")
    refunds = settlements.filter(pl.col("refd_setl_flag") == "1")
    assert 0.03 < refunds.height / settlements.height < 0.08
    assert (refunds["medfee_sumamt"] < 0).all()
    original = refunds.join(settlements, left_on="init_setl_id", right_on="setl_id", suffix="_of")
    assert original.height == refunds.height
    assert original.filter(pl.col("medfee_sumamt") + pl.col("medfee_sumamt_of") < -0.001).is_empty()
    back = lines.filter(pl.col("init_feedetl_sn").is_not_null()).join(lines, left_on="init_feedetl_sn", right_on="bkkp_sn", suffix="_of")
    assert back.height == lines["init_feedetl_sn"].drop_nulls().len()
    assert back.filter((pl.col("det_item_fee_sumamt") + pl.col("det_item_fee_sumamt_of")).abs() > 0.001).is_empty()


def test_stays_still_open_have_no_end_and_no_final_settlement(city: Simulated) -> None:
    still = city.table("mdtrt_d").filter(pl.col("inhosp_stas") == "1")
    assert still.height > 0
    assert still["endtime"].null_count() == still.height
    final = city.table("setl_d").filter(pl.col("mid_setl_flag") == "0").join(still, on="mdtrt_id", how="semi")
    assert final.is_empty()


# --- truth ---


def test_every_kind_is_planted(city: Simulated) -> None:
    assert set(city.planted("cases")["kind"]) == {kind.value for kind in Kind}


def test_planted_lines_exist_and_stand_at_the_accused_institution(city: Simulated) -> None:
    lines = city.table("fee_list_d").select("bkkp_sn", "fixmedins_code", "inscp_amt")
    cases = city.planted("cases").filter(pl.col("kind") != "drug_hoarding").explode("bkkp_sns").drop_nulls("bkkp_sns")
    joined = cases.join(lines, left_on="bkkp_sns", right_on="bkkp_sn", how="left", suffix="_line")
    assert joined["fixmedins_code_line"].null_count() == 0
    assert joined.filter(pl.col("fixmedins_code") != pl.col("fixmedins_code_line")).is_empty()
    # a line belongs to one planted act
    assert cases["bkkp_sns"].n_unique() == cases.height


def test_a_case_is_worth_the_scope_amounts_of_its_lines(city: Simulated) -> None:
    lines = city.table("fee_list_d").select("bkkp_sn", "inscp_amt")
    cases = city.planted("cases").filter(~pl.col("kind").is_in(["upcoding", "cost_shifting"]))
    sums = cases.explode("bkkp_sns").join(lines, left_on="bkkp_sns", right_on="bkkp_sn").group_by("case_id").agg(pl.col("inscp_amt").sum().round(2))
    joined = cases.join(sums, on="case_id")
    assert joined.height > 500
    assert joined.filter((pl.col("yuan") - pl.col("inscp_amt")).abs() > 0.005).is_empty()


def test_the_guilty_are_those_with_cases(city: Simulated) -> None:
    institutions = pl.read_csv(city.truth / "institutions.csv")
    guilty = set(institutions.filter(pl.col("guilty") == 1)["fixmedins_code"])
    cases = city.planted("cases")
    assert guilty == set(cases["fixmedins_code"])
    assert 0.08 < len(guilty) / institutions.height < 0.25
    assert set(institutions["fixmedins_code"]) == set(city.table("fixmedins_b")["fixmedins_code"])


def test_nothing_in_the_delivery_tells_the_guilty(city: Simulated) -> None:
    """Identifiers run with time: planted visits are not numbered apart from lawful ones."""
    visits = city.table("mdtrt_d").sort("mdtrt_id")
    assert visits["begntime"].is_sorted()
    assert not (city.delivery / "institutions.csv").exists()


def test_a_clean_city_has_no_guilty_and_no_case(clean_city: Simulated) -> None:
    assert pl.read_csv(clean_city.truth / "institutions.csv")["guilty"].sum() == 0
    assert clean_city.planted("cases").is_empty()
    assert clean_city.planted("lookalikes").height > 200


def test_look_alikes_of_many_sorts_exist_and_none_is_planted(city: Simulated) -> None:
    looks, cases = city.planted("lookalikes"), city.planted("cases")
    assert looks["name"].n_unique() >= 25
    assert looks["kind"].n_unique() >= 16
    assert looks.join(city.table("mdtrt_d"), on=["mdtrt_id", "fixmedins_code", "psn_no"], how="anti").is_empty()
    assert looks.join(cases, on=["kind", "mdtrt_id"], how="semi").is_empty()


# --- honest people live lawfully ---


def lawful(city: Simulated, table: str) -> pl.DataFrame:
    """Rows of visits that no case names."""
    planted = city.planted("cases")["mdtrt_id"].drop_nulls()
    return city.table(table).filter(~pl.col("mdtrt_id").is_in(planted.to_list()))


def test_no_honest_person_lies_in_two_beds(clean_city: Simulated) -> None:
    stays = clean_city.table("mdtrt_d").filter(pl.col("med_type").is_in(["21", "52"]) & pl.col("endtime").is_not_null())
    pairs = stays.select("mdtrt_id", "psn_no", "begntime", "endtime").join(
        stays.select("mdtrt_id", "psn_no", "begntime", "endtime"), on="psn_no", suffix="_b"
    )
    overlap = pairs.filter(
        (pl.col("mdtrt_id") < pl.col("mdtrt_id_b")) & (pl.col("begntime") < pl.col("endtime_b")) & (pl.col("begntime_b") < pl.col("endtime"))
    )
    assert overlap.is_empty()


def test_no_honest_line_comes_after_death_or_in_custody(clean_city: Simulated) -> None:
    visits = clean_city.table("mdtrt_d")
    dead = visits.join(clean_city.table("die_reg_d"), on="psn_no").filter(pl.col("begntime").dt.date() > pl.col("die_date"))
    held = visits.join(clean_city.table("cust_reg_d"), on="psn_no").filter(pl.col("begntime").dt.date().is_between("begndate", "enddate"))
    assert dead.is_empty()
    assert held.is_empty()


def test_no_honest_price_is_above_its_ceiling(clean_city: Simulated) -> None:
    assert clean_city.table("fee_list_d").filter(pl.col("pric") > pl.col("pric_uplmt_amt") + 0.001).is_empty()


def test_no_honest_day_has_two_beds_and_no_stay_more_beds_than_days(clean_city: Simulated) -> None:
    lines = clean_city.table("fee_list_d").filter((pl.col("hilist_code") == "001109000010000") & (pl.col("cnt") > 0))
    again = clean_city.table("fee_list_d")["init_feedetl_sn"].drop_nulls()
    lines = lines.filter(~pl.col("bkkp_sn").is_in(again.to_list()))
    assert lines.group_by("mdtrt_id", pl.col("fee_ocur_time").dt.date()).agg(pl.col("cnt").sum()).filter(pl.col("cnt") > 1).is_empty()


def test_honest_sex_limited_items_suit_the_patient(clean_city: Simulated) -> None:
    persons = clean_city.table("psn_info_b").select("psn_no", "gend")
    lines = clean_city.table("fee_list_d").join(persons, on="psn_no")
    women = lines.filter(pl.col("hilist_name").is_in(["妇科千金片", "克霉唑阴道片", "剖宫产术", "腹式全子宫切除术"]))
    men = lines.filter(pl.col("hilist_name").is_in(["盐酸坦索罗辛缓释胶囊", "经尿道前列腺电切术", "非那雄胺胶囊"]))
    assert women.height > 0
    assert set(women["gend"]) == {"2"}
    assert set(men["gend"]) == {"1"}


# --- dirt and chunks ---


def test_dirt_adds_repeated_parts_and_broken_rows_but_loses_none(tmp_path: Path) -> None:
    rows = simulate(1_500, 4, 33, tmp_path / "dirty", dirt=1.5)
    simulate(1_500, 4, 33, tmp_path / "plain", dirt=False)
    parts = [path.name for path in sorted((tmp_path / "dirty" / "fee_list_d").iterdir())]
    assert any(name.startswith("part-9") for name in parts)
    wanted = _keys(tmp_path / "plain" / "fee_list_d")
    got = _keys(tmp_path / "dirty" / "fee_list_d")
    assert set(wanted) <= set(got)
    assert len(got) > len(set(got))
    assert rows["fee_list_d"] >= len(wanted)


def _keys(folder: Path) -> list[str]:
    out: list[str] = []
    for path in sorted(folder.iterdir()):
        data = gzip.decompress(path.read_bytes())
        text = data.decode("utf-8", errors="ignore") if b"\xe6" in data[:100_000] else data.decode("gb18030", errors="ignore")
        out.extend(line.split(",")[0].strip('"') for line in text.splitlines()[1:])
    return out


def test_a_city_in_several_chunks_keeps_its_keys_apart(tmp_path: Path) -> None:
    simulate(2_000, 3, 4, tmp_path / "out", tmp_path / "truth", dirt=False, form="parquet", guilty_share=0.2, chunk_persons=1_000)
    city = Simulated(tmp_path / "out", tmp_path / "truth")
    assert len(list((tmp_path / "out" / "mdtrt_d").iterdir())) == 2
    for table, key in (("mdtrt_d", "mdtrt_id"), ("setl_d", "setl_id"), ("fee_list_d", "bkkp_sn"), ("psn_info_b", "psn_no")):
        frame = city.table(table)
        assert frame[key].n_unique() == frame.height, table
    assert city.planted("cases")["case_id"].is_unique().all()
