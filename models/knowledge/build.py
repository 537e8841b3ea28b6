"""Builds ``data/*.parquet`` from a folder of official lists (docs/sources.md): ``python -m models.knowledge.build FOLDER``.

FOLDER holds ``rules/knowledge_points.csv``, ``rules/operational_index.csv``, ``rules/exclusive_pairs.csv``, ``rules/tcm_no_pay.json``,
``rules/service_item_codes_seen.csv`` and ``drg_chs_11/icd10_ybl2_dx.csv``, ``icd9cm3_ybl2_op.csv``. The tables written:

* ``points`` one row a knowledge point: class, item, text, batch, source, the condition read from the text, ``why_not`` when none could be;
* ``matches`` point_id → exact codes (``how`` code), code stems (``prefix``) or words of the item's name (``name``);
* ``pairs`` items that exclude each other, with window; ``operations`` operation → sex; ``dx_operations`` operation → fitting diagnosis;
* ``icd10``, ``icd9`` the code lists; ``services`` national service items with names.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import polars as pl

from features.shared.text import filled
from models.knowledge import conditions
from models.knowledge.conditions import Condition

HERE = Path(__file__).parent
DATA: Final = HERE / "data"
CURATED: Final = HERE / "curated"

NEWBORN_MAX_YEARS: Final = 1
INFANT_MAX_YEARS: Final = 4
CHILD_MAX_YEARS: Final = 18
#: from sixteen to the latest retirement age in force or announced
WORKING_AGE: Final = (16, 65)

POINT_SCHEMA: Final[dict[str, pl.DataType]] = {
    "point_id": pl.String(),
    "rule_class": pl.String(),
    "item_name": pl.String(),
    "text": pl.String(),
    "batch": pl.String(),
    "source": pl.String(),
    "sex": pl.String(),
    "age_min": pl.Int32(),
    "age_max": pl.Int32(),
    "tier_min": pl.String(),
    "settings": pl.List(pl.String()),
    "days_max": pl.Int32(),
    "interval_days": pl.Int32(),
    "count_max": pl.Int32(),
    "unit": pl.String(),
    "insurance": pl.String(),
    "icd": pl.List(pl.String()),
    "icd_forbidden": pl.List(pl.String()),
    "partner": pl.List(pl.String()),
    "departments": pl.List(pl.String()),
    "why_not": pl.String(),
}
MATCH_SCHEMA: Final[dict[str, pl.DataType]] = {"point_id": pl.String(), "how": pl.String(), "value": pl.String()}

#: Points of the 2025 book that only name a drug: classes taken over from it, the official batches (with codes) cover the others.
_BOOK_CLASSES: Final = ("老年人用药安全", "妊娠期及哺乳期用药安全", "超说明书适应症用药", "医用耗材限疾病使用", "重复开药")
_STONE = "N20|N21|N22|N23|N13|K80|K83|K86|K85|Q63|K91|K31|T18"
_CONSUMABLE_DISEASES: Final = {
    "结石": _STONE,
    "股骨": "S72|S79|T02|T93|M80|M84|M87|C40|C79|D16|M16|M96|T84|S78|M90|Q78|M89|M85",
    "门静脉": "K76|I85|I81|K74|K70|K72|I82|I86|I98|K92|R18|B18",
}


def keyword_table() -> dict[str, list[str]]:
    """Disease keyword → ICD-10 prefixes (``curated/disease_keywords.csv``)."""
    frame = pl.read_csv(CURATED / "disease_keywords.csv", infer_schema_length=0)
    return {row["keyword"]: row["icd"].split("|") for row in frame.iter_rows(named=True)}


def build(folder: Path) -> dict[str, pl.DataFrame]:
    """All knowledge tables from the reference folder. Raises FileNotFoundError naming the missing list."""
    rules = folder / "rules"
    points, matches = _points(rules)
    icd10 = _read(folder / "drg_chs_11" / "icd10_ybl2_dx.csv").rename({"dx_code": "code", "dx_name": "name"})
    icd9 = _read(folder / "drg_chs_11" / "icd9cm3_ybl2_op.csv").rename({"op_code": "code", "op_name": "name"})
    book = _read(rules / "operational_index.csv")
    return {
        "points": pl.DataFrame(points, schema=POINT_SCHEMA),
        "matches": pl.DataFrame(matches, schema=MATCH_SCHEMA).unique(maintain_order=True),
        "pairs": _pairs(rules),
        "operations": _operation_sex(book),
        "dx_operations": _dx_operations(book),
        "icd10": icd10,
        "icd9": icd9,
        "services": _read(rules / "service_item_codes_seen.csv"),
    }


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise FileNotFoundError(f"The reference list {path.name} is missing in {path.parent.name}/; docs/sources.md says where it comes from.")
    return pl.read_csv(path, infer_schema_length=0, truncate_ragged_lines=True)


def _points(rules: Path) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    keywords = keyword_table()
    points: list[dict[str, Any]] = []
    matches: list[dict[str, str]] = []
    for number, row in enumerate(_read(rules / "knowledge_points.csv").iter_rows(named=True), start=1):
        if row["rule_class"] == "医疗服务项目重复收费":
            continue
        name = _clean(row["item_name"])
        text = _clean(row["constraint"])
        point = _point(f"K{number:05d}", row["rule_class"], name, text, row["batch"], row["announcement_url"] or row["attachment_file"])
        points.append(point | asdict(_condition(row["rule_class"], name, text, keywords)))
        matches.extend(_match(point["point_id"], "code", (row["med_codes"] or "").split("|")))
    for point, names in _book(_read(rules / "operational_index.csv"), keywords):
        points.append(point)
        matches.extend(_match(point["point_id"], "name", names))
    for point, how, values in _curated():
        points.append(point)
        matches.extend(_match(point["point_id"], how, values))
    by_name = {row["item_name"] for row in points if row["rule_class"].startswith("中药饮片单")}
    herbs = json.loads((rules / "tcm_no_pay.json").read_text(encoding="utf-8"))
    for kind, names in herbs.items():
        rule_class = "中药饮片单方使用不予支付" if kind == "single" else "中药饮片单复方均不予支付"
        for number, name in enumerate(names if isinstance(names, list) else [], start=1):
            if name in by_name:
                continue
            point = _point(f"T{kind[0]}{number:04d}", rule_class, name, "", None, "国家药品目录中药饮片部分")
            points.append(point)
            matches.extend(_match(point["point_id"], "herb", [name]))
    for row in points:
        if row["rule_class"].startswith("中药饮片单") and row["point_id"].startswith("K"):
            matches.extend(_match(row["point_id"], "herb", re.split(r"[(（、)） ]", row["item_name"])))
    return [{name: row.get(name) for name in POINT_SCHEMA} for row in points], matches


def _condition(rule_class: str, name: str, text: str, keywords: dict[str, list[str]]) -> Condition:
    read = _READERS.get(rule_class)
    if read is not None:
        return read(text, name)
    if rule_class == "药品限适应症":
        return conditions.indication(text, keywords)
    return Condition()


def _paediatric_drug(_text: str, name: str) -> Condition:
    # the official list of paediatric preparations: the class itself is the limit, the text only the indication
    newborn = "新生儿" in name or "早产儿" in name
    return Condition(age_max=NEWBORN_MAX_YEARS if newborn else CHILD_MAX_YEARS)


def _paediatric_service(text: str, _name: str) -> Condition:
    return Condition(age_max=NEWBORN_MAX_YEARS if "新生儿" in text else INFANT_MAX_YEARS if "婴" in text else CHILD_MAX_YEARS)


def _by_unit(text: str, _name: str) -> Condition:
    return Condition(count_max=24 if text == "小时" else 1, unit="hour" if text == "小时" else "day")


#: How the text of each class of the official batches is read; classes not named here carry their whole meaning in the class.
_READERS: Final[dict[str, Callable[[str, str], Condition]]] = {
    "药品区分性别使用": conditions.sex,
    "医疗服务项目区分性别使用": conditions.sex,
    "药品儿童专用": _paediatric_drug,
    "医疗服务项目儿童专用": _paediatric_service,
    "药品限儿童使用": lambda text, name: conditions.child(text, name, NEWBORN_MAX_YEARS, CHILD_MAX_YEARS),
    "药品限医疗机构级别": lambda text, _: conditions.tier(text),
    "药品限就医方式": lambda text, _: conditions.setting(text),
    "药品限支付疗程": lambda text, _: conditions.course(text),
    "医疗服务项目限支付疗程": lambda text, _: conditions.course(text),
    "医疗服务项目周期超频次": lambda text, _: conditions.course(text),
    "医疗服务项目限定频次": _by_unit,
    "药品限工伤保险": lambda *_: Condition(insurance="injury"),
    "药品限生育保险": lambda *_: Condition(insurance="maternity"),
    "医疗服务项目限年龄": lambda *_: Condition(age_min=WORKING_AGE[0], age_max=WORKING_AGE[1]),
    "手术项目未按规定折价收费": lambda text, _: Condition(unit=text),
}


def _book(book: pl.DataFrame, keywords: dict[str, list[str]]) -> Iterator[tuple[dict[str, Any], list[str]]]:
    number = 0
    for row in book.iter_rows(named=True):
        for rule_class in (row["categories"] or "").split("|"):
            if rule_class not in _BOOK_CLASSES:
                continue
            number += 1
            name, text = _clean(row["item_name"]), _clean(row["basis"])
            condition = _book_condition(rule_class, name, text, keywords)
            point = _point(f"B{number:05d}", rule_class, name, text, "2025年版", "智能监管规则库、知识库(2025年版)")
            yield point | asdict(condition), [name] if condition.why_not is None else []


def _book_condition(rule_class: str, name: str, text: str, keywords: dict[str, list[str]]) -> Condition:
    if len(name) > 30 or "检出逻辑" in name or len(name) < 3:
        return Condition(why_not="名称含扫描噪声")
    if rule_class == "老年人用药安全":
        firm = re.search(r"老年(?:人|患者)?[^。;；]{0,6}(?:禁用|不推荐|不宜|避免)", text)
        found = Condition(age_min=65) if firm and "权衡" not in text else Condition(why_not="慎用或减量,不是禁用")
    elif rule_class == "妊娠期及哺乳期用药安全":
        firm = re.search(r"孕妇(?:及哺乳期妇女|、哺乳期妇女|和哺乳期妇女)?禁用", text)
        found = Condition(sex="2") if firm else Condition(why_not="慎用,不是禁用")
    elif rule_class == "超说明书适应症用药":
        label = text.split("适应症", 1)[-1]
        told = "用于" in label or "治疗" in label
        found = conditions.indication(label, keywords) if told else Condition(why_not="适应症文本残缺")
    elif rule_class == "医用耗材限疾病使用":
        groups = [prefixes for word, prefixes in _CONSUMABLE_DISEASES.items() if word in text]
        found = Condition(icd=groups[0].split("|")) if groups else Condition(why_not="适用疾病未能对应编码")
    else:
        found = Condition()
    return found


def _curated() -> Iterator[tuple[dict[str, Any], str, list[str]]]:
    for number, row in enumerate(pl.read_csv(CURATED / "points.csv", infer_schema_length=0).iter_rows(named=True), start=1):
        point = _point(f"C{number:04d}", row["rule_class"], row["item_name"], "", None, row["source"])
        for name in ("sex", "tier_min"):
            point[name] = row[name]
        for name in ("age_min", "age_max", "count_max"):
            point[name] = int(row[name]) if row[name] else None
        for name in ("settings", "icd", "icd_forbidden", "partner", "departments"):
            point[name] = row[name].split("|") if row[name] else []
        yield point, row["match"], row["values"].split("|")


def _pairs(rules: Path) -> pl.DataFrame:
    windows = _read(rules / "exclusive_pairs.csv").unique(["item_a", "item_b"], keep="first", maintain_order=True)
    codes = pl.col("med_codes").str.split("|").list
    names = pl.col("item_name").str.split("×").list
    return (
        _read(rules / "knowledge_points.csv")
        .filter(pl.col("rule_class") == "医疗服务项目重复收费")
        .select(
            including=codes.first(),
            included=codes.last(),
            item_a=names.first().str.strip_chars(),
            item_b=names.last().str.strip_chars(),
            basis=pl.col("constraint"),
            batch="batch",
            source=pl.coalesce("announcement_url", "attachment_file"),
        )
        .join(windows, on=["item_a", "item_b"], how="left")
        # a pair whose window nobody read is taken by the narrower day, never by the whole visit
        .with_columns(window=pl.col("window").fill_null("单日"), window_read=pl.col("window").is_not_null())
        .with_columns(pair_id=filled("P{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(4)))
    )


def _operation_sex(book: pl.DataFrame) -> pl.DataFrame:
    rows = book.filter(pl.col("categories") == "手术操作编码与性别不符")
    return (
        rows.select(
            code=pl.col("item_name").str.extract(r"^(\d{2}\.[0-9A-Zx]+)"),
            name=pl.col("item_name").str.replace(r"^\d{2}\.[0-9A-Zx]+", ""),
            sex=pl.when(pl.col("cond").str.contains("女")).then(pl.lit("2")).when(pl.col("cond").str.contains("男")).then(pl.lit("1")),
        )
        .drop_nulls()
        .unique("code", keep="first", maintain_order=True)
    )


def _dx_operations(book: pl.DataFrame) -> pl.DataFrame:
    rows = book.filter(pl.col("categories") == "诊断编码与手术操作编码不符").select(part=pl.col("item_name").str.split("×"))
    return (
        rows.select(
            operation=pl.col("part").list.first().str.extract(r"^(\d{2}\.[0-9A-Zx]+)"),
            operation_name=pl.col("part").list.first().str.replace(r"^\d{2}\.[0-9A-Zx]+", "").str.replace(r"\d$", ""),
            diagnosis=pl.col("part").list.last().str.extract(r"^([A-Z]\d{2}\.[0-9x]+)"),
        )
        .drop_nulls()
        .unique(maintain_order=True)
    )


def _point(point_id: str, rule_class: str, name: str, text: str, batch: str | None, source: str | None) -> dict[str, Any]:
    return {"point_id": point_id, "rule_class": rule_class, "item_name": name, "text": text, "batch": batch, "source": source}


def _match(point_id: str, how: str, values: Iterable[str]) -> list[dict[str, str]]:
    return [{"point_id": point_id, "how": how, "value": value.strip()} for value in values if value.strip()]


def _clean(text: str | None) -> str:
    return re.sub(r"\s*\n\s*", ";", (text or "").strip()).replace("⼉", "儿")


def main(folder: Path) -> None:
    """Writes the tables under ``data/``."""
    DATA.mkdir(exist_ok=True)
    for name, frame in build(folder).items():
        frame.write_parquet(DATA / f"{name}.parquet", compression="zstd", compression_level=19)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
