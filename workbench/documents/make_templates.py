"""Draws the Word templates of the official documents: ``python -m workbench.documents.make_templates``.

The look follows GB/T 9704-2012 (A4, type area 156 mm × 225 mm, title in 小标宋 of size 2, text in 仿宋 and heads in 黑体 of size 3, 28 points a
line, page number between dashes). Only the fonts' names are written; the bureau's machines have the fonts. Words in ``{{ }}`` and rows between
``{%tr %}`` are docxtpl's and are filled by ``workbench.documents.render``. A bureau that wants other words copies a template to the folder
named by HUOYAN_TEMPLATES and edits it in Word.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

FOLDER = Path(__file__).with_name("templates")
TITLE, BODY, HEAD, SONG, DIGITS = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体", "Times New Roman"
#: points of the Chinese sizes 2, 3, 4, 5
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = 22, 16, 14, 10.5
LINE = 28


@dataclass(frozen=True)
class Column:
    """One column of a table: heading, what a row shows, width in centimetres, alignment."""

    heading: str
    shows: str
    width: float
    align: int = WD_ALIGN_PARAGRAPH.LEFT


def number(heading: str, shows: str, width: float) -> Column:
    """A column of figures."""
    return Column(heading, shows, width, WD_ALIGN_PARAGRAPH.RIGHT)


@dataclass
class Sheet:
    """One document while it is drawn."""

    landscape: bool = False
    document: Any = field(default_factory=Document)

    def __post_init__(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Cm(3.7), Cm(3.5), Cm(2.8), Cm(2.6)
        if self.landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = section.page_height, section.page_width
            section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Cm(2.6), Cm(2.4), Cm(2.2), Cm(2.2)
        _page_number(section)
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = DIGITS, Pt(SIZE_3)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)
        core = self.document.core_properties
        core.author, core.title, core.comments = "", "", ""

    def line(self, text: str, *, font: str = BODY, size: float = SIZE_3, align: int = WD_ALIGN_PARAGRAPH.JUSTIFY, indent: bool = True) -> None:
        """A paragraph of 28 points a line; ``indent`` by two signs."""
        _write(self.document.add_paragraph(), text, font, size, align, LINE, indent=indent)

    def title(self, *texts: str) -> None:
        """The title's lines, centred, and a blank line."""
        for text in texts:
            _write(self.document.add_paragraph(), text, TITLE, SIZE_2, WD_ALIGN_PARAGRAPH.CENTER, 33)
        self.line("", indent=False)

    def head(self, text: str) -> None:
        """A head of the first level."""
        self.line(text, font=HEAD)
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True

    def right(self, text: str) -> None:
        """A line at the right, for signatures and dates."""
        self.line(text, align=WD_ALIGN_PARAGRAPH.RIGHT, indent=False)

    def tag(self, text: str) -> None:
        """A line that holds only a statement of the template language; it leaves no trace."""
        self.line("{%p " + text + " %}", indent=False)

    def table(self, rows: str, columns: list[Column], total: list[str] | None = None, *, size: float = SIZE_5) -> None:
        """A table with one row for each entry of ``rows``; its head is repeated on every page."""
        table = self.document.add_table(rows=0, cols=len(columns))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for place, column in zip(table.columns, columns, strict=True):
            place.width = Cm(column.width)
        head = self._row(table, columns, [column.heading for column in columns], size, font=HEAD, centred=True)
        repeat = OxmlElement("w:tblHeader")
        repeat.set(qn("w:val"), "true")
        head._tr.get_or_add_trPr().append(repeat)
        empty = [""] * (len(columns) - 1)
        self._row(table, columns, ["{%tr for row in " + rows + " %}", *empty], size)
        self._row(table, columns, [column.shows for column in columns], size)
        self._row(table, columns, ["{%tr endfor %}", *empty], size)
        if total:
            self._row(table, columns, total, size, font=HEAD)
        for row in table.rows:
            whole = OxmlElement("w:cantSplit")
            row._tr.get_or_add_trPr().append(whole)

    def _row(self, table: Any, columns: list[Column], texts: list[str], size: float, *, font: str = BODY, centred: bool = False) -> Any:
        row = table.add_row()
        for cell, column, text in zip(row.cells, columns, texts, strict=True):
            cell.width = Cm(column.width)
            _write(cell.paragraphs[0], text, font, size, WD_ALIGN_PARAGRAPH.CENTER if centred else column.align, size + 4.5)
        return row

    def signatures(self, *lines: tuple[str, str]) -> None:
        """Places to sign, two side by side, without borders."""
        table = self.document.add_table(rows=0, cols=2)
        table.autofit = False
        for place, width in zip(table.columns, (8.0, 7.6), strict=True):
            place.width = Cm(width)
        for pair in lines:
            row = table.add_row()
            for cell, text, width in zip(row.cells, pair, (8.0, 7.6), strict=True):
                cell.width = Cm(width)
                _write(cell.paragraphs[0], text, BODY, SIZE_3, WD_ALIGN_PARAGRAPH.LEFT, LINE)

    def note(self) -> None:
        """Who made the document and when, small, at the end."""
        self.line("", indent=False)
        _write(self.document.add_paragraph(), "制作：{{ made_by }}　{{ made_at }}　数据批次：{{ run_id }}", SONG, 9, WD_ALIGN_PARAGRAPH.LEFT, 14)


