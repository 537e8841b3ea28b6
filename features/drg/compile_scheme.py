"""Turns member lists as grouper projects publish them (CSV) into a scheme's compact tables.

The national 1.1 tables were made with it from the OpenDRG member lists (Apache-2.0, see data/chs_drg_11/LICENSE). The sources'
condition texts are matched against the closed vocabulary below by their Chinese rule name; an unknown one is an error.

Two traps of the source are resolved here, once: rows are repeated, and in the three ADRGs with several parts (JA1, JA2, NA1)
list ``adrg_ss1`` is no code list but gives, row by row, the part each code of ``adrg_ss`` belongs to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from features.drg.scheme import SchemeError

_UNSET: Final[dict[str, object]] = {"dx": "none", "op": "none", "newborn": False, "weight_from": None, "weight_to": None, "pattern": None}

#: the sources' rule names → conditions of the vocabulary (features/drg/scheme.py); parts: alternatives by ``|``, needed parts by ``+``
RULES: Final[dict[str, dict[str, object]]] = {
    "主手术匹配": {"op": "main"},
    "主诊断匹配": {"dx": "main"},
    "主诊断匹配、主手术匹配": {"dx": "main", "op": "main"},
    "双手术匹配": {"op": "pair"},
    "主诊断匹配、双手术匹配": {"dx": "main", "op": "pair"},
    "主诊断匹配、JA1特殊规则、多手术处理": {"dx": "main", "op": "parts", "pattern": "1+2|1+3+4"},
    "主诊断匹配、NA1特殊规则、多手术处理": {"dx": "main", "op": "parts", "pattern": "1|2+3"},
    "主手术匹配、新生儿": {"op": "main", "newborn": True},
    "主诊断匹配、新生儿": {"dx": "main", "newborn": True},
    "某一诊断匹配、体重小于1500克、新生儿": {"dx": "any", "newborn": True, "weight_from": 0.0, "weight_to": 1500.0},
    "某一诊断匹配、体重1500至2000克、新生儿": {"dx": "any", "newborn": True, "weight_from": 1500.0, "weight_to": 2000.0},
    "某一诊断匹配、体重2000至2500克、新生儿": {"dx": "any", "newborn": True, "weight_from": 2000.0, "weight_to": 2500.0},
    "某一诊断匹配、体重大于2500克、新生儿": {"dx": "any", "newborn": True, "weight_from": 2500.0},
    "": {},
    "存在手术": {"op": "valid_main"},
    "某一诊断匹配、存在手术": {"dx": "any", "op": "valid_main"},
    "无手术": {"op": "no_valid"},
}
#: Members the published lists lack although the group cannot be reached without them: OR1 (vaginal delivery) lists only Z37, the outcome
#: of delivery, which coding rules allow as a secondary diagnosis alone; normal deliveries are O80, O84.0 and O75.7.
SUPPLEMENT: Final[dict[str, tuple[str, ...]]] = {"OR1": ("O75.700x001", "O80.000", "O80.100", "O80.800", "O80.900", "O84.000")}
_NEEDS: Final = {"ALL": "all", "MCC": "mcc", "MCC|CC": "cc"}
_REGION_MARK: Final = "创伤"


def compile_scheme(source: Path, target: Path) -> None:
    """Writes the tables of the scheme (not scheme.yaml) from the member lists in ``source`` into ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    drg = _drg(source)
    _adrg(source).join(_names(drg), on="adrg", how="left", maintain_order="left").write_csv(target / "adrg.csv")
    drg.write_csv(target / "drg.csv")
    tables = {
        "mdc_members": _mdc_members(source),
        "adrg_members": _adrg_members(source),
        "severity": pl.concat([_severity(source, "mcc"), _severity(source, "cc")]),
        "exclusion": _csv(source, "cc_exclusion_by_main_dx").select(pl.col("dx_code").alias("code"), pl.col("exclusion_table").alias("exclusion")),
        "valid_operations": _csv(source, "ss_valid_operations").select(pl.col("op_code").alias("code")),
        "known_codes": pl.concat(
            [
                _csv(source, "icd10_ybl2_dx").select(pl.lit("dx").alias("kind"), pl.col("dx_code").alias("code")),
                _csv(source, "icd9cm3_ybl2_op").select(pl.lit("op").alias("kind"), pl.col("op_code").alias("code")),
            ]
        ),
    }
    for name, frame in tables.items():
        frame.unique().sort(frame.columns, nulls_last=True).write_parquet(target / f"{name}.parquet", compression="zstd", compression_level=19)


