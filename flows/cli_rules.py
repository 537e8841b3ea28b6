"""``huoyan rules``: the 88 national rules and their state, what a changed threshold would change, the handbook, the knowledge base."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
import yaml
from rich.console import Console
from rich.table import Table

from features.lake import Lake, LakeError
from features.parameters import City, ParameterError, did_you_mean
from features.tables import Tables
from models.catalogue import NationalRule, national_rules
from models.chinese.load import TranslationError, reviewed, stale
from models.handbook import BY_HAND, STATE_ZH, handbook
from models.knowledge.load import OVERLAY_FACTS, KnowledgeError, knowledge_report, load_knowledge, overlay_frame
from models.rule import Rule, all_rules
from models.run_rules import run_city_rule, run_extract, settle

app = typer.Typer(help="The rules: list them, try one out, write the handbook, look at the knowledge base.", no_args_is_help=True)
console = Console()

ConfigOption = Annotated[Path | None, typer.Option("--config", help="The city's own parameter file.")]
KnowledgeOption = Annotated[Path | None, typer.Option("--knowledge", help="The city's overlay of knowledge points.")]


@app.command("list")
def list_rules(
    runs: Annotated[Path | None, typer.Option(help="A run folder (OUT of huoyan run): shows the run's hits, and what its delivery lets run.")] = None,
    knowledge: KnowledgeOption = None,
    beyond: Annotated[bool, typer.Option(help="Also list the rules beyond the national catalogue.")] = True,
) -> None:
    """Lists all 88 national rules with state, knowledge points, kind, certainty and the hits of a run, then the rules beyond them.

    Without --runs a rule is executable when the input contract has its tables; with it, when that run had them.
    """
    hits, tables = _hits(runs), _tables(runs)
    rows = national_rules(tables, knowledge=_knowledge(knowledge))
    table = Table("序号", "国家规则", "编码", "状态", "知识点", "单元", "类型", "结果", *(["命中"] if runs else []))
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*_row(row), *([str(sum(hits.get(unit.rule_id, 0) for unit in row.units))] if runs else []))
    console.print(table)
    ready = sum(row.state == "executable" for row in rows)
    on = "在本次数据上可执行 executable on this run's data" if runs else "按输入规范可执行 executable on the contract"
    console.print(f"国家规则 {len(rows)} of 88 registered, {ready} {on}.", highlight=False, soft_wrap=True)
    if beyond:
        _list_beyond(rows, hits, runs is not None)


@app.command("try")
def try_rule(
    rule: Annotated[str, typer.Argument(help="The rule's id, as listed by `huoyan rules list`.")],
    data: Annotated[Path, typer.Option(help="The lake to try it on; nothing in it is touched.")],
    changes: Annotated[list[str] | None, typer.Option("--set", help="parameter=value; may be given several times.")] = None,
    config: ConfigOption = None,
    knowledge: KnowledgeOption = None,
    examples: Annotated[int, typer.Option(help="How many evidence sentences to show.")] = 5,
) -> None:
    """Shows what changed parameters would change: findings, institutions, yuan, and findings gained and lost. Nothing is written."""
    unit = _rule(rule)
    try:
        city = City.load(config)
        changed = city.replaced(unit.rule_id, _changes(changes or []))
        lake = Lake(data)
        facts = {OVERLAY_FACTS: overlay_frame(knowledge).lazy()} if knowledge else {}
    except (ParameterError, LakeError, KnowledgeError) as error:
        raise typer.BadParameter(str(error)) from error
    missing = [table for table in unit.needs if not lake.has(table)]
    if missing:
        raise typer.BadParameter(f"{unit.rule_id} waits for {', '.join(missing)}; the lake at {data} holds no row of it.")
    before, after = _findings(unit, lake, city, facts), _findings(unit, lake, changed, facts)
    table = Table("", "findings", "institutions", "amount (yuan)", "fund loss (yuan)")
    for name, frame in (("now", before), ("then", after)):
        amount, loss = float(frame["amount_at_issue"].sum()), float(frame["fund_loss"].sum())
        table.add_row(name, str(frame.height), str(frame["fixmedins_code"].n_unique()), f"{amount:,.2f}", f"{loss:,.2f}")
    console.print(table)
    for name, frame in (("gained", after.join(before, on="finding_id", how="anti")), ("lost", before.join(after, on="finding_id", how="anti"))):
        console.print(f"{name}: {frame.height}")
        for row in frame.head(examples).iter_rows(named=True):
            console.print(f"  {row['fixmedins_code']}  {row['amount_at_issue']:,.2f}  {row['evidence']}")


@app.command()
def doc(
    out: Annotated[Path, typer.Option(help="Where to write the pages.")] = Path("docs/rules"),
    tests: Annotated[Path, typer.Option(help="The folder of the tests the examples come from.")] = Path("tests"),
) -> None:
    """Writes the handbook (docs/rules) from the rules and their tests; pages of rules that are gone are removed."""
    pages = handbook(tests, City.load())
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.md"):
        if old.name not in pages and old.name not in BY_HAND:
            old.unlink()
    for name, text in pages.items():
        (out / name).write_text(text, encoding="utf-8")
    console.print(f"{len(pages)} pages written to {out}")
    for told in stale():
        console.print(f"stale  {told}", style="yellow", highlight=False, soft_wrap=True)


@app.command("reviewed")
def mark_reviewed(units: Annotated[list[str], typer.Argument(help="Rules or lawful exceptions, by id.")]) -> None:
    """Records that the Chinese text of these rules or exceptions was read against today's English and renders it."""
    try:
        changed = reviewed(units)
    except TranslationError as error:
        raise typer.BadParameter(str(error), param_hint="UNITS") from error
    console.print(f"{len(changed)} fingerprints renewed: {', '.join(changed) or 'all were fresh'}")


