"""The handbook of the rules, written from the rules themselves: one page a rule in Chinese and English, an index, and what proves what.

Pure text out of declarations; ``flows/cli_rules.py`` writes the files, and a test fails when they are stale. Examples are the first test
of each rule, read from its source, so that a page shows exactly what is proved.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from features.parameters import City
from models.catalogue import NationalRule, national_rules
from models.chinese.load import Explanation, exception_explanations, rule_explanations, source_zh, unit_zh
from models.exception import all_exceptions
from models.law import provisions
from models.rule import Rule, all_rules

CERTAINTY_ZH = {"definite": "明确违规", "suspected": "可疑，须听取机构陈述"}
SCOPE_ZH = {"person": "逐人", "city": "全市比较"}
#: Pages of ``docs/rules`` that are written by hand (or by a benchmark) and stay when the handbook is written anew.
BY_HAND = frozenset({"quality.md"})
#: Where what holds for all rules is proved for each.
EVERY_RULE = "tests/rules/test_every_rule.py"
STATE_ZH = {"executable": "可执行", "waiting for tables": "待数据表", "waiting for points": "待知识点"}


@dataclass(frozen=True, slots=True)
class Proof:
    """The tests of one rule: file, sentences (test names with the cases they are run for), and the source of the first."""

    file: str
    sentences: tuple[str, ...]
    example: str


def proofs(tests: Path) -> dict[str, Proof]:
    """rule id → its tests: the file ``test_<rule>.py`` under ``tests``, else the first file of several rules' tests that imports the rule."""
    known = {unit.rule_id for unit in all_rules()}
    paths = sorted(tests.rglob("test_*.py"))
    found = {rule_id: _proof(path, tests) for path in paths if (rule_id := path.stem.removeprefix("test_")) in known}
    for path in (path for path in paths if path.stem.removeprefix("test_") not in known):
        imported = set(re.findall(r"^from models\.rules\.\S+ import (\w+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
        for rule_id in sorted(imported & known - found.keys()):
            found[rule_id] = _proof(path, tests)
    return dict(sorted(found.items()))


def exception_proofs(tests: Path) -> dict[str, str]:
    """Exception → the test that fails without it (``file::test``), from ``rules/exceptions.yaml`` among the tests."""
    content: dict[str, str] = yaml.safe_load((tests / "rules" / "exceptions.yaml").read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Why ``tests/rules/test_every_rule.py`` cannot try a rule, and the tests (``file::test``) that show it a refund, a duplicate, a null."""

    reason: str
    refund: str
    duplicate: str
    empty: str


def tried_elsewhere(tests: Path) -> dict[str, Elsewhere]:
    """Rule → its own tests of what is tried for all others at once, from ``rules/tried_elsewhere.yaml`` among the tests."""
    content: dict[str, dict[str, str]] = yaml.safe_load((tests / "rules" / "tried_elsewhere.yaml").read_text(encoding="utf-8"))
    return {rule_id: Elsewhere(**named) for rule_id, named in content.items()}


def handbook(tests: Path, city: City) -> dict[str, str]:
    """File name → text of every page of ``docs/rules``."""
    proved = proofs(tests)
    catalogue = national_rules()
    pages = {f"{unit.rule_id}.md": page(unit, city, proved.get(unit.rule_id), catalogue) for unit in all_rules()}
    pages["README.md"] = index(catalogue)
    pages["tests.md"] = tests_page(proved, exception_proofs(tests), tried_elsewhere(tests))
    return pages


def page(unit: Rule, city: City, proof: Proof | None, catalogue: tuple[NationalRule, ...]) -> str:
    """The page of one rule."""
    national = [row for row in catalogue if unit in row.units]
    params = city[unit.rule_id]
    told = rule_explanations().get(unit.rule_id, Explanation("", ""))
    lines = [f"# {unit.title_zh} · {unit.title_en}", "", f"`{unit.rule_id}` · version {unit.version}", "", "| | |", "|---|---|"]
    rows = {
        "类型 Kind": f"{unit.kind.zh} `{unit.kind.value}`",
        "结果 Result": f"{CERTAINTY_ZH[unit.certainty]} `{unit.certainty}`",
        "方式 Scope": f"{SCOPE_ZH[unit.scope]} `{unit.scope}`",
        "国家规则 National rule": "；".join(f"{row.seq} {row.name}（{row.tier1}）{row.gz_code or ''}".strip() for row in national) or "—",
        "数据 Data": "、".join(f"`{table}`" for table in unit.needs),
    }
    lines += [f"| {name} | {value} |" for name, value in rows.items()]
    lines += [
        "",
        "## 证据写法 How the evidence reads",
        "",
        *(f"> {text}" for text in _wording(unit)),
        "",
        "## 含义 Meaning",
        "",
        told.zh,
        "",
        _dedent(unit.doc),
        "",
        "## 金额与损失 Amount and loss",
        "",
        told.amount_zh,
        "",
        told.amount_en,
        "",
        "## 法律依据 Legal basis",
        "",
    ]
    for key in unit.legal_basis:
        law = provisions()[key]
        lines.append(f"- {law.cited_zh}（`{key}`）：{law.says_zh}")
    if unit.params:
        lines += ["", "## 参数 Parameters", "", "| 参数 | 含义 | 值 | 单位 Unit | 来源 Source |", "|---|---|---|---|---|"]
        for name in unit.params:
            p = params.describe(name)
            cells = [f"`{name}`", p.meaning_zh, _cell(p.value), _both(unit_zh(p.unit), p.unit), _both(_cell(source_zh(p.source)), _cell(p.source))]
            lines.append(f"| {' | '.join(cells)} |")
    if unit.exceptions:
        lines += ["", "## 合法情形 Lawful exceptions", ""]
        for name in unit.exceptions:
            known, zh = all_exceptions()[name], exception_explanations().get(name, Explanation("", "")).zh
            lines += [f"- **{known.title_zh} · {known.title_en}** `{name}`", f"  - {zh}", f"  - {_first(known.doc)}"]
    if unit.supersedes:
        titles = {other.rule_id: f"[{other.title_zh} · {other.title_en}]({other.rule_id}.md)" for other in all_rules()}
        lines += [
            "",
            "## 同一行为只报一次 One deed once",
            "",
            "本规则已指出的明细，下列规则不再重复指出。What this rule finds, these do not find again:",
            "",
        ]
        lines += [f"- {titles[name]}" for name in unit.supersedes]
    if proof is not None:
        lines += ["", "## 示例 Example", "", f"`{proof.file}`", "", "```python", proof.example, "```"]
    return "\n".join(lines) + "\n"


def index(catalogue: tuple[NationalRule, ...]) -> str:
    """The index: the 88 national rules with their units, then the rules beyond the catalogue."""
    ready = sum(row.state == "executable" for row in catalogue)
    lines = [
        "# 规则手册 · Handbook of the rules",
        "",
        "Generated from the rules by `huoyan rules doc`; do not edit. 本手册由规则代码生成，请勿手工修改。",
        "",
        f"国家规则 {len(catalogue)} 条，全部登记，{ready} 条可直接执行。",
        f"{len(catalogue)} national rules registered, {ready} executable on the contract.",
        "",
        "[哪个测试证明哪条规则 Which test proves which rule](tests.md)",
        "",
        "| 序号 | 类 | 国家规则 | 编码 | 状态 | 知识点（可执行/全部） | 规则单元 |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in catalogue:
        units = "<br>".join(f"[{unit.title_zh}]({unit.rule_id}.md)" for unit in row.units)
        state = STATE_ZH[row.state] + (f"（{'、'.join(row.waits_for)}）" if row.waits_for else "")
        points = f"{row.executable_points}/{row.points}" if row.points else "—"
        lines.append(f"| {row.seq} | {row.tier1} | {row.name} | {row.gz_code or '—'} | {state} | {points} | {units} |")
    served = {unit.rule_id for row in catalogue for unit in row.units}
    lines += ["", "## 国家规则之外 Beyond the catalogue", "", "| 规则 | Rule | 类型 | 结果 |", "|---|---|---|---|"]
    for unit in all_rules():
        if unit.rule_id not in served:
            lines.append(f"| [{unit.title_zh}]({unit.rule_id}.md) | {unit.title_en} | {unit.kind.zh} | {CERTAINTY_ZH[unit.certainty]} |")
    return "\n".join(lines) + "\n"


def tests_page(proved: Mapping[str, Proof], exceptions: Mapping[str, str], elsewhere: Mapping[str, Elsewhere]) -> str:
    """Which test proves which rule, with its refund, duplicate and null, and which each lawful exception."""
    lines = [
        "# 哪个测试证明哪条规则 · Which test proves which rule",
        "",
        "Generated by `huoyan rules doc`.",
        "",
        f"`{EVERY_RULE}` takes the first city in which a rule's own tests find something through a refund of everything, lines posted",
        "twice and columns left empty one by one, and holds that a city with fewer findings is shown beside it. The last column says where a rule's",
        "refund, duplicate and null are proved: there (**every rule**), or in tests of its own.",
        "",
        "`tests/rules/national/test_common_ground.py` takes the case of every national rule of lines or stays through refunds, void rows, nulls and",
        "lines the patient paid as well.",
        "",
        "| rule | test | what it proves | refund, duplicate, null |",
        "|---|---|---|---|",
    ]
    for unit in all_rules():
        own = elsewhere.get(unit.rule_id)
        common = "<br>".join([_named(own.refund), _named(own.duplicate), _named(own.empty), f"({own.reason})"]) if own else "every rule"
        proof = proved.get(unit.rule_id)
        told = "<br>".join(proof.sentences) if proof else "—"
        lines.append(f"| [{unit.rule_id}]({unit.rule_id}.md) | {f'`{proof.file}`' if proof else '—'} | {told} | {common} |")
    lines += ["", "## 合法情形 Lawful exceptions", "", "| exception | | test that fails without it |", "|---|---|---|"]
    for name, known in all_exceptions().items():
        lines.append(f"| {name} | {known.title_zh} · {known.title_en} | {_named(exceptions.get(name, ''))} |")
    return "\n".join(lines) + "\n"


def _named(proof: str) -> str:
    """``file::test_name`` as a reader is told it."""
    file, _, test = proof.partition("::")
    return f"`{file}`: {test.removeprefix('test_').replace('_', ' ')}" if test else "—"


def _proof(path: Path, tests: Path) -> Proof:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    sentences: list[str] = []
    example = ""
    tables = {node.targets[0].id: node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        sentences.append(node.name.removeprefix("test_").replace("_", " ") + _cases(node, tables))
        if not example:
            uses_hit = "HIT" in tables and any(isinstance(part, ast.Name) and part.id == "HIT" for part in ast.walk(node))
            parts = [tables["HIT"], node] if uses_hit else [node]
            example = "\n\n\n".join(ast.get_source_segment(source, part) or "" for part in parts)
    return Proof(f"tests/{path.relative_to(tests).as_posix()}", tuple(sentences), example)


def _cases(node: ast.FunctionDef, tables: Mapping[str, ast.Assign]) -> str:
    """The sentences a parametrised test is run for, when they are the keys of a table of the file."""
    for decorator in node.decorator_list:
        for argument in getattr(decorator, "args", []):
            if isinstance(argument, ast.Name) and argument.id in tables:
                value = tables[argument.id].value
                if isinstance(value, ast.Dict):
                    return ": " + "; ".join(str(key.value) for key in value.keys if isinstance(key, ast.Constant))
    return ""


def _wording(unit: Rule) -> list[str]:
    """The Chinese sentences of the rule's own file, ``…`` where a figure or a name is put in."""
    source = Path(inspect.getsourcefile(unit.function) or "").read_text(encoding="utf-8")
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    sentences = [text for text in texts if "{}" in text and re.search("[一-龥]", text) and text != unit.function.__doc__]
    return [text.replace("{}", "…") for text in dict.fromkeys(sentences)] or [unit.title_zh]


def _dedent(doc: str) -> str:
    head, _, rest = doc.strip().partition("\n")
    return head + "\n" + re.sub(r"(?m)^ {4}", "", rest) if rest else head


def _first(doc: str) -> str:
    return re.sub(r"\s+", " ", doc.strip().split("\n\n")[0])


def _both(zh: str, english: str) -> str:
    """Both wordings, once where they are the same."""
    return zh if zh == english else f"{zh} · {english}"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")
