"""Who is compared with whom, and what comes of it."""

from __future__ import annotations

import polars as pl
import pytest

from features.case_mix import case_mix
from features.parameters import City
from features.peers import STANDARD_SCHEMA, peer_groups, standardise, wide

NO_STAYS = pl.DataFrame(schema={"fixmedins_code": pl.String, "in_hospital": pl.Boolean, "dx3": pl.String, "operated": pl.Boolean})


def stays_of(**dx: dict[str, int]) -> pl.DataFrame:
    """house → main diagnosis (with a trailing + where operated) → finished stays."""
    rows = [
        (house, False, code.removesuffix("+"), code.endswith("+")) for house, mix in dx.items() for code, many in mix.items() for _ in range(many)
    ]
    return pl.DataFrame(rows, schema=NO_STAYS.schema, orient="row")


def houses(*kinds: tuple[int, str, str | None, str | None]) -> pl.DataFrame:
    """(number, tier, type in words, ownership) → institutions; the type 零售药店 makes pharmacies."""
    rows = [
        {
            "fixmedins_code": f"{index}{letter:03d}",
            "tier": tier,
            "medins_type_name": None if kind == "零售药店" else kind,
            "medins_natu": nature,
            "is_pharmacy": kind == "零售药店",
        }
        for index, (number, tier, kind, nature) in enumerate(kinds)
        for letter in range(number)
    ]
    return pl.DataFrame(rows, schema_overrides={"medins_type_name": pl.String, "medins_natu": pl.String})


def group_of(frame: pl.DataFrame, code: str) -> tuple[str, int]:
    row = peer_groups(frame, NO_STAYS, City.load()).row(by_predicate=pl.col("fixmedins_code") == code, named=True)
    return row["peer_group"], row["peer_n"]


def features(name: str, values: dict[str, tuple[float, float]]) -> pl.DataFrame:
    """code → (value, denominator) of one feature."""
    return pl.DataFrame(
        [
            {"fixmedins_code": code, "feature": name, "value": value, "numerator": value * n, "denominator": n, "scatter": None}
            for code, (value, n) in values.items()
        ],
        schema_overrides={"scatter": pl.Float64},
    )


def test_enough_of_the_same_tier_type_and_ownership_are_a_group() -> None:
    assert group_of(houses((8, "2", "综合医院", "公立"), (3, "2", "综合医院", "民营")), "0000") == ("公立二级综合医院", 8)


def test_enough_of_the_same_tier_type_ownership_and_case_mix_are_a_group_and_the_others_fall_back() -> None:
    frame = houses((12, "2", "综合医院", "公立"), (3, "0", "零售药店", None))
    hearts = {f"0{number:03d}": {"I25": 30, "J18": 10} for number in range(9)}
    bones = {f"0{number:03d}": {"S72+": 40} for number in range(9, 12)}
    groups = peer_groups(frame, stays_of(**hearts, **bones), City.load())
    by_code = {code: (group, n) for code, group, n in groups.select("fixmedins_code", "peer_group", "peer_n").iter_rows()}
    assert by_code["0000"] == ("公立二级综合医院（循环系统疾病，非手术为主）", 9)
    assert by_code["0011"] == ("公立二级综合医院", 12)
    assert by_code["1000"] == ("全部机构", 15)


def test_case_mix_is_told_by_the_chapter_that_prevails_and_only_of_enough_finished_stays() -> None:
    stays = stays_of(
        heart={"I10": 20, "J18": 30, "I50": 25, "": 500},
        mixed={"I10": 10, "J18": 10, "K80": 10, "M51": 10},
        surgery={"K80+": 24, "K29": 36},
        few={"I10": 29},
        odd={"ZZZ": 60},
        small_letters={"i10": 30},
    )
    still_there = stays_of(few={"I10": 50}).with_columns(in_hospital=pl.lit(value=True))
    told = case_mix(pl.concat([stays, still_there]), City.load()["peers"])
    assert dict(told.iter_rows()) == {
        "heart": "循环系统疾病，非手术为主",
        "mixed": "多系统疾病，非手术为主",
        "surgery": "消化系统疾病，手术为主",
        "small_letters": "循环系统疾病，非手术为主",
    }
    assert case_mix(stays.drop("operated").lazy(), City.load()["peers"])["case_mix"].str.contains("非手术").all()


