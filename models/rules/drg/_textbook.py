"""Care without which a grave complication cannot be in a patient, for codes too rare elsewhere to be learned from other hospitals.

Few hospitals code sepsis or a ruptured aneurysm honestly often enough to learn from. What such a patient has at the very least is common
medical knowledge: the examination that makes the diagnosis or any treatment of it. One item of the list is enough, and the lists are wide:
they name every usual way, so that a patient without a single one of them was neither examined nor treated for the disease. Of some acute
diseases the diagnosis cannot be made, nor the disease be lived through, on what half the ward gets anyway (oxygen, an antibiotic, one blood
panel): there a house that bills the telling care for anybody (``firm``) is asked for it, or for tests repeated day after day. Codes without
an entry are not judged. Diseases of pregnancy, of the newborn and of one sex's organs cannot be in a patient who is none of that.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from features.shared.once import at_hand

_ANTIBACTERIAL: Final = "头孢|西林|培南|沙星|霉素|米星|万古|替考|利奈|硝唑|磺胺|抗菌|他唑巴坦|舒巴坦|环素|黄连素|小檗碱"
_IMAGING: Final = "X线|计算机体层|CT|磁共振|MR|超声|彩超|造影|DR|摄影|PET|核素"
_WOUND: Final = "清创|缝合|换药|石膏|固定|复位|夹板|牵引|引流|敷料|手术"


class LeastCare(NamedTuple):
    """Codes (pattern), the words of item names any of which supports them, what the sentence says should be there, and, of some, the words of
    the telling care with its sentence."""

    codes: str
    words: str
    said: str
    firm: str | None = None
    firm_said: str | None = None


#: Days with tests of a disease from which on it was watched, whatever was given.
WATCHED_DAYS: Final = 3
#: Rows of the extract: houses that bill telling care of an entry for anybody.
FIRM: Final = "firm"


#: The first entry whose pattern fits a code counts.
LEAST_CARE: Final = (
    LeastCare(r"^(J96|J80|J95\.[1-9])", "血气|吸氧|氧气|给氧|氧疗|血氧|呼吸机|通气|插管|气管切开|血液气体", "血气分析、吸氧或呼吸支持",
              "血气|血液气体|呼吸机|机械通气|辅助通气|正压通气|无创.{0,4}通气|插管|气管切开|高流量", "血气分析或呼吸支持"),
    LeastCare(r"^(A40|A41|R65)", f"血培养|培养|降钙素原|{_ANTIBACTERIAL}|康唑|芬净", "血培养、降钙素原或抗菌药物",
              "培养|降钙素原|乳酸|内毒素|白介素|血管活性|去甲肾", "病原培养、降钙素原等脓毒症检验"),
    LeastCare(r"^(N17|N19|N99\.0)", "肌酐|尿素|肾功|胱抑素|透析|血滤|滤过|生化|呋塞米|托拉塞米", "肾功能检验、利尿或肾脏替代治疗",
              "透析|血滤|滤过|血液净化", "反复肾功能检验或肾脏替代治疗"),
    LeastCare(r"^(E4[0-6])", "营养|白蛋白|氨基酸|脂肪乳|肠内|肠外|鼻饲|蛋白测定|蛋白定量|生化|肝功", "蛋白检验或营养支持",
              "营养|氨基酸|脂肪乳|肠内|肠外|鼻饲|前白蛋白|人血白蛋白", "营养评定或营养支持"),
    LeastCare(
        r"^(I50|I11\.0|I13)", "利钠肽|BNP|呋塞米|托拉塞米|螺内酯|地高辛|去乙酰毛花苷|心脏.*超声|超声心动|心彩超|心脏彩|硝普钠|米力农|多巴",
        "利钠肽、心脏超声或利尿强心治疗",
    ),
    LeastCare(r"^(B3[5-9]|B4)", "真菌|康唑|芬净|制霉|两性霉素|特比萘芬|萘替芬|培养|葡聚糖", "真菌检验或抗真菌药物"),
    LeastCare(r"^(A1[5-9]|B90)", f"结核|抗酸|异烟肼|利福|吡嗪酰胺|乙胺丁醇|链霉素|沙星|干扰素|痰|{_IMAGING}", "结核检查或抗结核药物"),
    LeastCare(r"^(A5[0-9]|A6[0-4])", f"梅毒|螺旋体|淋球菌|衣原体|支原体|{_ANTIBACTERIAL}", "病原检验或抗菌药物"),
    LeastCare(r"^(B1[5-9])", "肝炎|乙肝|丙肝|肝功|转氨酶|恩替卡韦|替诺|拉米|阿德福韦|干扰素|HBV|HCV", "肝炎病毒标志物、肝功能或抗病毒药物"),
    LeastCare(r"^(B2[0-4])", "HIV|免疫缺陷|CD4|淋巴细胞亚群|拉米夫定|替诺|依非韦伦|洛匹|多替拉韦", "免疫缺陷病毒检验或抗病毒药物"),
    LeastCare(
        r"^(B5|B6|B7|B8)", f"寄生虫|虫|疟|吡喹酮|阿苯达唑|甲苯咪唑|伊维菌素|青蒿|氯喹|硝唑|抗体|嗜酸|{_IMAGING}", "寄生虫检查或驱虫药物"
    ),
    LeastCare(
        r"^(A[89]|B0|B2[5-9]|B3[0-4]|U04)", "病毒|抗体|核酸|阿昔|更昔|伐昔|泛昔|膦甲酸|奥司他韦|帕拉米韦|干扰素|利巴韦林|阿比多尔|脑脊液",
        "病毒检验或抗病毒药物",
    ),
    LeastCare(r"^A0", f"粪便|大便|培养|蒙脱石|补液|双歧|益生|洛哌丁胺|{_ANTIBACTERIAL}", "粪便检验、抗菌或止泻药物"),
    LeastCare(r"^(A|B)", f"培养|涂片|抗体|核酸|抗毒素|免疫球蛋白|{_ANTIBACTERIAL}", "病原检验或抗感染药物"),
    LeastCare(
        r"^(C|D0|D3[7-9]|D4)",
        f"肿瘤|癌|病理|免疫组化|化疗|化学治疗|放射治疗|抗原|甲胎|铂|紫杉|替尼|单抗|环磷|吉西他滨|吗啡|羟考酮|芬太尼|内镜|骨髓|{_IMAGING}",
        "肿瘤检查或治疗",
    ),
    LeastCare(r"^E1[0-4]", "血糖|葡萄糖测定|糖化|胰岛素|二甲双胍|格列|列净|列汀|阿卡波|鲁肽", "血糖检验或降糖治疗"),
    LeastCare(r"^E0", "甲状腺|甲功|促甲|左甲|甲巯|丙硫氧|碘", "甲状腺检查或治疗"),
    LeastCare(r"^E2[2-7]", "皮质醇|激素|泼尼松|可的松|地塞米松|垂体|醛固酮|加压素|钠测定|钾测定|电解质|磁共振", "内分泌检验或激素治疗"),
    LeastCare(r"^F1", "美沙酮|纳洛酮|纳曲酮|酒精|毒品|吗啡检测|精神|心理|地西泮|劳拉西泮|奥沙西泮|维生素B1", "精神活性物质检验或戒断治疗"),
    LeastCare(
        r"^F", "精神|心理|量表|评定|测查|西酞|舍曲林|帕罗西汀|氟西汀|文拉法辛|度洛西汀|米氮平|氮平|利培酮|帕利哌酮|哌啶醇|喹硫平|阿立哌唑|"
        "地西泮|西泮|唑仑|丙戊酸|碳酸锂|多奈哌齐|美金刚|唑吡坦|佐匹克隆|丁螺环酮|坦度螺酮|哌甲酯",
        "精神心理检查或精神药物",
    ),
    LeastCare(r"^G4[01]", "脑电|丙戊酸|卡马西平|西坦|苯妥英|苯巴比妥|拉莫三嗪|奥卡西平|西泮|咪达唑仑|托吡酯", "脑电图或抗癫痫药物"),
    LeastCare(r"^(G0[0-9])", f"脑脊液|腰椎穿刺|脑电|头颅|颅脑|磁共振|{_ANTIBACTERIAL}|昔洛韦", "脑脊液、影像检查或抗感染治疗"),
    LeastCare(
        r"^G93\.[56]", "脑|头颅|头部|颅|甘露醇|果糖|呋塞米", "头颅影像或脱水降颅压治疗",
        "头颅|头部|颅|脑.*(?:CT|体层|磁共振)|甘露醇|甘油果糖|高渗|颅内压", "头颅影像或脱水降颅压治疗",
    ),
    LeastCare(r"^G", "脑|头颅|颅|磁共振|计算机体层|肌电|诱发电位|神经|多巴|巴氯芬|甲钴胺|甘露醇|地塞米松|泼尼|丙球|免疫球蛋白", "神经系统检查或治疗"),
    LeastCare(r"^H[0-5]", "眼|视|裂隙灯|角膜|结膜|泪|OCT", "眼科检查或用药"),
    LeastCare(r"^H[6-9]", "耳|听|鼓|前庭|声导抗|倍他司汀|乳突", "耳科检查或用药"),
    LeastCare(r"^I2[12]", "肌钙|心肌|肌酸激酶|冠状|冠脉|氯吡格雷|替格瑞洛|肝素|溶栓|普酶|阿司匹林", "心肌标志物或抗栓治疗"),
    LeastCare(r"^(I26|I8[0-2]|I74)", f"二聚|肝素|华法林|沙班|达比加群|尿激酶|普酶|滤器|{_IMAGING}", "血管影像、D-二聚体或抗凝溶栓"),
    LeastCare(r"^(I6|G46)", "脑|头颅|颅|计算机体层|磁共振|CT|甘露醇|血管|氯吡格雷|阿司匹林|他汀", "头颅影像或脑血管病治疗"),
    LeastCare(r"^(I3[0-9]|I4[0-9]|I0[0-9]|I51|I71|I72|I77|Q2[0-8])", f"心电|心脏|心肌|心律|心包|主动脉|血管|洛尔|{_IMAGING}", "心脏血管检查或治疗"),
    LeastCare(r"^(J09|J1[0-8]|J2[0-2]|J69|J85|J86)", f"痰|胸|肺|病毒|奥司他韦|{_IMAGING}|{_ANTIBACTERIAL}", "胸部影像、病原检验或抗感染治疗"),
    LeastCare(r"^J", f"肺|胸|支气管|喉|鼻|雾化|氧|氨溴索|茶碱|沙丁胺|布地奈德|{_IMAGING}|{_ANTIBACTERIAL}", "呼吸系统检查或治疗"),
    LeastCare(r"^(K0[0-9]|K1[0-4])", "牙|口腔|龈|颌|舌|唾液|漱|拔除|根管", "口腔检查或治疗"),
    LeastCare(
        r"^(K92\.[0-2]|K2[5-8]\.[0-7])", "隐血|胃镜|肠镜|内镜|拉唑|替丁|生长抑素|奥曲肽|凝血酶|输血|红细胞悬|悬浮红细胞|止血|氨甲",
        "隐血、内镜或抑酸止血治疗",
    ),
    LeastCare(
        r"^(K56|K65|K63\.[01]|K55|K57)", f"胃肠减压|灌肠|腹部|腹腔|腹水|肠镜|肠梗阻|{_IMAGING}|{_ANTIBACTERIAL}", "腹部影像或胃肠减压、抗感染治疗",
    ),
    LeastCare(r"^(K8[0-7])", f"胆红素|胆囊|胆道|胆汁|胰腺|胰酶|淀粉酶|脂肪酶|生长抑素|奥曲肽|加贝酯|乌司他丁|熊去氧|{_IMAGING}", "肝胆胰检查或治疗"),
    LeastCare(
        r"^(K72|K70\.4|K71\.1)", "肝|胆红素|转氨酶|凝血|血氨|氨测定|生化|鸟氨酸|腺苷蛋氨酸|甘草|多烯磷脂|谷胱甘肽|血浆", "肝功能、凝血检验或保肝治疗",
        "凝血|血氨|氨测定|鸟氨酸|腺苷蛋氨酸|甘草|多烯磷脂|谷胱甘肽|血浆|人工肝", "凝血、血氨检验或保肝治疗",
    ),
    LeastCare(r"^K7", f"肝|胆红素|转氨酶|凝血|血氨|氨测定|生化|鸟氨酸|腺苷蛋氨酸|甘草|多烯磷脂|普萘洛尔|螺内酯|白蛋白|{_IMAGING}", "肝脏检查或治疗"),
    LeastCare(r"^D65", "凝血|纤维蛋白|二聚体|血小板|肝素|血浆|冷沉淀", "凝血检验或抗凝、替代治疗"),
    LeastCare(r"^L89", "换药|敷料|压疮|褥疮|气垫|翻身|清创|磺胺嘧啶银", "创面处理或压疮护理"),
    LeastCare(r"^L", f"皮肤|换药|清创|软膏|乳膏|洗剂|炉甘石|他定|西替利嗪|泼尼|米松|光疗|{_ANTIBACTERIAL}", "皮肤检查或用药"),
    LeastCare(r"^M", f"骨|关节|风湿|抗核|抗体|血沉|肌电|肌力|肌酶|立松|昔布|洛芬|双氯芬|甲氨蝶呤|羟氯喹|泼尼|{_IMAGING}", "骨关节、风湿检查或治疗"),
    LeastCare(
        r"^(R57|T79\.4|T81\.1)", "多巴|肾上腺素|间羟胺|血管活性|中心静脉|监护|监测|羟乙基|白蛋白|输血", "循环监护或升压抗休克治疗",
        "多巴|肾上腺素|间羟胺|血管活性|中心静脉|动脉压|有创|羟乙基|明胶|人血白蛋白|输血|红细胞|乳酸|血气", "升压、扩容等抗休克治疗",
    ),
    LeastCare(r"^R40", "监护|监测|头颅|颅|脑|格拉斯哥|气管|纳洛酮|醒脑", "监护或头颅检查"),
    LeastCare(r"^(T2[0-9]|T3[0-2])", f"烧伤|磺胺嘧啶银|湿润|植皮|{_WOUND}", "创面处理"),
    LeastCare(
        r"^(T3[6-9]|T4|T5|T6[0-5])", "洗胃|灌流|解毒|血药|毒物|毒素|中毒|纳洛酮|胆碱酯酶|阿托品|解磷定|活性炭|导泻|高压氧|氟马西尼",
        "毒物检验、洗胃或解毒治疗",
    ),
    LeastCare(r"^(S|T0|T1)", f"{_WOUND}|{_IMAGING}|破伤风", "影像检查或创伤处理"),
)  # fmt: skip

#: Codes that only some patients can bear: pattern, what the patient must be (sex, years from, years to), and the words for who cannot.
POSSIBLE: Final = (
    (r"^O", "2", 10.0, 60.0, "妊娠、分娩和产褥期疾病"),
    (r"^P", None, 0.0, 18.0, "围生期疾病"),
    (r"^(C5[1-8]|D2[5-8]|D39|N7|N8[0-9]|N9[0-8])", "2", 0.0, 200.0, "女性生殖器官疾病"),
    (r"^(C6[0-3]|D29|D40|N4[0-9]|N50|N51)", "1", 0.0, 200.0, "男性生殖器官疾病"),
)


def with_least_care(bearers: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``cared``: whether the stay's lines (``mdtrt_id date test hilist_name``) hold any least care of ``code``; null for codes without an entry.

    ``firmly`` says the same of the telling care, where the ``entry`` has one. ``impossible`` says what the code is where the patient
    (``gend age``) cannot bear it; such a bearer is not cared for, whatever was billed.
    """
    entry = _first([(care.codes, pl.lit(place, pl.Int64)) for place, care in enumerate(LEAST_CARE)])
    (wanted,) = at_hand(bearers.select("mdtrt_id", entry=entry).drop_nulls("entry").unique())
    named = lines.join(wanted, on="mdtrt_id", how="semi").with_columns(name=pl.col("hilist_name").fill_null(""))
    (by_name,) = at_hand(named.group_by("mdtrt_id", "name").agg(test_days=pl.col("date").filter("test").unique()))
    shown = _matches(by_name, [care.words for care in LEAST_CARE], "shown").join(
        _matches(by_name, [care.firm for care in LEAST_CARE], "telling"), on=["name", "entry"], how="full", coalesce=True
    )
    asked = pl.DataFrame({"entry": range(len(LEAST_CARE)), "asked": [care.firm is not None for care in LEAST_CARE]}).lazy()
    watched = pl.col("test_days").filter(pl.col("shown").fill_null(value=False)).explode().n_unique() >= WATCHED_DAYS
    cared = (
        wanted.join(by_name, on="mdtrt_id", how="inner")
        .join(shown, on=["entry", "name"], how="left")
        .group_by("mdtrt_id", "entry")
        .agg(cared=pl.col("shown").fill_null(value=False).any(), telling=pl.col("telling").fill_null(value=False).any(), watched=watched)
        .join(asked, on="entry", how="left")
        .with_columns(firmly=pl.when("asked").then(pl.col("telling") | pl.col("watched")))
        .select("mdtrt_id", "entry", "cared", "firmly")
    )
    conflict = [
        (pl.col("code").str.contains(codes) & ~(pl.col("age").is_between(low, high) & (pl.col("gend") == sex if sex else pl.lit(value=True))), said)
        for codes, sex, low, high, said in POSSIBLE
    ]
    impossible = pl.coalesce(pl.when(wrong).then(pl.lit(said)) for wrong, said in conflict)
    return (
        bearers.with_columns(entry=entry, impossible=impossible)
        .join(cared, on=["mdtrt_id", "entry"], how="left")
        .with_columns(
            pl.when(pl.col("impossible").is_not_null()).then(pl.lit(value=False)).otherwise(name).alias(name) for name in ("cared", "firmly")
        )
    )