@app.command()
def points(
    rule_class: Annotated[str | None, typer.Argument(help="The national rule's Chinese name; without it all classes are counted.")] = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Shows the knowledge points of one class, or counts those of all classes, with what is executable."""
    base = _knowledge(knowledge)
    if rule_class is None:
        table = Table("class", "points", "executable")
        counted = base.points.group_by("rule_class").agg(pl.len(), pl.col("why_not").is_null().sum().alias("ready")).sort("rule_class")
        for row in counted.iter_rows(named=True):
            table.add_row(row["rule_class"], str(row["len"]), str(row["ready"]))
        console.print(table)
        return
    known = base.points["rule_class"].unique().to_list()
    if rule_class not in known:
        raise typer.BadParameter(f"no class {rule_class!r}{did_you_mean(rule_class, known)}", param_hint="RULE_CLASS")
    table = Table("point", "item", "text", "batch", "not executable because")
    for row in base.points.filter(pl.col("rule_class") == rule_class).iter_rows(named=True):
        table.add_row(row["point_id"], row["item_name"], (row["text"] or "")[:60], row["batch"] or "", row["why_not"] or "")
    console.print(table)


@app.command()
def check(knowledge: KnowledgeOption = None, full: Annotated[bool, typer.Option(help="List every row.")] = False) -> None:
    """Checks the knowledge base and an overlay: not executable points, duplicates, contradictions, codes of no national form."""
    report = knowledge_report(_knowledge(knowledge))
    table = Table("finding", "rows")
    for row in report.group_by("finding").len().sort("finding").iter_rows():
        table.add_row(row[0], str(row[1]))
    console.print(table)
    if full:
        for entry in report.iter_rows(named=True):
            console.print(f"{entry['finding']}  {entry['point_id']}  {entry['rule_class']}  {entry['item_name']}  {entry['detail']}")


def _knowledge(overlay: Path | None) -> Any:
    try:
        return load_knowledge(overlay)
    except KnowledgeError as error:
        raise typer.BadParameter(str(error), param_hint="--knowledge") from error


def _row(row: NationalRule) -> list[str]:
    state = STATE_ZH[row.state] + (f" {'、'.join(row.waits_for)}" if row.waits_for else "")
    points = f"{row.executable_points}/{row.points}" if row.points else "—"
    kinds = "、".join(dict.fromkeys(unit.kind.zh for unit in row.units))
    sure = "、".join(dict.fromkeys("明确" if unit.certainty == "definite" else "可疑" for unit in row.units))
    return [str(row.seq), row.name, row.gz_code or "—", state, points, ", ".join(unit.rule_id for unit in row.units), kinds, sure]


def _list_beyond(rows: tuple[NationalRule, ...], hits: dict[str, int], with_hits: bool) -> None:
    served = {unit.rule_id for row in rows for unit in row.units}
    table = Table("单元", "名称", "类型", "结果", *(["命中"] if with_hits else []), title="国家规则之外")
    for unit in all_rules():
        if unit.rule_id not in served:
            sure = "明确" if unit.certainty == "definite" else "可疑"
            table.add_row(unit.rule_id, unit.title_zh, unit.kind.zh, sure, *([str(hits.get(unit.rule_id, 0))] if with_hits else []))
    console.print(table)


def _hits(runs: Path | None) -> dict[str, int]:
    if runs is None:
        return {}
    path = runs / "findings.parquet"
    if not path.is_file():
        raise typer.BadParameter(f"{runs} holds no findings.parquet; give the --out folder of a finished run.", param_hint="--runs")
    return dict(pl.read_parquet(path, columns=["rule_id"]).group_by("rule_id").len().iter_rows())


def _tables(runs: Path | None) -> set[str] | None:
    """The tables the run could read: those any rule needs, less those its record says rules waited for."""
    if runs is None or not (runs / "run.json").is_file():
        return None
    waiting = json.loads((runs / "run.json").read_text(encoding="utf-8")).get("waiting", {})
    return {table for unit in all_rules() for table in unit.needs} - {table for tables in waiting.values() for table in tables}


def _rule(rule_id: str) -> Rule:
    units = {unit.rule_id: unit for unit in all_rules()}
    if rule_id not in units:
        raise typer.BadParameter(f"no rule {rule_id!r}{did_you_mean(rule_id, list(units))}", param_hint="RULE")
    return units[rule_id]


def _changes(changes: list[str]) -> dict[str, Any]:
    wrong = [text for text in changes if "=" not in text]
    if wrong:
        raise typer.BadParameter(f"{', '.join(wrong)}: write parameter=value", param_hint="--set")
    return {name.strip(): yaml.safe_load(value) for name, _, value in (text.partition("=") for text in changes)}


class _Counted:
    """Goes over buckets and tells after each how many of how many were read."""

    def __init__(self, total: int, progress: Callable[[int, int], object]) -> None:
        self.total, self.progress, self.done = total, progress, 0

    def __call__(self, buckets: list[Tables]) -> Iterator[Tables]:
        for bucket in buckets:
            yield bucket
            self.done += 1
            self.progress(self.done, self.total)


def _findings(
    unit: Rule, lake: Lake, city: City, facts: dict[str, pl.LazyFrame], read: Callable[[list[Tables]], Iterable[Tables]] = iter
) -> pl.DataFrame:
    """All findings of one rule on a lake, bucket by bucket for person-scope rules; ``read`` goes over the buckets, once a pass."""
    buckets = [Tables(lake, bucket, facts=facts) for bucket in lake.buckets]
    if unit.scope == "person":
        return pl.concat([settle(run_city_rule(t, unit, city), unit, t.lines, t.stays) for t in read(buckets)])
    extracted = pl.concat([run_extract(t, unit, city) for t in read(buckets)]).lazy() if unit.extract is not None else None
    try:
        hits = run_city_rule(Tables(lake, None, facts=facts, extracted=extracted), unit, city)
    except KeyError as error:
        raise typer.BadParameter(f"{unit.rule_id} reads facts of a whole run and cannot be tried alone: {error.args[0]}") from error
    stays = pl.concat([t.stays.select("mdtrt_id", "inscp_fen", "fund_fen", "drg_fund_fen") for t in read(buckets)])
    return settle(hits, unit, pl.concat([_lines_of(hits, t) for t in read(buckets)]), stays)


def _lines_of(hits: pl.DataFrame, t: Tables) -> pl.LazyFrame:
    """The bucket's lines that hits name, and those of the stays they name."""
    named = hits.lazy().select(bkkp_sn=pl.col("bkkp_sns").list.explode(keep_nulls=False, empty_as_null=False))
    columns = t.lines.select("bkkp_sn", "mdtrt_id", "inscp_fen", "fund_fen", "case_paid")
    by_line = columns.join(named, on="bkkp_sn", how="semi")
    by_stay = columns.join(hits.lazy().select("mdtrt_id").drop_nulls(), on="mdtrt_id", how="semi")
    return pl.concat([by_line, by_stay]).unique("bkkp_sn")


def try_out(
    lake: str, rule_id: str, changes: dict[str, Any], in_force: dict[str, Any], progress: Callable[[int, int], object] = lambda _done, _total: None
) -> dict[str, Any]:
    """What changed parameters of a rule would change on a lake, for the workbench's rule page: Chinese label → figure.

    ``in_force`` are the rule's parameters as the run used them; those it leaves out are the shipped ones, those the rule
    no longer has are passed over. ``progress`` is told after each bucket
    how many of how many were read. Raises ParameterError (also for a rule that cannot be tried alone) or LakeError; the lake is not touched.
    """
    try:
        unit, opened, city = _rule(rule_id), Lake(Path(lake)), City.load()
        city = city.replaced(rule_id, {name: value for name, value in in_force.items() if name in city[rule_id]})
        passes = 1 if unit.scope == "person" else 2 + (unit.extract is not None)
        read = _Counted(2 * passes * len(opened.buckets), progress)
        before, after = (_findings(unit, opened, given, {}, read) for given in (city, city.replaced(rule_id, changes)))
    except typer.BadParameter as error:
        raise ParameterError(str(error)) from error
    gained, lost = after.join(before, on="finding_id", how="anti"), before.join(after, on="finding_id", how="anti")
    return {
        "疑点数": f"{before.height} → {after.height}",
        "机构数": f"{before['fixmedins_code'].n_unique()} → {after['fixmedins_code'].n_unique()}",
        "涉及金额（元）": f"{float(before['amount_at_issue'].sum()):,.2f} → {float(after['amount_at_issue'].sum()):,.2f}",
        "新增/减少": f"{gained.height} / {lost.height}",
    }
