"""Every plant, on a small simulated city: what it leaves must be a delivery that a bureau could have received."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from features.lake import dtype_of
from features.networks.network_pairs import ADMITTED_TOGETHER, members, network_pairs
from features.parameters import City, Params
from models.plant import Plant, all_plants
from models.plants._tables import good_lines
from models.power import Planted, Wave, plant_cases, waves
from simulation import simulate

CONTRACT = json.loads((Path(__file__).parents[1] / "rules" / "lake_schema.json").read_text(encoding="utf-8"))
KEYS = {"mdtrt_d": "mdtrt_id", "setl_d": "setl_id", "fee_list_d": "bkkp_sn", "scene_rcd_d": "rcd_id"}
Frames = dict[str, pl.DataFrame]
PLANT_IDS = [unit.plant_id for unit in all_plants()]


@pytest.fixture(scope="session")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """The raw tables of a clean delivery, in the lake's types."""
    folder = tmp_path_factory.mktemp("plants")
    simulate(3_000, 8, 12, folder, guilty_share=0.0, dirt=False, form="parquet")
    tables = {}
    for name, columns in CONTRACT.items():
        path = folder / name if (folder / name).is_dir() else folder / f"{name}.parquet"
        if path.exists():
            read = pl.read_parquet(path)
            tables[name] = read.select(pl.col(column).cast(dtype_of(word), strict=False) for column, word in columns.items())
    return tables


@pytest.fixture(scope="session")
def p() -> Params:
    """As the city has them, but a single unit is enough in a city this small."""
    return City.load()["power"].replaced({"units_min": 1})


@pytest.fixture(scope="session")
def planned(frames: Frames, p: Params) -> dict[str, Wave]:
    every, _ = waves(all_plants(), frames, 10_000, p)
    return {name: {name: houses} for wave in every for name, houses in wave.items()}


@pytest.fixture(scope="session")
def planted(frames: Frames, planned: dict[str, Wave], p: Params) -> dict[str, Planted]:
    """Each plant alone at 60 %."""
    return {unit.plant_id: plant_cases((unit,), frames, planned[unit.plant_id], 0.6, p) for unit in all_plants() if unit.plant_id in planned}


def test_every_plant_can_be_tried_on_a_simulated_city(frames: Frames, p: Params) -> None:
    _, refused = waves(all_plants(), frames, 10_000, p)
    assert {unit.plant.plant_id: unit.reason_zh for unit in refused} == {}


@pytest.mark.parametrize("plant_id", PLANT_IDS)
def test_what_is_left_is_a_delivery(plant_id: str, frames: Frames, planted: dict[str, Planted]) -> None:
    done = planted[plant_id]
    assert done.frames, "something was changed"
    now = {**frames, **done.frames}
    for name, frame in done.frames.items():
        assert frame.schema == frames[name].schema, name
        if name in KEYS:
            assert not frame[KEYS[name]].is_duplicated().any(), name
    lines = now["fee_list_d"]
    for other, key in (("mdtrt_d", "mdtrt_id"), ("setl_d", "setl_id")):
        orphans = lines.drop_nulls(key).join(now[other].select(key).unique(), on=key, how="anti").height
        assert orphans == frames["fee_list_d"].drop_nulls(key).join(frames[other].select(key).unique(), on=key, how="anti").height, other
    visits = now["mdtrt_d"]
    assert visits.filter(pl.col("endtime") < pl.col("begntime")).height == frames["mdtrt_d"].filter(pl.col("endtime") < pl.col("begntime")).height


@pytest.mark.parametrize("plant_id", PLANT_IDS)
def test_cases_lie_at_the_chosen_institutions_and_name_lines_that_are_there(
    plant_id: str, frames: Frames, planned: dict[str, Wave], planted: dict[str, Planted]
) -> None:
    done = planted[plant_id]
    assert done.cases.height > 0
    assert not done.cases["case_id"].is_duplicated().any()
    assert set(done.cases["fixmedins_code"]) == set(planned[plant_id][plant_id])
    lines = {**frames, **done.frames}["fee_list_d"]
    named = done.cases.select("fixmedins_code", pl.col("bkkp_sns").alias("bkkp_sn")).explode("bkkp_sn").drop_nulls()
    assert named.join(lines, on=["bkkp_sn", "fixmedins_code"], how="anti").is_empty()
    assert (done.cases["yuan"] > 0).any()