def _write(paragraph: Any, text: str, font: str, size: float, align: int, line: float, *, indent: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = DIGITS, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    form = paragraph.paragraph_format
    form.alignment, form.space_before, form.space_after = align, Pt(0), Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY if line >= LINE else WD_LINE_SPACING.AT_LEAST, Pt(line)
    if indent:
        place = OxmlElement("w:ind")
        place.set(qn("w:firstLineChars"), "200")
        place.set(qn("w:firstLine"), str(int(size * 2 * 20)))
        paragraph._p.get_or_add_pPr().append(place)


def _page_number(section: Any) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, kind in (("— ", ""), ("", "begin"), ("PAGE", "code"), ("", "end"), (" —", "")):
        run = paragraph.add_run(text if kind != "code" else "")
        run.font.name, run.font.size = SONG, Pt(SIZE_4)
        if kind in ("begin", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind == "code":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)


def inspection_notice() -> Any:
    """稽核通知书: tells the institution that, when and on what it is inspected, and what to have ready."""
    sheet = Sheet()
    sheet.title("{{ bureau }}", "医疗保障基金稽核通知书")
    sheet.right("{{ number }}")
    sheet.line("{{ institution }}：", indent=False)
    sheet.line(
        "根据《中华人民共和国社会保险法》《医疗保障基金使用监督管理条例》和医疗保障服务协议，"
        "我单位决定对你单位{{ period }}医疗保障基金使用情况进行稽核。现将有关事项通知如下："
    )
    sheet.head("一、稽核时间和地点")
    sheet.line("时间：{{ begins }}起。地点：{{ place }}。")
    sheet.head("二、稽核人员")
    sheet.line("{{ officers }}。稽核人员不少于两人，到场时出示证件。")
    sheet.head("三、稽核内容")
    sheet.line("经数据分析，你单位下列事项需要核实（共{{ n_findings }}项，涉及就诊{{ n_visits }}人次，明细见《取证清单》）：")
    columns = [
        Column("序号", "{{ row.number }}", 1.2, WD_ALIGN_PARAGRAPH.CENTER),
        Column("核实事项", "{{ row.title }}", 6.6),
        Column("发生期间", "{{ row.period }}", 3.6, WD_ALIGN_PARAGRAPH.CENTER),
        number("项数", "{{ row.n }}", 1.4),
        number("涉及金额（元）", "{{ row.amount }}", 2.8),
    ]
    sheet.table("groups", columns, ["", "合计（同一费用明细只计一次）", "", "{{ n_findings }}", "{{ amount }}"], size=12)
    sheet.line("上述事项为数据疑点，不是对违规的认定，以稽核查明的事实为准。")
    sheet.head("四、需要准备的资料")
    sheet.line("（一）《取证清单》所列就诊的住院或者门诊病历、医嘱单、护理记录、检查检验报告、治疗记录和费用清单；")
    sheet.line("（二）相应期间的药品、医用耗材购进、验收、出入库和盘存记录及随货同行单、发票；")
    sheet.line("（三）有关医师、护士、技师的执业资质和排班记录，大型设备使用记录；")
    sheet.line("（四）法定代表人或者主要负责人身份证明，委托他人的，附授权委托书。")
    sheet.line("请你单位妥善保管并如实提供有关资料，可以陈述意见、作出说明。")
    sheet.line("联系人及电话：{{ contact }}。")
    sheet.line("", indent=False)
    sheet.right("{{ bureau }}（印章）　　")
    sheet.right("{{ date }}　　")
    sheet.line("", indent=False)
    sheet.signatures(("送达人：", "签收人："), ("送达时间：　　年　月　日", "签收时间：　　年　月　日"))
    sheet.note()
    return sheet.document


def evidence_list() -> Any:
    """取证清单: every matter with visit, dates, rule and sentence, then the fee lines at fault."""
    sheet = Sheet(landscape=True)
    sheet.title("医疗保障基金稽核取证清单")
    sheet.line("被稽核单位：{{ institution }}（{{ code }}）　　文号：{{ number }}　　制作日期：{{ date }}", size=SIZE_4, indent=False)
    sheet.head("一、需要核实的事项")
    columns = [
        Column("序号", "{{ row.number }}", 1.1, WD_ALIGN_PARAGRAPH.CENTER),
        Column("就诊号", "{{ row.visit }}", 3.0),
        Column("参保人编号", "{{ row.person }}", 2.4),
        Column("发生日期", "{{ row.period }}", 2.7, WD_ALIGN_PARAGRAPH.CENTER),
        Column("核实事项", "{{ row.title }}", 3.2),
        Column("数据情况", "{{ row.evidence }}", 7.6),
        number("明细条数", "{{ row.n_lines }}", 1.4),
        number("涉及金额（元）", "{{ row.amount }}", 2.4),
        Column("提供的资料及页数", "", 2.0),
    ]
    total = ["", "合计", "", "", "", "同一费用明细只计一次", "{{ n_lines }}", "{{ amount }}", ""]
    sheet.table("findings", columns, total, size=9)
    sheet.tag("if left_out")
    sheet.line("另有{{ left_out }}项未列入本清单，见明细电子表格。", size=SIZE_4)
    sheet.tag("endif")
    sheet.tag("if lines")
    sheet.head("二、所涉费用明细")
    columns = [
        Column("事项", "{{ row.number }}", 1.1, WD_ALIGN_PARAGRAPH.CENTER),
        Column("明细流水号", "{{ row.id }}", 4.0),
        Column("就诊号", "{{ row.visit }}", 3.3),
        Column("费用发生时间", "{{ row.time }}", 3.0),
        Column("医保目录编码", "{{ row.item }}", 4.2),
        Column("项目名称", "{{ row.name }}", 4.6),
        number("数量", "{{ row.cnt }}", 1.3),
        number("金额（元）", "{{ row.fee }}", 2.1),
        number("范围内（元）", "{{ row.inscp }}", 2.2),
    ]
    sheet.table("lines", columns, size=9)
    sheet.tag("endif")
    sheet.tag("if lines_left_out")
    sheet.line("另有费用明细{{ lines_left_out }}条未列入，见明细电子表格。", size=SIZE_4)
    sheet.tag("endif")
    sheet.line("以上资料已核对无误，复印件与原件一致。", size=SIZE_4)
    sheet.signatures(("提供单位（印章）：", "稽核人员（签名）：{{ officers }}"), ("经办人（签名）：", "日期：　　年　月　日"))
    sheet.note()
    return sheet.document


def fact_confirmation() -> Any:
    """事实确认书: what was found true, for the institution to confirm or to object to."""
    sheet = Sheet()
    sheet.title("医疗保障基金稽核事实确认书")
    sheet.right("{{ number }}")
    sheet.line("被稽核单位：{{ institution }}（定点医药机构编码：{{ code }}）", align=WD_ALIGN_PARAGRAPH.LEFT, indent=False)
    sheet.line("{{ bureau }}对你单位{{ period }}医疗保障基金使用情况进行了稽核，现已查明下列事实：")
    sheet.tag("for group in groups")
    sheet.head("{{ group.ordinal }}、{{ group.title }}（{{ group.n }}项，认定金额{{ group.amount }}元）")
    columns = [
        Column("序号", "{{ row.number }}", 1.1, WD_ALIGN_PARAGRAPH.CENTER),
        Column("就诊号", "{{ row.visit }}", 2.8),
        Column("发生日期", "{{ row.period }}", 3.0, WD_ALIGN_PARAGRAPH.CENTER),
        Column("事实", "{{ row.evidence }}{{ row.reason }}", 6.1),
        number("认定金额（元）", "{{ row.amount }}", 2.6),
    ]
    sheet.table("group.findings", columns)
    sheet.line("涉及规定：{{ group.law }}。")
    sheet.tag("endfor")
    sheet.line("以上共{{ n_findings }}项，认定金额合计（同一费用明细只计一次）{{ amount }}元（{{ amount_words }}）。")
    sheet.line("请你单位核对后，在下列意见中勾选并签名盖章。对事实有异议的，可以在收到本确认书之日起{{ days }}日内提交书面说明和证据。")
    sheet.line("□ 对上述事实无异议。")
    sheet.line("□ 对上述第　　　　　项有异议，理由及证据附后。")
    sheet.line("", indent=False)
    sheet.signatures(
        ("被稽核单位（印章）：", "稽核人员（签名）：{{ officers }}"),
        ("法定代表人或者委托代理人（签名）：", ""),
        ("日期：　　年　月　日", "日期：　　年　月　日"),
    )
    sheet.line("拒绝签名或者盖章的，注明原因：　　　　　　　　　　　　　　　　　", indent=False)
    sheet.note()
    return sheet.document


def handling_opinion() -> Any:
    """稽核处理意见: facts, provisions, yuan to give back, and what remains for the bureau to decide."""
    sheet = Sheet()
    sheet.title("医疗保障基金稽核处理意见书")
    sheet.right("{{ number }}")
    sheet.line("被稽核单位：{{ institution }}（定点医药机构编码：{{ code }}）", align=WD_ALIGN_PARAGRAPH.LEFT, indent=False)
    sheet.head("一、稽核情况")
    sheet.line(
        "{{ bureau }}对你单位{{ period }}医疗保障基金使用情况进行了稽核。经查明并复核，下列{{ n_findings }}项属实或者部分属实，"
        "认定金额合计{{ amount }}元，造成医疗保障基金损失{{ loss }}元（均为同一费用明细只计一次）。"
    )
    columns = [
        Column("序号", "{{ row.number }}", 1.1, WD_ALIGN_PARAGRAPH.CENTER),
        Column("事实", "{{ row.title }}", 4.6),
        Column("涉及规定", "{{ row.law }}", 4.5),
        number("项数", "{{ row.n }}", 1.2),
        number("认定金额（元）", "{{ row.amount }}", 2.2),
        number("基金损失（元）", "{{ row.loss }}", 2.2),
    ]
    sheet.table("groups", columns, ["", "合计", "", "{{ n_findings }}", "{{ amount }}", "{{ loss }}"])
    sheet.head("二、处理意见")
    sheet.line("（一）退回造成的医疗保障基金损失{{ loss }}元（{{ loss_words }}）。")
    sheet.line("（二）对上述问题立即整改，自收到本意见之日起{{ days }}日内书面报告整改情况。")
    sheet.line("（三）其他：□ 约谈有关负责人　□ 按服务协议处理　□ 移送医疗保障行政部门依法处理　□ 移送其他机关　□ 无。")
    sheet.line(
        "基金损失由系统按结算数据和认定金额的比例计算，以经办机构核定数为准。是否处罚以及种类、幅度由医疗保障行政部门依法决定，不在本意见范围内。"
    )
    sheet.head("三、陈述和异议")
    sheet.line("对本意见有异议的，可以自收到之日起{{ days }}日内向{{ bureau }}提出书面陈述并附证据。联系人及电话：{{ contact }}。")
    sheet.line("", indent=False)
    sheet.right("{{ bureau }}（印章）　　")
    sheet.right("{{ date }}　　")
    sheet.line("", indent=False)
    sheet.signatures(("送达人：", "签收人："), ("送达时间：　　年　月　日", "签收时间：　　年　月　日"))
    sheet.note()
    return sheet.document


def clearance_letter() -> Any:
    """澄清告知书: tells a cleared institution that the inspection is over and found nothing against it."""
    sheet = Sheet()
    sheet.title("{{ bureau }}", "医疗保障基金稽核澄清告知书")
    sheet.right("{{ number }}")
    sheet.line("{{ institution }}：", indent=False)
    sheet.line("{{ bureau }}于{{ opened }}起对你单位（定点医药机构编码：{{ code }}）医疗保障基金使用情况进行核查，现已结束。核查结论如下：")
    sheet.line("{{ closing }}")
    sheet.line("经核查，原列疑点不属实，未发现你单位存在违反医疗保障基金使用规定的情形，现予澄清。原列疑点不作为协议考核、信用评价和以后检查的依据。")
    sheet.line("", indent=False)
    sheet.right("{{ bureau }}（印章）　　")
    sheet.right("{{ date }}　　")
    sheet.line("", indent=False)
    sheet.signatures(("送达人：", "签收人："), ("送达时间：　　年　月　日", "签收时间：　　年　月　日"))
    sheet.note()
    return sheet.document


def handover_letter() -> Any:
    """案件移送函: goes with a matter that another authority is to decide, with what was found and what is attached."""
    sheet = Sheet()
    sheet.title("{{ bureau }}", "案件移送函")
    sheet.right("{{ number }}")
    sheet.line("{{ receiver }}：", indent=False)
    sheet.line(
        "{{ bureau }}于{{ opened }}登记对{{ institution }}（定点医药机构编码：{{ code }}，{{ county }}）"
        "医疗保障基金使用情况的线索，来源为{{ origin }}："
    )
    sheet.line("{{ clue }}")
    sheet.line("核查中发现下列事项属于你单位职责范围，现予移送：")
    sheet.line("{{ matter }}")
    sheet.tag("if n_upheld")
    sheet.line(
        "截至制作之日，已判定属实或者部分属实并经复核的疑点{{ n_upheld }}项，"
        "认定金额合计（同一费用明细只计一次）{{ amount }}元（{{ amount_words }}）。"
    )
    sheet.tag("endif")
    sheet.tag("if n_earlier")
    sheet.line("另有{{ n_earlier }}项经复核认定的疑点出自以前批次的数据，不在上列合计之内，见案卷。")
    sheet.tag("endif")
    sheet.line("移送日期：{{ handed_over }}。请在收到后将受理和处理结果书面告知{{ bureau }}。")
    sheet.line("附件（勾选）：□ 取证清单及费用明细　□ 事实确认书　□ 约谈和陈述申辩记录　□ 其他：　　　　　　　　")
    sheet.line("", indent=False)
    sheet.right("{{ bureau }}（印章）　　")
    sheet.right("{{ date }}　　")
    sheet.line("", indent=False)
    sheet.signatures(("移送人：", "接收人："), ("联系电话：", "接收时间：　　年　月　日"))
    sheet.note()
    return sheet.document


TEMPLATES = {
    "clearance_letter": clearance_letter,
    "handover_letter": handover_letter,
    "inspection_notice": inspection_notice,
    "evidence_list": evidence_list,
    "fact_confirmation": fact_confirmation,
    "handling_opinion": handling_opinion,
}


def main() -> None:
    """Writes all templates."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in TEMPLATES.items():
        draw().save(str(FOLDER / f"{name}.docx"))


if __name__ == "__main__":
    main()
