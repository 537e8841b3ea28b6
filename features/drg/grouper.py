"""The grouper: discharges → MDC → ADRG → DRG, vectorised, every case with its path or the reason why it has no group.

A case meets an ADRG when the MDC accepts it and the ADRG's conditions hold; among those it meets, the first in the scheme's order
wins (MDC order, then ADRG order). The DRG of the ADRG follows from severity: a secondary diagnosis that is an MCC or CC counts
unless the main diagnosis carries the same exclusion number.

Conditions are resolved by joins on code lists, never case by case; which MDCs accept a case is one bit mask a case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from features.drg.scheme import AMBIGUOUS_SUFFIX, UNGROUPED, Scheme
from features.shared.text import filled

#: Columns of the result, one row a case in the order of ``cases``.
GROUPED: Final[dict[str, pl.DataType]] = {
    "case_id": pl.String(),
    "scheme": pl.String(),
    "mdc": pl.String(),
    "adrg": pl.String(),
    "drg_code": pl.String(),
    "drg_name": pl.String(),
    "reason": pl.String(),
    "severity_codes": pl.List(pl.String()),
    "path": pl.String(),
}

#: Why a case has no group, or that it has one, with the words for screens.
REASONS: Final[dict[str, str]] = {
    "grouped": "已入组",
    "no_main_dx": "缺主要诊断",
    "main_dx_unknown": "主要诊断编码不在医保版疾病编码内",
    "main_dx_outside": "主要诊断不在分组方案内",
    "sex_conflict": "主要诊断所属大类与性别不符",
    "age_conflict": "主要诊断属新生儿大类而年龄不符",
    "no_adrg": "主要诊断与手术操作均不满足所属大类任何核心组",
    "ambiguous": "主要诊断与手术操作不符，归歧义组",
    "no_scheme": "出院之日没有生效的分组方案",
}


def group(cases: pl.LazyFrame, diagnoses: pl.LazyFrame, operations: pl.LazyFrame, scheme: Scheme) -> pl.LazyFrame:
    """Groups discharges by ``scheme``.

    ``cases``: case_id, gend (1, 2), age (years), age_days, weight (grams at admission, newborns), dscg_way; ``diagnoses`` and
    ``operations``: case_id, code, main (bool), seq (order in the list). The main diagnosis is the first flagged main, else the first
    of the list; operations likewise. Gives the columns of ``GROUPED``.
    """
    keyed = cases.with_columns(case_id=pl.col("case_id").cast(pl.String)).with_row_index("case").collect(engine="in-memory")
    ids = keyed.select("case_id", "case")
    dx = _ordered(diagnoses, ids)
    op = _ordered(operations, ids).join(_stand_ins(scheme, "op"), on="code", how="left", maintain_order="left")
    op = op.with_columns(code=pl.coalesce("stand_in", "code")).drop("stand_in")
    case = _described(keyed, dx, op, scheme)
    met = _met(case, dx, op, scheme)
    best = (
        case.select("case", "mask")
        .join(met, on="case", how="inner")
        .filter((pl.col("mask") & pl.col("bit")) != 0)
        .group_by("case")
        .agg(pl.col("rank").min())
    )
    chosen = _ranks(scheme).rename({"name": "adrg_name"})
    placed = case.join(best.join(chosen, on="rank", how="left"), on="case", how="left", maintain_order="left")
    severe = _severe(placed, dx, scheme)
    result = _with_drg(placed, severe, scheme)
    return _explained(result, scheme).select(pl.col(name).cast(dtype) for name, dtype in GROUPED.items()).lazy()


def group_in_force(cases: pl.LazyFrame, diagnoses: pl.LazyFrame, operations: pl.LazyFrame, schemes: Sequence[Scheme]) -> pl.LazyFrame:
    """Groups every discharge by the version in force on its ``dscg_date`` (a column of ``cases`` beside those of ``group``).

    Without a date the newest version counts; a discharge older than all versions has the reason ``no_scheme``.
    """
    day, parts, left = pl.col("dscg_date"), [], pl.lit(value=True)
    for scheme in schemes:
        mine = day.is_between(scheme.in_force_from, scheme.in_force_to) if scheme.in_force_to else day >= scheme.in_force_from
        mine = mine.fill_null(value=scheme is schemes[-1])
        parts.append(group(cases.filter(mine), diagnoses, operations, scheme))
        left = left & ~mine
    none = cases.filter(left).select(pl.col("case_id").cast(pl.String), reason=pl.lit("no_scheme"), path=pl.lit(REASONS["no_scheme"]))
    return pl.concat([*parts, none.select(_columns_of(none))])


def _columns_of(frame: pl.LazyFrame) -> list[pl.Expr]:
    held = frame.collect_schema().names()
    return [(pl.col(name) if name in held else pl.lit(None)).cast(dtype).alias(name) for name, dtype in GROUPED.items()]


def _ordered(listed: pl.LazyFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """case, code, main (first of its case): codes trimmed and in capitals but for the x of extensions."""
    raw = pl.col("code").cast(pl.String).str.strip_chars().str.to_uppercase()
    # the national lists write the mark of an extension as a small x; a leading X is a chapter of ICD-10
    code = raw.str.slice(0, 1) + raw.str.slice(1).str.replace_all("X", "x", literal=True)
    rows = (
        listed.select(pl.col("case_id").cast(pl.String), code.alias("code"), "main", "seq")
        .filter(pl.col("code").is_not_null() & (pl.col("code") != ""))
        .collect(engine="in-memory")
        .join(ids, on="case_id", how="inner")
        .select("case", "code", pl.col("main").fill_null(value=False), "seq")
        .sort("case", pl.col("main").not_(), "seq", "code", nulls_last=True)
    )
    return rows.select("case", "code", main=pl.col("case").is_first_distinct())


def _described(keyed: pl.DataFrame, dx: pl.DataFrame, op: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """Each case with main codes, person, validity of its operations, and the mask of MDCs that accept it."""
    valid = op.join(scheme.valid_operations.select("code"), on="code", how="semi")
    age_days = pl.col("age_days").cast(pl.Float64)
    frame = (
        keyed.select(
            "case",
            "case_id",
            pl.col("gend").cast(pl.String),
            pl.col("age").cast(pl.Float64),
            age_days.alias("age_days"),
            pl.col("weight").cast(pl.Float64),
            pl.col("dscg_way").cast(pl.String),
        )
        .join(dx.filter("main").select("case", dx0="code"), on="case", how="left", maintain_order="left")
        .join(op.filter("main").select("case", op0="code"), on="case", how="left", maintain_order="left")
        .join(valid.filter("main").select("case", valid_main=pl.lit(value=True)), on="case", how="left", maintain_order="left")
        .join(valid.select("case").unique().with_columns(any_valid=pl.lit(value=True)), on="case", how="left", maintain_order="left")
        .join(_stand_ins(scheme, "dx").rename({"code": "dx0"}), on="dx0", how="left", maintain_order="left")
        .with_columns(listed=pl.coalesce("stand_in", "dx0"))
        .join(_dx_masks(scheme), on="listed", how="left", maintain_order="left")
        .with_columns(
            pl.col("valid_main", "any_valid").fill_null(value=False),
            pl.col("dx_mask").fill_null(0),
            infant=(pl.col("age").floor() == 0) | (pl.col("age").is_null() & (age_days < 365)),
            newborn=(age_days <= scheme.newborn_days).fill_null(value=False),
        )
        .with_columns(pl.col("infant").fill_null(value=False))
    )
    regions = _regions(dx, frame, scheme)
    frame = frame.join(regions, on="case", how="left", maintain_order="left")
    male, female = _bits(scheme, scheme.male_mdcs), _bits(scheme, scheme.female_mdcs)
    newborn, trauma, operated = (_bits(scheme, names) for names in (scheme.newborn_mdcs, scheme.trauma_mdcs, scheme.operation_mdcs))
    mask = pl.col("dx_mask")
    for accepted, bits in (
        (pl.col("gend") == "1", male),
        (pl.col("gend") == "2", female),
        (pl.col("infant"), newborn),
        (pl.col("regions").fill_null(0) >= 2, trauma),
    ):
        mask = pl.when(accepted.fill_null(value=False)).then(mask).otherwise(mask & _int(~bits & 0xFFFFFFFF))
    return frame.with_columns(mask=mask | pl.when("valid_main").then(_int(operated)).otherwise(_int(0)))


def _regions(dx: pl.DataFrame, case: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """Number of injured body regions of cases whose main diagnosis is in a multiple-trauma MDC."""
    bits = _bits(scheme, scheme.trauma_mdcs)
    table = scheme.mdc_members.filter(pl.col("mdc").is_in(list(scheme.trauma_mdcs))).select("code", "region")
    concerned = case.filter((pl.col("dx_mask") & _int(bits)) != 0).select("case")
    return dx.join(concerned, on="case", how="semi").join(table, on="code").group_by("case").agg(regions=pl.col("region").n_unique())


def _met(case: pl.DataFrame, dx: pl.DataFrame, op: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """(case, rank, bit) of every ADRG whose conditions a case meets, of MDCs that accept it."""
    ranks = _ranks(scheme)
    members = scheme.adrg_members.join(ranks.select("adrg", "rank", "bit"), on="adrg")
    of_dx, of_op = members.filter(pl.col("list") == "dx"), members.filter(pl.col("list") == "op")
    found: list[pl.DataFrame] = []
    for (dx_condition, op_condition), wanted in ranks.filter(~pl.col("ambiguous")).group_by(["dx", "op"], maintain_order=True):
        hit: pl.DataFrame | None = None
        # by operation first: few cases have one; then by diagnosis
        if op_condition == "main":
            hit = _listed(case, "op0", of_op.join(wanted, on="rank", how="semi"))
        elif op_condition == "pair":
            hit = _pairs(op, members.join(wanted, on="rank", how="semi"))
        elif op_condition == "parts":
            hit = _parts(op, of_op.join(wanted, on="rank", how="semi"), wanted)
        by_dx = of_dx.join(wanted, on="rank", how="semi")
        if dx_condition == "main" and hit is None:
            hit = _listed(case, "listed", by_dx)
        elif dx_condition == "main" and hit is not None:
            mains = case.select("case", code="listed")
            hit = hit.join(mains, on="case").join(by_dx.select("rank", "code"), on=["rank", "code"], how="semi")
        elif dx_condition == "any":
            concerned = case.filter((pl.col("mask") & _int(_or_bits(wanted))) != 0).select("case")
            listed = dx.join(concerned, on="case", how="semi").join(by_dx, on="code").select("case", "rank").unique()
            hit = listed if hit is None else hit.join(listed, on=["case", "rank"], how="semi")
        elif hit is None:
            hit = _every(case, wanted)
        if op_condition == "valid_main":
            hit = hit.join(case.filter("valid_main").select("case"), on="case", how="semi")
        elif op_condition == "no_valid":
            hit = hit.join(case.filter(~pl.col("any_valid")).select("case"), on="case", how="semi")
        found.append(hit.select("case", "rank"))
    if scheme.mismatch == "ambiguous":
        found.append(_every(case.filter("any_valid"), ranks.filter("ambiguous")))
    return _person_fits(pl.concat(found), case, ranks)


def _listed(case: pl.DataFrame, column: str, members: pl.DataFrame) -> pl.DataFrame:
    """(case, rank) where the main code in ``column`` is a member of the ADRG's list and the MDC accepts the case."""
    mains = case.select("case", "mask", code=column).filter(pl.col("code").is_not_null())
    return mains.join(members, on="code").filter((pl.col("mask") & pl.col("bit")) != 0).select("case", "rank")