@pytest.mark.parametrize("plant_id", PLANT_IDS)
def test_a_settlement_is_still_the_sum_of_its_lines(plant_id: str, frames: Frames, planted: dict[str, Planted]) -> None:
    now = {**frames, **planted[plant_id].frames}

    def odd(tables: Frames) -> set[str]:
        """Visits whose settlements do not add up to their lines."""
        fees = tables["fee_list_d"].group_by("mdtrt_id").agg(fees=pl.col("det_item_fee_sumamt").cast(pl.Float64).sum())
        settled = tables["setl_d"].group_by("mdtrt_id").agg(settled=pl.col("medfee_sumamt").cast(pl.Float64).sum())
        both = fees.join(settled, on="mdtrt_id")
        return set(both.filter((pl.col("fees") - pl.col("settled")).abs() > 0.02 + 1e-4 * pl.col("fees").abs())["mdtrt_id"])

    assert odd(now) <= odd(frames)


def of(plant_id: str, planted: dict[str, Planted], frames: Frames) -> tuple[Frames, pl.DataFrame]:
    return {**frames, **planted[plant_id].frames}, planted[plant_id].cases


def test_a_dearer_drug_is_billed_while_box_and_stock_stay(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("dearer_drug_billed", planted, frames)
    assert set(planted["dearer_drug_billed"].frames) == {"fee_list_d", "setl_d"}
    lines = cases["bkkp_sns"].explode()
    before = frames["fee_list_d"].filter(pl.col("bkkp_sn").is_in(lines.implode())).sort("bkkp_sn")
    after = now["fee_list_d"].filter(pl.col("bkkp_sn").is_in(lines.implode())).sort("bkkp_sn")
    assert (after["pric"] > before["pric"]).all()
    assert (after["cnt"] == before["cnt"]).all()
    assert (after["hilist_code"].str.slice(0, 10) != before["hilist_code"].str.slice(0, 10)).all()


def test_a_visit_in_parts_bills_every_line_once_on_one_day(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("visit_in_parts", planted, frames)
    assert now["setl_d"]["medfee_sumamt"].cast(pl.Float64).sum() == pytest.approx(frames["setl_d"]["medfee_sumamt"].cast(pl.Float64).sum(), abs=1)
    assert now["fee_list_d"].height == frames["fee_list_d"].height
    parts = now["fee_list_d"].filter(pl.col("bkkp_sn").is_in(cases["bkkp_sns"].explode().implode()))
    days = parts.join(now["mdtrt_d"], on="mdtrt_id").group_by("psn_no", pl.col("begntime").dt.date()).agg(pl.col("mdtrt_id").n_unique())
    assert days["mdtrt_id"].min() == 3


def test_a_recruited_group_is_admitted_together_again_and_again(frames: Frames, planted: dict[str, Planted], p: Params) -> None:
    now, cases = of("recruited_group", planted, frames)
    stays = cases.select("case_id", "mdtrt_id", "fixmedins_code").join(now["mdtrt_d"], on=["mdtrt_id", "fixmedins_code"])
    together = stays.group_by("fixmedins_code", pl.col("begntime").dt.date()).agg(pl.col("psn_no").n_unique())
    assert together["psn_no"].min() >= p["group_persons"]
    assert set(stays.group_by("psn_no").len()["len"]) == {p["group_rounds"]}
    strangers = stays.join(frames["mdtrt_d"].filter(pl.col("med_type") == "21"), on="psn_no", how="anti").height
    assert strangers == stays.height, "nobody of them was in hospital before"


def test_cards_in_a_drawer_follow_each_other_within_minutes(frames: Frames, planted: dict[str, Planted], p: Params) -> None:
    now, _ = of("cards_in_a_drawer", planted, frames)
    new = now["mdtrt_d"].join(frames["mdtrt_d"], on="mdtrt_id", how="anti").sort("fixmedins_code", "begntime")
    gaps = new.select(gap=pl.col("begntime").diff().over("fixmedins_code", pl.col("begntime").dt.date())).drop_nulls()["gap"]
    assert gaps.dt.total_minutes().max() <= 4
    assert set(new["begntime"].dt.hour()) <= {18, 19}
    assert new.group_by("psn_no", "fixmedins_code").len()["len"].max() == p["card_evenings"]


def test_a_lent_card_is_of_the_other_sex_and_all_tables_agree_on_it(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("card_lent", planted, frames)
    sexes = frames["psn_info_b"].select("psn_no", "gend").unique("psn_no")
    was = frames["mdtrt_d"].join(cases.select("mdtrt_id"), on="mdtrt_id", how="semi").join(sexes, on="psn_no")
    now_is = now["mdtrt_d"].join(cases.select("mdtrt_id"), on="mdtrt_id", how="semi").join(sexes, on="psn_no")
    both = was.select("mdtrt_id", "gend").join(now_is.select("mdtrt_id", "gend", "psn_no"), on="mdtrt_id")
    assert (both["gend"] != both["gend_right"]).all()
    signed = now["fee_list_d"].join(both.select("mdtrt_id", card="psn_no"), on="mdtrt_id")
    assert (signed["psn_no"] == signed["card"]).all()


def test_upcoding_raises_weight_and_payment_and_treats_nobody_differently(frames: Frames, planted: dict[str, Planted], p: Params) -> None:
    for plant_id in ("severity_added", "main_diagnosis_dearer"):
        now, cases = of(plant_id, planted, frames)
        assert "fee_list_d" not in planted[plant_id].frames
        stays = frames["mdcs_fund_setl_list_d"].join(cases.select("mdtrt_id"), on="mdtrt_id", how="semi").select("setl_id")
        before = frames["drg_setl_d"].join(stays, on="setl_id", how="semi").sort("setl_id")
        after = now["drg_setl_d"].join(stays, on="setl_id", how="semi").sort("setl_id")
        ratio = after["drg_wt"].cast(pl.Float64) / before["drg_wt"].cast(pl.Float64)
        assert ratio.min() >= 1.1
        assert ratio.max() <= p["upcoded_times_max"] * 1.1
        assert (after["drg_fund_pay"].cast(pl.Float64) > before["drg_fund_pay"].cast(pl.Float64)).all()


def test_what_was_billed_as_outpatient_left_the_stay_and_nothing_was_added(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("billed_as_outpatient", planted, frames)
    moved = now["fee_list_d"].filter(pl.col("bkkp_sn").is_in(cases["bkkp_sns"].explode().implode()))
    assert set(moved["med_type"]) == {"11"}
    assert now["fee_list_d"].height == frames["fee_list_d"].height
    assert now["setl_d"]["medfee_sumamt"].cast(pl.Float64).sum() == pytest.approx(frames["setl_d"]["medfee_sumamt"].cast(pl.Float64).sum(), rel=1e-5)


def test_made_self_paid_takes_from_scope_what_the_patient_pays(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("made_self_paid", planted, frames)
    stays = cases["mdtrt_id"]
    lines = now["fee_list_d"].filter(pl.col("bkkp_sn").is_in(cases["bkkp_sns"].explode().implode()))
    assert lines["inscp_amt"].cast(pl.Float64).sum() == 0
    for name, sign in (("inscp_amt", -1), ("fulamt_ownpay_amt", 1)):
        change = now["setl_d"].filter(pl.col("mdtrt_id").is_in(stays.implode()))[name].cast(pl.Float64).sum()
        change -= frames["setl_d"].filter(pl.col("mdtrt_id").is_in(stays.implode()))[name].cast(pl.Float64).sum()
        assert sign * change == pytest.approx(cases["yuan"].sum(), abs=0.5), name


def test_a_dead_persons_face_is_seen_no_more(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("claims_after_death", planted, frames)
    dead = now["die_reg_d"].join(cases.select("psn_no"), on="psn_no", how="semi")
    assert dead.height == cases.height
    seen = now["scene_rcd_d"].join(dead, on="psn_no").filter(pl.col("begntime").dt.date() > pl.col("die_date"))
    assert seen.is_empty()
    after = (
        now["fee_list_d"].filter(pl.col("bkkp_sn").is_in(cases["bkkp_sns"].explode().implode())).join(dead.select("psn_no", "die_date"), on="psn_no")
    )
    assert (after["fee_ocur_time"].dt.date() - after["die_date"]).dt.total_days().min() >= 30


def test_a_rented_physician_is_registered_elsewhere_only(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("rented_physician", planted, frames)
    signed = now["fee_list_d"].filter(pl.col("bkkp_sn").is_in(cases["bkkp_sns"].explode().implode()))
    register = frames["dr_info_b"].select(bilg_dr_code="dr_code", fixmedins_code="medins_code")
    assert signed.join(register, on=["bilg_dr_code", "fixmedins_code"], how="semi").is_empty()
    assert signed.join(register, on="bilg_dr_code", how="anti").is_empty()


def test_implants_for_nobody_are_billed_in_stays_without_an_operation(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("implants_for_nobody", planted, frames)
    stays = now["fee_list_d"].join(cases.select("mdtrt_id"), on="mdtrt_id", how="semi")
    assert not stays["hilist_code"].str.slice(2, 2).is_in(["32", "33"]).any()
    assert stays.filter(pl.col("bkkp_sn").is_in(cases["bkkp_sns"].explode().implode()))["list_type"].unique().to_list() == ["301"]


def test_therapies_are_billed_on_every_day_of_the_stay_once(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("therapy_every_day", planted, frames)
    stay = frames["mdtrt_d"].join(cases.select("mdtrt_id"), on="mdtrt_id", how="semi").row(0, named=True)
    lines = good_lines(now).filter(pl.col("mdtrt_id") == stay["mdtrt_id"])
    added = cases.filter(pl.col("mdtrt_id") == stay["mdtrt_id"])["bkkp_sns"].explode()
    items = lines.filter(pl.col("bkkp_sn").is_in(added.implode()))["hilist_code"].unique()
    days = lines.filter(pl.col("hilist_code").is_in(items.implode())).group_by("hilist_code").agg(pl.col("fee_ocur_time").dt.date().n_unique())
    assert days["fee_ocur_time"].min() >= (stay["endtime"].date() - stay["begntime"].date()).days


def test_cases_of_a_plant_are_the_same_each_time(frames: Frames, planned: dict[str, Wave], planted: dict[str, Planted], p: Params) -> None:
    unit: Plant = next(unit for unit in all_plants() if unit.plant_id == "bought_for_resale")
    again = plant_cases((unit,), frames, planned[unit.plant_id], 0.6, p)
    assert again.cases.sort("case_id").equals(planted[unit.plant_id].cases.sort("case_id"))


def test_rings_in_rotation_meet_again_and_again_at_two_hospitals(frames: Frames, planned: dict[str, Wave], planted: dict[str, Planted]) -> None:
    now, cases = of("patients_in_rotation", planted, frames)
    rounds = City.load()["power"]["rotation_rounds"]
    new = now["mdtrt_d"].join(frames["mdtrt_d"], on="mdtrt_id", how="anti")
    of_person = new.group_by("psn_no").agg(pl.len().alias("stays"), pl.col("fixmedins_code").n_unique().alias("houses"))
    assert set(of_person["stays"]) == {rounds}
    assert set(of_person["houses"]) == {2}
    stays = now["mdtrt_d"].filter(pl.col("med_type").str.starts_with("2")).select(
        "fixmedins_code", "psn_no", begn_date=pl.col("begntime").dt.date(), main_dx="dscg_maindiag_code", n_setl=pl.lit(1)
    )  # fmt: skip
    none = pl.LazyFrame(schema={"fixmedins_code": pl.String, "psn_no": pl.String, "date": pl.Date, "door": pl.String})
    nobody = pl.LazyFrame(schema={"fixmedins_code": pl.String, "date": pl.Date, "drug_visits": pl.Int64})
    facts = {"stay": stays.lazy(), "surplus_purchase": none, "institution_day": nobody}
    tied = members(network_pairs(facts, City.load()).lazy(), ADMITTED_TOGETHER).filter(pl.col("persons") >= 4).collect()
    seen = cases.select("fixmedins_code", "psn_no").unique()
    # of a house with hardly a patient but three rings there is no crowd to stand out from: six days together are just within chance there
    few = seen.filter(pl.len().over("fixmedins_code") <= 12)
    assert few["fixmedins_code"].n_unique() >= 2
    assert few.join(tied, on=["fixmedins_code", "psn_no"], how="anti").is_empty(), "the network ties every planted patient at the planted house"
    assert set(seen["fixmedins_code"]) == set(planned["patients_in_rotation"]["patients_in_rotation"])


def test_cards_of_a_ring_buy_on_the_same_days_at_the_same_places(frames: Frames, planted: dict[str, Planted]) -> None:
    now, cases = of("cards_going_round", planted, frames)
    new = now["mdtrt_d"].join(frames["mdtrt_d"], on="mdtrt_id", how="anti")
    days = new.group_by("psn_no").agg(pl.struct("fixmedins_code", pl.col("begntime").dt.date()).unique().sort().alias("rounds"))
    size = City.load()["power"]["circuit_cards"]
    assert set(days.group_by("rounds").len()["len"]) <= {size * ring for ring in (1, 2, 3)}, "every card of a ring goes where the others go"
    assert cases["psn_no"].is_unique().all(), "a card is in one hand"
    assert new.join(frames["mdtrt_d"].select("psn_no"), on="psn_no", how="anti").is_empty()