@pytest.mark.parametrize(
    ("dx3", "chapter"),
    [
        ("A00", "传染病"),
        ("D48", "肿瘤"),
        ("D50", "血液疾病"),
        ("H59", "眼部疾病"),
        ("H60", "耳部疾病"),
        ("P07", "妊娠分娩及新生儿"),
        ("T98", "损伤中毒"),
    ],
)
def test_a_category_lies_in_its_chapter(dx3: str, chapter: str) -> None:
    told = case_mix(stays_of(h={dx3: 40}), City.load()["peers"])
    assert told["case_mix"].to_list() == [f"{chapter}，非手术为主"]


def test_too_few_of_one_ownership_are_compared_with_all_of_their_tier_and_type() -> None:
    assert group_of(houses((8, "2", "综合医院", "公立"), (3, "2", "综合医院", "民营")), "1000") == ("二级综合医院", 11)


def test_a_specialised_house_is_compared_with_its_specialty_in_all_tiers() -> None:
    frame = houses((5, "2", "专科医院-精神", "民营"), (4, "1", "专科医院-精神", "公立"), (20, "2", "综合医院", "公立"))
    assert group_of(frame, "0000") == ("专科医院-精神", 9)


def test_a_general_house_is_compared_with_the_hospitals_of_its_tier() -> None:
    frame = houses((3, "2", "中医医院", "公立"), (9, "2", "综合医院", "公立"), (20, "1", "综合医院", "公立"))
    assert group_of(frame, "0000") == ("二级医院", 12)


def test_pharmacies_are_a_group_of_their_own_and_what_has_no_like_is_compared_with_all() -> None:
    frame = houses((9, "0", "零售药店", None), (1, "0", None, None))
    assert group_of(frame, "0000") == ("零售药店", 9)
    assert group_of(frame, "1000") == ("全部机构", 10)


def test_a_house_far_above_its_peers_stands_out_and_the_peers_do_not() -> None:
    frame = houses((12, "2", "综合医院", "公立"))
    codes = frame["fixmedins_code"].to_list()
    values = {code: (0.02 + 0.002 * index, 1000.0) for index, code in enumerate(codes)} | {codes[-1]: (0.4, 1000.0)}
    table = standardise(features("idle_day_share", values), peer_groups(frame, NO_STAYS, City.load()), City.load())
    assert dict(table.schema) == dict(STANDARD_SCHEMA)
    z = dict(zip(table["fixmedins_code"], table["z"], strict=True))
    assert z[codes[-1]] > 5
    assert max(value for code, value in z.items() if code != codes[-1]) < 2
    assert table["peer_group"].unique().to_list() == ["公立二级综合医院"]


def test_low_is_suspicious_where_the_feature_says_so_and_both_ways_where_it_does() -> None:
    frame = houses((12, "2", "综合医院", "公立"))
    codes = frame["fixmedins_code"].to_list()
    little = {code: (20.0 + index % 3, 1000.0) for index, code in enumerate(codes)} | {codes[0]: (1.0, 1000.0)}
    share = {code: (0.5 + 0.01 * (index % 3), 1000.0) for index, code in enumerate(codes)} | {codes[0]: (0.1, 1000.0)}
    groups = peer_groups(frame, NO_STAYS, City.load())
    both = standardise(pl.concat([features("care_per_day", little), features("fund_share", share)]), groups, City.load())
    assert both.filter(fixmedins_code=codes[0])["z"].min() > 3
    assert both.filter(feature="fund_share")["z"].min() >= 0


def test_no_z_goes_beyond_the_cap() -> None:
    frame = houses((12, "2", "综合医院", "公立"))
    values = dict.fromkeys(frame["fixmedins_code"], (1.0, 1000000.0)) | {"0000": (900.0, 1e6)}
    table = standardise(features("bed_days_charged", values), peer_groups(frame, NO_STAYS, City.load()), City.load())
    assert table["z"].max() == City.load()["peers"]["z_cap"]