def _every(case: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """(case, rank) of all cases the ADRGs' MDCs accept."""
    frames = [
        case.filter((pl.col("mask") & _int(bit)) != 0).select("case", rank=_int(rank)) for rank, bit in wanted.select("rank", "bit").iter_rows()
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema={"case": case.schema["case"], "rank": pl.Int64})


def _person_fits(met: pl.DataFrame, case: pl.DataFrame, ranks: pl.DataFrame) -> pl.DataFrame:
    """Rows whose newborn and birth-weight conditions the person fulfils, with the MDC's bit."""
    frame = met.join(ranks.select("rank", "bit", "newborn_only", "weight_from", "weight_to"), on="rank")
    special = pl.col("newborn_only") | pl.col("weight_from").is_not_null() | pl.col("weight_to").is_not_null()
    known = pl.col("weight") > 0
    checked = (
        frame.filter(special)
        .join(case.select("case", "newborn", "weight"), on="case", how="left")
        .filter(
            (pl.col("newborn") | ~pl.col("newborn_only"))
            & (pl.col("weight_from").is_null() | (known & (pl.col("weight") >= pl.col("weight_from"))).fill_null(value=False))
            & (pl.col("weight_to").is_null() | (known & (pl.col("weight") < pl.col("weight_to"))).fill_null(value=False))
        )
    )
    return pl.concat([frame.filter(~special).select("case", "rank", "bit"), checked.select("case", "rank", "bit")])


def _pairs(op: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Cases with one operation of list ``op`` and one of list ``op2`` (any place in the list)."""
    lists = members.filter(pl.col("list") != "dx").select("code", "rank", "list")
    both = op.join(lists, on="code").group_by("case", "rank").agg(pl.col("list").n_unique())
    return both.filter(pl.col("list") == 2).select("case", "rank")


def _parts(op: pl.DataFrame, members: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Cases whose operations cover one alternative of the ADRG's pattern (``1+2|1+3+4``: parts 1 and 2, or 1, 3 and 4)."""
    had = op.join(members.select("code", "rank", "part"), on="code").group_by("case", "rank").agg(pl.col("part").unique())
    alternatives = wanted.select("rank", pl.col("pattern").str.split("|")).explode("pattern").with_columns(needed=pl.col("pattern").str.split("+"))
    covered = had.join(alternatives, on="rank").filter(pl.col("needed").list.set_difference(pl.col("part")).list.len() == 0)
    return covered.select("case", "rank").unique()


def _severe(placed: pl.DataFrame, dx: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """case, level (mcc, cc) and the secondary diagnoses that count for it."""
    excluded = placed.select("case", "dx0").join(scheme.exclusion.select(dx0="code", main_exclusion="exclusion"), on="dx0", how="left")
    return (
        dx.filter(~pl.col("main"))
        .join(scheme.severity, on="code")
        .join(excluded.select("case", "main_exclusion"), on="case")
        .filter(pl.col("main_exclusion").is_null() | (pl.col("main_exclusion") != pl.col("exclusion")))
        .group_by("case")
        .agg(
            has_mcc=(pl.col("level") == "mcc").any(),
            mcc=pl.col("code").filter(pl.col("level") == "mcc").unique().sort(),
            cc=pl.col("code").filter(pl.col("level") == "cc").unique().sort(),
        )
    )


def _with_drg(placed: pl.DataFrame, severe: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    frame = placed.join(severe, on="case", how="left", maintain_order="left").with_columns(
        has_cc=pl.col("has_mcc").is_not_null(), has_mcc=pl.col("has_mcc").fill_null(value=False)
    )
    fits = (
        frame.filter(pl.col("adrg").is_not_null())
        .select("case", "adrg", "has_mcc", "has_cc", "dscg_way")
        .join(scheme.drg, on="adrg")
        .filter(
            ((pl.col("needs") == "all") | ((pl.col("needs") == "mcc") & pl.col("has_mcc")) | ((pl.col("needs") == "cc") & pl.col("has_cc")))
            & (pl.col("discharge").is_null() | pl.col("discharge").str.split("|").list.contains(pl.col("dscg_way")).fill_null(value=False))
        )
        .sort("case", "drg_order")
        .unique("case", keep="first", maintain_order=True)
        .select("case", "drg_code", "drg_name", "needs")
    )
    return frame.join(fits, on="case", how="left", maintain_order="left")


def _explained(frame: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """Adds reason, the codes behind the severity, and the path in words; fills 0000 and QY groups."""
    known = scheme.known_codes.filter(pl.col("kind") == "dx").select(dx0="code", known=pl.lit(value=True))
    sexed = _bits(scheme, scheme.male_mdcs | scheme.female_mdcs)
    newborn = _bits(scheme, scheme.newborn_mdcs)
    first = {1 << place: mdc for place, mdc in enumerate(scheme.mdc_order)}
    entered = pl.col("mask") & _int(~_bits(scheme, scheme.operation_mdcs) & 0xFFFFFFFF)
    lowest = (entered & (pl.lit(0, pl.Int64) - entered)).replace_strict(first, default=None, return_dtype=pl.String)
    frame = frame.join(known, on="dx0", how="left", maintain_order="left").with_columns(entered=lowest)
    ambiguous = pl.col("ambiguous").fill_null(value=False) | (pl.col("adrg").is_null() & pl.col("entered").is_not_null() & pl.col("any_valid"))
    reason = (
        pl.when(pl.col("drg_code").is_not_null())
        .then(pl.lit("grouped"))
        .when(ambiguous)
        .then(pl.lit("ambiguous"))
        .when(pl.col("dx0").is_null())
        .then(pl.lit("no_main_dx"))
        .when((pl.col("dx_mask") == 0) & pl.col("known").is_null())
        .then(pl.lit("main_dx_unknown"))
        .when(pl.col("dx_mask") == 0)
        .then(pl.lit("main_dx_outside"))
        .when(pl.col("entered").is_not_null())
        .then(pl.lit("no_adrg"))
        .when((pl.col("dx_mask") & _int(sexed)) != 0)
        .then(pl.lit("sex_conflict"))
        .when((pl.col("dx_mask") & _int(newborn)) != 0)
        .then(pl.lit("age_conflict"))
        .otherwise(pl.lit("no_adrg"))
    )
    mdc = pl.coalesce("mdc", "entered")
    codes = (
        pl.when(pl.col("needs") == "mcc")
        .then(pl.col("mcc"))
        .when(pl.col("needs") == "cc")
        .then(pl.concat_list(pl.col("mcc", "cc")))
        .otherwise(pl.lit([], pl.List(pl.String)))
    )
    frame = frame.with_columns(
        reason=reason, mdc=mdc, scheme=pl.lit(scheme.scheme_id), severity_codes=codes.fill_null(pl.lit([], pl.List(pl.String)))
    )
    is_ambiguous = pl.col("reason") == "ambiguous"
    words = pl.col("reason").replace_strict(REASONS, return_dtype=pl.String)
    by = (
        pl.when(pl.col("op").is_in(["main", "pair", "parts", "valid_main"]) & (pl.col("dx") != "none"))
        .then(pl.lit("主诊断与手术操作"))
        .when(pl.col("op").is_in(["main", "pair", "parts", "valid_main"]))
        .then(pl.lit("手术操作"))
        .when(pl.col("dx") == "any")
        .then(pl.lit("诊断与出生体重"))
        .otherwise(pl.lit("主诊断"))
    )
    severity = (
        pl.when(pl.col("needs") == "mcc")
        .then(pl.lit("，严重并发症或合并症 ") + pl.col("severity_codes").list.join("、"))
        .when(pl.col("needs") == "cc")
        .then(pl.lit("，并发症或合并症 ") + pl.col("severity_codes").list.join("、"))
        .otherwise(pl.lit(""))
    )
    path = (
        pl.when(pl.col("reason") == "grouped")
        .then(
            filled(
                "MDC{}（主诊断{}）→{}（{}{}）→{}{}",
                "mdc",
                pl.when(pl.col("stand_in").is_not_null())
                .then(filled("{}，未列入分组方案，按同亚目编码{}", "dx0", "stand_in"))
                .otherwise(pl.col("dx0").fill_null("无")),
                "adrg",
                by,
                pl.when(pl.col("op").is_in(["main", "pair", "parts", "valid_main"])).then(pl.lit(" ") + pl.col("op0")).otherwise(pl.lit("")),
                "drg_code",
                severity,
            )
        )
        .otherwise(filled("{}（主诊断{}，主手术{}）", words, pl.col("dx0").fill_null("无"), pl.col("op0").fill_null("无")))
    )
    return frame.with_columns(path=path).with_columns(
        drg_name=pl.when(pl.col("reason") == "grouped").then("drg_name"),
        drg_code=pl.when(is_ambiguous).then(pl.col("mdc") + AMBIGUOUS_SUFFIX).otherwise(pl.col("drg_code").fill_null(UNGROUPED)),
        adrg=pl.when(pl.col("reason") == "grouped").then("adrg"),
    )


# --- small things ---


def _int(number: int) -> pl.Expr:
    return pl.lit(number, pl.Int64)


def _bits(scheme: Scheme, mdcs: frozenset[str]) -> int:
    return sum(1 << place for place, mdc in enumerate(scheme.mdc_order) if mdc in mdcs)


def _or_bits(ranks: pl.DataFrame) -> int:
    total = 0
    for bit in ranks["bit"].unique():
        total |= int(bit)
    return total


def _stand_ins(scheme: Scheme, kind: str) -> pl.DataFrame:
    return scheme.stand_ins.filter(pl.col("kind") == kind).select("code", "stand_in")


def _dx_masks(scheme: Scheme) -> pl.DataFrame:
    """listed → the MDCs that list the code, as bits; newborns' and trauma's conditions are checked later."""
    places = {mdc: 1 << place for place, mdc in enumerate(scheme.mdc_order)}
    return (
        scheme.mdc_members.select(listed="code", bit=pl.col("mdc").replace_strict(places, default=0, return_dtype=pl.Int64))
        .unique()
        .group_by("listed")
        .agg(dx_mask=pl.col("bit").sum())
    )


def _ranks(scheme: Scheme) -> pl.DataFrame:
    """Every ADRG with its rank over the whole scheme, its MDC's bit, conditions; and the QY groups where the scheme has them.

    A QY group stands after the surgical and procedural ADRGs of its MDC (second letter A–Q), before the medical ones (R–Z).
    """
    places = {mdc: place for place, mdc in enumerate(scheme.mdc_order)}
    table = scheme.adrg.select(
        "adrg",
        "mdc",
        "name",
        "dx",
        "op",
        "pattern",
        "weight_from",
        "weight_to",
        pl.col("newborn").alias("newborn_only"),
        "adrg_order",
        ambiguous=pl.lit(value=False),
    )
    if scheme.mismatch == "ambiguous":
        medical = scheme.adrg.filter(pl.col("adrg").str.slice(1, 1) >= "R").group_by("mdc").agg(pl.col("adrg_order").min())
        # pre-MDC groups are reached by an operation alone and know no ambiguity
        last = scheme.adrg.filter(~pl.col("mdc").is_in(list(scheme.operation_mdcs))).group_by("mdc").agg(pl.col("adrg_order").max().alias("last"))
        extra = last.join(medical, on="mdc", how="left").select(
            adrg=pl.lit(None, pl.String),
            mdc="mdc",
            name=pl.lit("歧义组"),
            dx=pl.lit("none"),
            op=pl.lit("none"),
            pattern=pl.lit(None, pl.String),
            weight_from=pl.lit(None, pl.Float64),
            weight_to=pl.lit(None, pl.Float64),
            newborn_only=pl.lit(value=False),
            adrg_order=pl.coalesce(pl.col("adrg_order").cast(pl.Float64) - 0.5, pl.col("last") + 0.5),
            ambiguous=pl.lit(value=True),
        )
        table = pl.concat([table.with_columns(pl.col("adrg_order").cast(pl.Float64)), extra])
    place = pl.col("mdc").replace_strict(places, return_dtype=pl.Int64)
    return (
        table.with_columns(place=place)
        .sort("place", "adrg_order")
        .with_columns(rank=pl.int_range(pl.len(), dtype=pl.Int64), bit=pl.lit(2, pl.Int64).pow(pl.col("place")).cast(pl.Int64))
        .drop("place", "adrg_order")
    )
