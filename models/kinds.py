"""The kinds of violation a finding can be of (spec/output.md), with the names auditors use."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A kind of violation; ``zh`` is the term on screens and documents."""

    BED_HANGING = "bed_hanging"
    FAKE_INPATIENT = "fake_inpatient"
    OVER_TREATMENT = "over_treatment"
    DIALYSIS_EXCESS = "dialysis_excess"
    SPLIT_STAY = "split_stay"
    SPLIT_BILLING = "split_billing"
    DUPLICATE_CHARGE = "duplicate_charge"
    OVERPRICING = "overpricing"
    ITEM_SWAP = "item_swap"
    PHANTOM_SERVICE = "phantom_service"
    UPCODING = "upcoding"
    LOW_THRESHOLD_ADMISSION = "low_threshold_admission"
    TRACE_CODE_REUSE = "trace_code_reuse"
    DEAD_OR_CUSTODY_CLAIMS = "dead_or_custody_claims"
    IMPERSONATION = "impersonation"
    LICENCE_RENTAL = "licence_rental"
    DRUG_HOARDING = "drug_hoarding"
    COST_SHIFTING = "cost_shifting"
    GENE_TEST_ABUSE = "gene_test_abuse"
    IMPLANT_EXCESS = "implant_excess"
    POLICY_LIMIT = "policy_limit"
    DATA_QUALITY = "data_quality"

    @property
    def zh(self) -> str:
        """The bureau's own term."""
        return _ZH[self]

    @property
    def of_stays(self) -> bool:
        """True when the kind is done with stays, so that its findings are counted against admissions, not against all visits."""
        return self in _OF_STAYS


_ZH = {
    Kind.BED_HANGING: "挂床住院",
    Kind.FAKE_INPATIENT: "虚假住院",
    Kind.OVER_TREATMENT: "过度诊疗检查",
    Kind.DIALYSIS_EXCESS: "透析频次异常",
    Kind.SPLIT_STAY: "分解住院",
    Kind.SPLIT_BILLING: "分解收费/分解处方",
    Kind.DUPLICATE_CHARGE: "重复收费",
    Kind.OVERPRICING: "超标准收费",
    Kind.ITEM_SWAP: "串换",
    Kind.PHANTOM_SERVICE: "虚构服务",
    Kind.UPCODING: "高套病组",
    Kind.LOW_THRESHOLD_ADMISSION: "低标准入院",
    Kind.TRACE_CODE_REUSE: "追溯码重复",
    Kind.DEAD_OR_CUSTODY_CLAIMS: "死亡/在押人员结算",
    Kind.IMPERSONATION: "冒名就医",
    Kind.LICENCE_RENTAL: "挂证",
    Kind.DRUG_HOARDING: "超量购药倒卖",
    Kind.COST_SHIFTING: "转嫁费用",
    Kind.GENE_TEST_ABUSE: "基因检测滥用",
    Kind.IMPLANT_EXCESS: "高值耗材虚记",
    Kind.POLICY_LIMIT: "超医保支付限定",
    Kind.DATA_QUALITY: "信息数据异常",
}

_OF_STAYS = frozenset(
    {
        Kind.BED_HANGING,
        Kind.FAKE_INPATIENT,
        Kind.SPLIT_STAY,
        Kind.LOW_THRESHOLD_ADMISSION,
        Kind.UPCODING,
        Kind.IMPLANT_EXCESS,
    }
)