def test_only_what_means_the_same_everywhere_is_compared_with_everybody() -> None:
    frame = houses((3, "0", "血液透析中心", "民营"), (5, "2", "综合医院", "公立"), (9, "0", "零售药店", None))
    codes = [code for code in frame["fixmedins_code"] if code[0] in "01"]
    groups = peer_groups(frame, NO_STAYS, City.load())
    everywhere = standardise(features("dialysis_per_month", dict.fromkeys(codes, (11.0, 50.0))), groups, City.load())
    assert everywhere["peer_group"].to_list() == ["全部机构"] * 8
    own_kind = standardise(features("visits_per_person", dict.fromkeys(codes, (11.0, 50.0))), groups, City.load())
    by_code = dict(zip(own_kind["fixmedins_code"], own_kind["peer_group"], strict=True))
    assert by_code["0000"] is None, "three dialysis centres are too few for a comparison"
    assert by_code["1000"] == "医院", "five hospitals serve where there are no more"
    assert own_kind.filter(pl.col("peer_group").is_null())["z"].null_count() == 3


def test_what_hangs_on_the_kind_of_house_is_not_compared_with_other_kinds() -> None:
    frame = houses((1, "3", "专科医院-肿瘤", "公立"), (9, "2", "专科医院-精神", "民营"), (20, "2", "综合医院", "公立"))
    groups = peer_groups(frame, NO_STAYS, City.load())
    share = features("cost_share_drug", dict.fromkeys(frame["fixmedins_code"], (0.3, 1e6)))
    beds = features("bed_days_charged", dict.fromkeys(frame["fixmedins_code"], (1.0, 1e6)))
    table = standardise(pl.concat([share, beds]), groups, City.load()).filter(fixmedins_code="0000")
    assert dict(zip(table["feature"], table["peer_group"], strict=True)) == {"cost_share_drug": None, "bed_days_charged": "专科医院"}


def test_descriptive_features_and_unknown_institutions_are_left_out() -> None:
    frame = houses((9, "2", "综合医院", "公立"))
    values = dict.fromkeys([*frame["fixmedins_code"], "X"], (5.0, 1.0))
    groups = peer_groups(frame, NO_STAYS, City.load())
    assert standardise(features("business_size_stays", values), groups, City.load()).is_empty()
    assert "X" not in standardise(features("fee_per_case_stay", values), groups, City.load())["fixmedins_code"].to_list()


def test_the_order_of_institutions_changes_nothing() -> None:
    frame = houses((12, "2", "综合医院", "公立"), (9, "0", "零售药店", None))
    values = {code: (0.1 + 0.01 * index, 10.0 * (index + 1)) for index, code in enumerate(frame["fixmedins_code"])}
    one = standardise(features("refund_share", values), peer_groups(frame, NO_STAYS, City.load()), City.load())
    other = frame.reverse()
    two = standardise(features("refund_share", dict(reversed(values.items()))), peer_groups(other, NO_STAYS, City.load()), City.load())
    assert one.equals(two)


def test_wide_has_one_row_a_house_and_a_column_a_feature() -> None:
    frame = houses((9, "2", "综合医院", "公立"))
    long = pl.concat([features(name, dict.fromkeys(frame["fixmedins_code"], (0.1, 10.0))) for name in ("refund_share", "idle_day_share")])
    table = wide(standardise(long, peer_groups(frame, NO_STAYS, City.load()), City.load()))
    assert table.columns == ["fixmedins_code", "idle_day_share", "refund_share"]
    assert table.height == 9
    assert wide(pl.DataFrame(schema=STANDARD_SCHEMA)).columns == ["fixmedins_code"]


@pytest.mark.parametrize("lazy", [True, False])
def test_lazy_and_eager_frames_serve_alike(lazy: bool) -> None:
    frame = houses((9, "2", "综合医院", "公立"))
    groups = peer_groups(frame.lazy() if lazy else frame, NO_STAYS.lazy() if lazy else NO_STAYS, City.load())
    assert groups["peer_level"].to_list() == [0] * 9