def firm_rows(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Extract rows: the entries of whose telling care a house (``fixmedins_code``) bills any item to anybody."""
    named = lines.select("fixmedins_code", name=pl.col("hilist_name").fill_null("")).unique()
    telling = _matches(named, [care.firm for care in LEAST_CARE], "telling")
    return named.join(telling, on="name").select("fixmedins_code", "entry").unique().with_columns(kind=pl.lit(FIRM))


def asked_firmly(bearers: pl.DataFrame, extracted: pl.DataFrame) -> pl.DataFrame:
    """The bearers with ``cared`` as the telling care says where the house bills any of it, and ``firm``: whether it was asked for that."""
    houses = extracted.filter(pl.col("kind") == FIRM).select("fixmedins_code", "entry").unique().with_columns(firm=pl.lit(value=True))
    asked = bearers.join(houses, on=["fixmedins_code", "entry"], how="left").with_columns(
        firm=pl.col("firm").fill_null(value=False) & pl.col("firmly").is_not_null() & pl.col("impossible").is_null()
    )
    return asked.with_columns(cared=pl.when("firm").then("firmly").otherwise("cared"))


def judged_by_textbook(bearers: pl.DataFrame, learned: pl.DataFrame, score: float) -> pl.DataFrame:
    """Bearers that ``learned`` (what ``_support.judged`` gave) does not judge and of which ``cared`` is known, in its columns.

    ``score`` is what a lack of all care counts, its opposite what any care counts. An entry is a unit of the test of habit.
    """
    rest = bearers.filter(pl.col("cared").is_not_null()).join(learned.select("case_id", "code"), on=["case_id", "code"], how="anti")
    said = _first([(care.codes, pl.lit(care.said)) for care in LEAST_CARE])
    firm_said = _first([(care.codes, pl.lit(care.firm_said or care.said)) for care in LEAST_CARE])
    return rest.with_columns(
        unit=pl.coalesce("impossible", _first([(care.codes, pl.lit(care.codes)) for care in LEAST_CARE])),
        score=pl.when("cared").then(-score).otherwise(score),
        supported=pl.col("cared"),
        companions=pl.when("firm").then(firm_said).otherwise(said),
        n_peers=pl.lit(0),
    )


def _matches(named: pl.LazyFrame, words: list[str | None], flag: str) -> pl.LazyFrame:
    """``name entry`` and ``flag`` for each of the lines' names that fits the words of an entry; each name is read once for each, not once a line."""
    names = named.select("name").unique().collect(engine="in-memory")
    fits = [names.filter(pl.col("name").str.contains(word)).with_columns(entry=pl.lit(place, pl.Int64)) for place, word in enumerate(words) if word]
    return pl.concat(fits).lazy().with_columns(pl.lit(value=True).alias(flag))


def _first(choices: list[tuple[str, pl.Expr]]) -> pl.Expr:
    return pl.coalesce(pl.when(pl.col("code").str.contains(pattern)).then(value) for pattern, value in choices)