def _csv(source: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(source / f"{name}.csv", infer_schema=False)


def _mdc_members(source: Path) -> pl.DataFrame:
    members = _csv(source, "mdc_members").with_columns(mdc=pl.col("mdc").str.strip_prefix("MDC"))
    # in the multiple-trauma list a row without a name is the heading of a body region for the rows below it
    heading = pl.col("code").str.ends_with(_REGION_MARK)
    return (
        members.with_columns(region=pl.when(heading).then(pl.col("code")).forward_fill().over("mdc"))
        .filter(~heading)
        .select("mdc", "code", "region")
        # a code listed under two regions counts for the later one, as a lookup table built in order would have it
        .unique(["mdc", "code"], keep="last", maintain_order=True)
    )


def _adrg(source: Path) -> pl.DataFrame:
    named = _csv(source, "adrg_rules").with_columns(pl.col("match_rule_zh").fill_null(""))
    unknown = sorted(set(named["match_rule_zh"]) - set(RULES))
    if unknown:
        raise SchemeError(f"adrg_rules.csv in {source} uses rules this compiler does not know: {', '.join(unknown)}; add them to RULES.")
    rules = dict(zip(named["adrg"], named["match_rule_zh"], strict=True))
    rows: list[dict[str, object]] = []
    for mdc, order in _csv(source, "mdc_rules").select("mdc", "adrg_check_order").iter_rows():
        rows += [
            {"adrg": adrg, "mdc": mdc.removeprefix("MDC"), "adrg_order": place, **_UNSET, **RULES[rules[adrg]]}
            for place, adrg in enumerate(order.split("|"), start=1)
        ]
    return pl.DataFrame(rows, schema_overrides={"weight_from": pl.Float64, "weight_to": pl.Float64, "pattern": pl.String})


def _adrg_members(source: Path) -> pl.DataFrame:
    members = _csv(source, "adrg_members").with_columns(place=pl.int_range(pl.len()).over("adrg", "list_name"))
    with_parts = _adrg(source).filter(pl.col("op") == "parts").select("adrg")
    parts = members.join(with_parts, on="adrg", how="semi").filter(pl.col("list_name") == "adrg_ss1").select("adrg", "place", part="code")
    codes = members.filter(pl.col("list_name") != "adrg_ss1")
    second = members.filter(pl.col("list_name") == "adrg_ss1").join(with_parts, on="adrg", how="anti")
    supplement = pl.DataFrame(
        [
            {"adrg": adrg, "list_name": "adrg_zd", "kind": "dx", "code": code, "name": "", "place": 0}
            for adrg, added in SUPPLEMENT.items()
            if adrg in set(members["adrg"])
            for code in added
        ],
        schema=members.schema,
    )
    together = pl.concat(
        [
            supplement.with_columns(part=pl.lit(None, pl.String)),
            codes.join(parts.with_columns(list_name=pl.lit("adrg_ss")), on=["adrg", "list_name", "place"], how="left", maintain_order="left"),
            second.with_columns(part=pl.lit(None, pl.String)),
        ]
    )
    return (
        together.with_columns(list=pl.col("list_name").replace_strict({"adrg_zd": "dx", "adrg_ss": "op", "adrg_ss1": "op2"}))
        .select("adrg", "list", "code", "part")
        # a code written twice in one list belongs to the part of its first mention
        .unique(["adrg", "list", "code"], keep="first", maintain_order=True)
    )


def _severity(source: Path, level: str) -> pl.DataFrame:
    return _csv(source, level).select(pl.col("dx_code").alias("code"), pl.lit(level).alias("level"), pl.col("exclusion_table").alias("exclusion"))


def _drg(source: Path) -> pl.DataFrame:
    names = _csv(source, "drg")
    needs = _csv(source, "drg_split_rules").select(pl.col("drg").alias("drg_code"), pl.col("needs").replace_strict(_NEEDS))
    orders = [
        {"adrg": adrg, "drg_code": code, "drg_order": place}
        for adrg, order in _csv(source, "adrg_rules").select("adrg", "drg_order_checked").iter_rows()
        for place, code in enumerate((code for code in order.split("|") if code != adrg), start=1)
    ]
    return (
        pl.DataFrame(orders)
        .join(names, on="drg_code", how="left", maintain_order="left")
        .join(needs, on="drg_code", how="left", maintain_order="left")
        .select("drg_code", "drg_name", "adrg", "drg_order", "needs", pl.lit(None, pl.String).alias("discharge"))
    )


def _names(drg: pl.DataFrame) -> pl.DataFrame:
    """An ADRG's name is that of its DRGs without the words on severity."""
    return drg.group_by("adrg", maintain_order=True).agg(pl.col("drg_name").last().str.replace(r"，?(不伴|伴).*$", "").alias("name"))
