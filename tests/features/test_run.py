"""All features together: bucket facts, their sums, city facts; what cannot be computed is said."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from features import run
from features.feature import GRAINS, feature, features_of
from features.lake import Lake
from features.parameters import City, Params
from features.run import BUCKET_FACTS, CITY_FACTS, FEATURE_SCHEMA, bucket_facts, city_facts, combine, not_computed
from features.tables import Tables

Draw = Callable[..., Tables]

LIFE = {
    "mdtrt_d": """
        mdtrt_id | psn_no | begntime         | endtime          | fixmedins_code | med_type | dscg_maindiag_code
        M1       | P1     | 2024-03-01 09:00 | 2024-03-06 10:00 | H1             | 21       | J18.900
        M2       | P2     | 2024-03-02 09:00 | 2024-03-04 10:00 | H2             | 21       | J18.900
        V1       | P3     | 2024-03-05 09:00 | 2024-03-05 09:10 | H1             | 11       | J06.900
        B1       | P3     | 2024-04-05 09:00 | 2024-04-05 09:10 | P1             | 41       |
    """,
    "fee_list_d": """
        mdtrt_id | fee_ocur_time | hilist_code             | pric | bilg_dr_code
        M1       | 2024-03-01    | 002503000010000         | 100  | D1
        M1       | 2024-03-02    | XN02BED140A001010106558 | 50   | D1
        M2       | 2024-03-02    | 002503000010000         | 100  | D2
        V1       | 2024-03-05    | XN02BED140A001010106558 | 20   | D1
        B1       | 2024-04-05    | XN02BED140A001010106558 | 20   |
    """,
}


def whole(t: Tables) -> dict[str, pl.DataFrame]:
    parts = {name: frame.lazy() for name, frame in bucket_facts(t, City.load()).items()}
    return city_facts(parts, Tables(t.lake), City.load())


def test_every_bucket_frame_has_its_keys_once_and_all_columns_of_the_features_that_can_be_computed(city: Draw) -> None:
    t = city(**LIFE)
    frames = bucket_facts(t, City.load())
    missing = {row.feature_id for row in not_computed(t)}
    assert set(frames) == set(BUCKET_FACTS)
    for name, frame in frames.items():
        keys = list(GRAINS[name].keys)
        want = [column for unit in features_of(name) if unit.feature_id not in missing for column in unit.columns]
        assert sorted(frame.columns) == sorted([*keys, *want])
        assert frame.select(keys).is_duplicated().sum() == 0
        assert frame.select(keys).equals(frame.select(keys).sort(keys))


def test_a_feature_whose_table_is_absent_is_absent_and_named(city: Draw) -> None:
    t = city(**LIFE)
    named = {(row.feature_id, row.missing) for row in not_computed(t)}
    assert ("days_seen", ("scene_rcd_d",)) in named
    assert ("unseen_share", ("scene_rcd_d",)) in named
    assert "seen_days" not in bucket_facts(t, City.load())["stay"].columns
    assert "unseen_share" not in whole(t)["institution"].columns


def test_a_lake_without_fee_lines_still_gives_what_visits_and_settlements_tell(city: Draw) -> None:
    t = city(
        mdtrt_d="""
            mdtrt_id | begntime   | endtime    | med_type
            V1       | 2024-03-01 | 2024-03-01 | 11
        """,
        setl_d="""
            setl_id | mdtrt_id | medfee_sumamt | inscp_amt
            S1      | V1       | 10.00         | 10.00
        """,
    )
    facts = whole(t)
    assert facts["institution"]["business_size_settlements"].to_list() == [1.0]
    assert "idle_day_share" not in facts["institution"].columns


def test_city_facts_have_one_row_an_institution_that_did_business_with_its_registry(city: Draw) -> None:
    t = city(**LIFE, fixmedins_b="fixmedins_code | fixmedins_name\nH1 | 一院\nH9 | 无业务")
    facts = whole(t)
    assert set(facts) == set(CITY_FACTS)
    table = facts["institution"]
    assert table["fixmedins_code"].to_list() == ["H1", "H2", "P1"]
    assert table["fixmedins_name"].to_list()[0] == "一院"
    assert table["idle_day_share"].to_list() == [0.6, 0.5, None]
    long = facts["institution_feature"]
    assert dict(long.schema) == dict(FEATURE_SCHEMA)
    assert long["denominator"].min() > 0
    assert long["value"].null_count() == 0


def test_stays_that_a_feature_says_nothing_of_count_zero(city: Draw) -> None:
    stay = bucket_facts(city(**LIFE), City.load())["stay"]
    assert stay["imaging_days"].to_list() == [0, 0]
    assert stay["next_days"].to_list() == [None, None]


def split_in_two(t: Tables, folder) -> Lake:
    """The same lake with its persons in two buckets."""
    import json
    from pathlib import Path

    manifest = json.loads((t.lake.root / "lake.json").read_text(encoding="utf-8"))
    parts = []
    for part in manifest["parts"]:
        frame = pl.read_parquet(t.lake.root / part["path"])
        if part["bucket"] == "all":
            pieces = [("all", frame)]
        else:
            odd = pl.col("psn_no") == "P2"
            pieces = [("000", frame.filter(odd)), ("001", frame.filter(~odd))]
        for bucket, piece in pieces:
            path = Path("tables") / part["table"] / f"bucket={bucket}" / "month=all" / "part.parquet"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            piece.write_parquet(folder / path)
            parts.append({**part, "bucket": bucket, "path": str(path), "rows": piece.height})
    (folder / "lake.json").write_text(json.dumps({**manifest, "n_buckets": 2, "parts": parts}), encoding="utf-8")
    return Lake(folder)


def test_two_buckets_give_the_same_city_as_one(city: Draw, tmp_path) -> None:
    t = city(**LIFE)
    folder = tmp_path / "two"
    folder.mkdir()
    lake = split_in_two(t, folder)
    buckets = [bucket_facts(Tables(lake, bucket), City.load()) for bucket in lake.buckets]
    parts = {name: pl.concat([bucket[name] for bucket in buckets]).lazy() for name in BUCKET_FACTS}
    one, two = whole(t), city_facts(parts, Tables(lake), City.load())
    for name in CITY_FACTS:
        assert one[name].equals(two[name]), name


def test_an_empty_bucket_gives_empty_frames_of_the_same_columns_and_types(city: Draw, tmp_path) -> None:
    t = city(**LIFE)
    folder = tmp_path / "three"
    folder.mkdir()
    lake = split_in_two(t, folder)
    lake.parts = tuple(part for part in lake.parts if part.bucket != "000")
    empty, full = bucket_facts(Tables(lake, "000"), City.load()), bucket_facts(Tables(lake, "001"), City.load())
    for name in BUCKET_FACTS:
        assert empty[name].is_empty()
        assert empty[name].schema == full[name].schema, name


def test_the_order_of_rows_in_the_lake_changes_nothing(city: Draw) -> None:
    twice = "| 2024-03-02    | 002503000010000         | 100  | D1\n"
    in_clinic_and_ward = {
        "mdtrt_d": LIFE["mdtrt_d"] + "V2 | P1 | 2024-03-02 09:00 | 2024-03-02 09:10 | H1 | 11 | J06.900\n",
        "fee_list_d": f"{LIFE['fee_list_d']}V2 {twice}M1 {twice}",
    }
    t = city(**in_clinic_and_ward)
    before = whole(t)
    for path in t.lake.root.rglob("*.parquet"):
        pl.read_parquet(path).reverse().write_parquet(path)
    after = whole(Tables(t.lake, t.bucket))
    for name in CITY_FACTS:
        assert before[name].equals(after[name]), name


def test_sums_of_buckets_add_up_and_single_grains_are_left_alone() -> None:
    parts = pl.LazyFrame({"fixmedins_code": ["H1", "H1", "H2"], "month": ["2024-03"] * 3, "visits": [1, 2, 5]})
    assert combine("institution_month", parts).collect().rows() == [("H1", "2024-03", 3), ("H2", "2024-03", 5)]
    assert combine("person_month", parts).collect().height == 3


def test_city_facts_say_which_bucket_facts_they_miss(city: Draw) -> None:
    with pytest.raises(KeyError, match="person_month"):
        city_facts({}, Tables(city(**LIFE).lake), City.load())


def test_a_feature_that_returns_other_columns_than_declared_is_refused(city: Draw) -> None:
    @feature(grain="stay", title_zh="测试", title_en="t", unit="", why="", numerator="", denominator="", columns={"promised": "承诺"})
    def careless(t: Tables, p: Params) -> pl.LazyFrame:
        """Returns something else."""
        return t.stays.select("mdtrt_id", given=pl.lit(1))

    with pytest.raises(ValueError, match=r"careless .*promised.*given"):
        run._checked(careless, careless.function(city(**LIFE), City.load()["careless"]))
