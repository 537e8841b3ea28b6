"""Prepared tables: what rules and features read instead of the raw lake.

Void rows are gone; refunds are netted against what they take back, so a refunded line is no evidence of anything;
interim settlements are gathered under their stay. Money is Int64 fen (``*_fen``), so that sums are exact.

``Tables`` serves either one person bucket (all rows of its persons; small enough for memory) or the whole lake.
All attributes are LazyFrames. ``lines``, ``settlements``, ``visits``, ``stays``, ``diagnoses``, ``operations`` are collected once per bucket on
first use; over the whole lake they stay lazy. Their rows stand in the lake's own order (person, time, key), whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from threading import RLock
from typing import Final, Literal, TypeAlias

import polars as pl

from features.lake import Lake
from features.reference.items import is_inpatient

#: hi_paymtd values under which the fund pays a standard for the case, not the single lines (single disease, DIP, DRG).
CASE_PAID: Final = ("2", "3", "4")

#: Tables that are prepared below or, bearing no person, lie whole in every bucket: never kept as they are loaded.
LARGE: Final = ("fee_list_d", "mdtrt_d", "setl_d", "drug_trac_d", "invt_chg_d")

#: How polars computes a frame.
Engine: TypeAlias = Literal["in-memory", "streaming"]

#: What ``Tables.prepare`` computes.
PREPARED: Final = ("institutions", "persons", "visits", "settlements", "standing_visits", "stays", "lines")

#: What says which item a fee line bills; a bucket bears some hundreds of them on half a million lines.
ITEM: Final = ("hilist_code", "hilist_name", "list_type", "med_chrgitm_type")

#: diag_type values of Chinese medicine (main disease, syndrome).
CHINESE_MEDICINE: Final = ("2", "3")


class Tables:
    """Prepared views of one bucket of the lake, or of the whole (``bucket=None``).

    ``facts`` are frames that earlier steps computed over the whole city (stay, person-month, institution … features);
    they are reached by ``facts(name)``. ``extracted`` is what a rule's own extract step gathered from all buckets.
    """

    def __init__(
        self,
        lake: Lake,
        bucket: str | None = None,
        *,
        facts: Mapping[str, pl.LazyFrame] | None = None,
        extracted: pl.LazyFrame | None = None,
    ) -> None:
        self.lake = lake
        self.bucket = bucket
        self._facts = dict(facts or {})
        self._extracted = extracted
        self._raw: dict[str, pl.LazyFrame] = {}
        self._intermediate: dict[str, pl.LazyFrame] = {}
        self._computing = RLock()

    def prepare(self) -> Tables:
        """Computes the prepared tables of a bucket now, before several threads read them."""
        for name in PREPARED:
            getattr(self, name)
        return self

    @property
    def engine(self) -> Engine:
        """How polars had best compute what is read from these tables: a bucket lies in memory, a lake streams through it."""
        return "streaming" if self.bucket is None else "in-memory"

    def gathering(self, extracted: pl.LazyFrame | None) -> Tables:
        """The same tables with what a rule's extract step gathered. What is computed ``once`` of either is shared."""
        served = copy(self)
        served._extracted = extracted
        return served

    # --- raw and computed ---

    def has(self, table: str) -> bool:
        """True when the lake holds at least one row of the contract's table."""
        return self.lake.has(table)

    def raw(self, table: str) -> pl.LazyFrame:
        """The contract's table as loaded, void rows (vali_flag 0) removed; a small table of a bucket is read once."""
        if table not in self._raw:
            frame = self.lake.scan(table, self.bucket)
            if "vali_flag" in self.lake.schemas[table]:
                frame = frame.filter(pl.col("vali_flag").is_null() | (pl.col("vali_flag") != "0"))
            self._raw[table] = frame if table in LARGE else self.computed(frame)
        return self._raw[table]

    def facts(self, name: str) -> pl.LazyFrame:
        """A frame computed by the feature step over the whole city, for example ``stay`` or ``institution``."""
        try:
            return self._facts[name]
        except KeyError:
            raise KeyError(f"No facts {name!r} were computed; there are: {', '.join(sorted(self._facts)) or 'none'}.") from None

    @property
    def extracted(self) -> pl.LazyFrame:
        """The rows a city rule's extract step gathered bucket by bucket."""
        if self._extracted is None:
            raise KeyError("This rule declared no extract step.")
        return self._extracted

    # --- prepared ---

    @cached_property
    def institutions(self) -> pl.LazyFrame:
        """One row an institution: code, name, type, hosp_lv, tier (3 2 1 0), county, beds, nature, type name, staff, begin/end dates."""
        base = self.lake.scan("fixmedins_b").unique("fixmedins_code", keep="first", maintain_order=True)
        detail = (
            self.lake.scan("medins_info_b")
            .unique("medins_code", keep="first", maintain_order=True)
            .select(
                pl.col("medins_code").alias("fixmedins_code"),
                "medins_type_name",
                pl.col("aprv_bed_cnt").cast(pl.Float64).alias("beds"),
                "medins_natu",
                "biznat",
                "prnt_medins_code",
                "lnt",
                "lat",
                "cred_lv",
                pl.col("pro_techstf_psncnt").cast(pl.Float64).alias("staff"),
            )
        )
        level = pl.col("hosp_lv")
        frame = base.join(detail, on="fixmedins_code", how="left").with_columns(
            tier=pl.when(level.is_in(["01", "02", "03", "04"]))
            .then(pl.lit("3"))
            .when(level.is_in(["05", "06", "07"]))
            .then(pl.lit("2"))
            .when(level.is_in(["08", "09", "10"]))
            .then(pl.lit("1"))
            .otherwise(pl.lit("0")),
            is_pharmacy=pl.col("fixmedins_type") == "2",
        )
        # a register is small, also the whole city's
        return frame.collect().rechunk().lazy()

    @cached_property
    def persons(self) -> pl.LazyFrame:
        """One row a person: psn_no, gend, brdy, live_admdvs, address hash columns as the lake keeps them, surv_stas."""
        return self.computed(self.lake.scan("psn_info_b", self.bucket).unique("psn_no", keep="first", maintain_order=True))

    @cached_property
    def visits(self) -> pl.LazyFrame:
        """All valid visits and stays with ``begn_date``, ``end_date`` (null while in hospital), ``inpatient``, ``gend``, ``age``."""
        frame = (
            self.raw("mdtrt_d")
            .with_columns(
                begn_date=pl.col("begntime").dt.date(),
                end_date=pl.col("endtime").dt.date(),
                inpatient=is_inpatient(pl.col("med_type")),
                in_hospital=pl.col("inhosp_stas") == "1",
                main_dx=pl.col("dscg_maindiag_code"),
            )
            .join(self.persons.select("psn_no", "gend", "brdy"), on="psn_no", how="left", maintain_order="left")
            .with_columns(age=_age(pl.col("brdy"), pl.col("begn_date")))
        )
        return self.computed(frame)

    @cached_property
    def standing_visits(self) -> pl.LazyFrame:
        """The visits but for those of which a settlement was taken back and none stands: cancelled registrations, stays billed by mistake."""
        refunded = self.raw("setl_d").filter(pl.col("refd_setl_flag") == "1").select("mdtrt_id")
        gone = refunded.join(self.settlements, on="mdtrt_id", how="anti")
        return self.computed(self.visits.join(gone, on="mdtrt_id", how="anti", maintain_order="left"))

    @cached_property
    def settlements(self) -> pl.LazyFrame:
        """Valid settlements net of refunds: a settlement wholly taken back is gone, one partly taken back is reduced.

        Adds ``fee_fen inscp_fen fund_fen selfpay_fen`` (Int64) and ``fund_share`` (fund payment per yuan within scope, 0–1).
        """
        raw = self.raw("setl_d").with_columns(
            fee_fen=_fen("medfee_sumamt"), inscp_fen=_fen("inscp_amt"), fund_fen=_fen("fund_pay_sumamt"), selfpay_fen=_fen("fulamt_ownpay_amt")
        )
        is_refund = pl.col("refd_setl_flag") == "1"
        amounts = ["fee_fen", "inscp_fen", "fund_fen", "selfpay_fen"]
        back = (
            raw.filter(is_refund & pl.col("init_setl_id").is_not_null())
            .group_by(pl.col("init_setl_id").alias("setl_id"))
            .agg(pl.col(name).sum().alias(f"{name}_back") for name in amounts)
        )
        net = (
            raw.filter(~is_refund)
            .join(back, on="setl_id", how="left", maintain_order="left")
            .with_columns((pl.col(name) + pl.col(f"{name}_back").fill_null(0)).alias(name) for name in amounts)
            .drop([f"{name}_back" for name in amounts])
            .filter(pl.col("fee_fen") > 0)
        )
        share = (pl.col("fund_fen") / pl.col("inscp_fen")).clip(0.0, 1.0)
        frame = net.with_columns(fund_share=pl.when(pl.col("inscp_fen") > 0).then(share).otherwise(0.0))
        return self.computed(frame)

    @cached_property
    def stays(self) -> pl.LazyFrame:
        """One row a stay: dates, ``los`` (days, ≥ 1), diagnosis, department, DRG, payment method, and sums over its settlements.

        ``end_date`` of a stay still in hospital is the end of its last interim settlement, else null. ``case_paid`` is True when
        the fund pays a standard (single disease, DIP, DRG) and the case was settled by it, not as an outlier paid by item (who is paid by
        item is never paid more than he charged).
        """
        visits = self.visits.filter(pl.col("inpatient"))
        settled = self.settlements.group_by("mdtrt_id").agg(
            pl.col("setl_id").sort(),
            pl.len().alias("n_setl"),
            pl.col("begndate").min().alias("setl_begn"),
            pl.col("enddate").max().alias("setl_end"),
            pl.col("setl_time").max().alias("last_setl_time"),
            pl.col("fee_fen").sum(),
            pl.col("inscp_fen").sum(),
            pl.col("fund_fen").sum(),
            (pl.col("mid_setl_flag") == "1").any().alias("interim"),
        )
        frame = (
            visits.join(settled, on="mdtrt_id", how="left", maintain_order="left")
            .join(self._payment, on="mdtrt_id", how="left", maintain_order="left")
            .with_columns(
                end_date=pl.coalesce("end_date", "setl_end"),
                hi_paymtd=pl.col("hi_paymtd").fill_null("1"),
                dx3=pl.col("main_dx").str.slice(0, 3),
                settled=pl.col("n_setl").fill_null(0) > 0,
            )
            .with_columns(
                los=(pl.col("end_date") - pl.col("begn_date")).dt.total_days().clip(lower_bound=1),
                case_paid=pl.col("hi_paymtd").is_in(CASE_PAID)
                & (
                    ~pl.col("drg_case_type").fill_null("1").is_in(["2", "3", "4"])
                    | (pl.col("drg_fund_fen") > pl.col("fee_fen")).fill_null(value=False)
                ),
            )
        )
        return self.computed(frame)

    @cached_property
    def lines(self) -> pl.LazyFrame:
        """Valid fee lines net of refunds, of visits and settlements that stand.

        A line taken back in whole is gone; one taken back in part is reduced in count and amounts. Adds ``time``, ``date``,
        ``cnt`` and ``pric`` as Float64, ``fee_fen inscp_fen`` (Int64), ``fund_share``, ``fund_fen`` (what the fund paid for the
        line when paid by item), ``case_paid``, ``inpatient``, ``take_home``; ``med_chrgitm_type`` has two digits. Lines not yet
        settled (``setl_id`` null) are kept, with ``fund_fen`` 0. A bucket's lines bear ``item_no``, the row of ``items`` they bill.
        """
        return self._billed[0]

    @cached_property
    def items(self) -> pl.LazyFrame:
        """The distinct items (``ITEM``) of the lines; in a bucket in the order of their numbers, ``item_no``."""
        return self._billed[1]

    def of_item(self, told: pl.Expr) -> pl.Expr:
        """What ``told`` says of the columns of ``ITEM``, for filters and new columns of a bucket's ``lines`` (and frames of theirs with ``item_no``).

        It is worked out once an item and looked up by number: a search for words in the names of all lines takes ten times as long.
        Over the whole lake, whose items have no numbers, it is ``told`` itself. Raises ValueError when ``told`` reads another column.
        """
        if foreign := sorted(set(told.meta.root_names()) - set(ITEM)):
            raise ValueError(f"of_item reads {', '.join(ITEM)} alone; {', '.join(foreign)} differ from line to line: filter by them beside it.")
        if self.bucket is None:
            return told
        looked_up = self.items.select(told.alias("told")).collect(engine=self.engine).to_series()
        # not gathered from a literal: two literals that hold nothing, or nulls alone, are one to polars, whatever their types
        return pl.col("item_no").map_batches(looked_up.gather, return_dtype=looked_up.dtype, is_elementwise=True)

    @cached_property
    def _billed(self) -> tuple[pl.LazyFrame, pl.LazyFrame]:
        """The lines and their items."""
        lines = self._standing_lines()
        if self.bucket is None:
            return lines, lines.select(ITEM).unique()
        whole = lines.collect(engine=self.engine).rechunk()
        told = whole.select(ITEM)
        items = told.unique(maintain_order=True).with_row_index("item_no")
        numbers = told.lazy().join(items.lazy(), on=ITEM, how="left", nulls_equal=True, maintain_order="left").select("item_no")
        return whole.with_columns(self.computed(numbers).collect().to_series()).lazy(), items.lazy()

    def _standing_lines(self) -> pl.LazyFrame:
        raw = self.raw("fee_list_d").select(
            "bkkp_sn",
            "mdtrt_id",
            "setl_id",
            "psn_no",
            "fixmedins_code",
            "fee_ocur_time",
            "hilist_code",
            "hilist_name",
            "list_type",
            # a single digit is padded, a city's extension cut
            pl.col("med_chrgitm_type").str.strip_chars().str.zfill(2).str.slice(0, 2),
            "chrgitm_lv",
            pl.col("cnt").cast(pl.Float64),
            pl.col("pric").cast(pl.Float64),
            pl.col("pric_uplmt_amt").cast(pl.Float64),
            _fen("det_item_fee_sumamt").alias("fee_fen"),
            _fen("inscp_amt").alias("inscp_fen"),
            "bilg_dept_codg",
            "bilg_dept_name",
            "bilg_dr_code",
            "acord_dept_codg",
            "rx_drord_no",
            "spec",
            "used_frqu_dscr",
            "sin_dos_dscr",
            pl.col("prd_days").cast(pl.Float64),
            "etip_flag",
            "etip_hosp_code",
            (pl.col("dscg_tkdrug_flag") == "1").fill_null(value=False).alias("take_home"),
            "init_feedetl_sn",
        )
        takes_back = pl.col("init_feedetl_sn").is_not_null() | (pl.col("fee_fen") < 0) | (pl.col("cnt") < 0)
        back = (
            raw.filter(takes_back & pl.col("init_feedetl_sn").is_not_null())
            .group_by(pl.col("init_feedetl_sn").alias("bkkp_sn"))
            .agg(pl.col("cnt").sum().alias("cnt_back"), pl.col("fee_fen").sum().alias("fee_back"), pl.col("inscp_fen").sum().alias("inscp_back"))
        )
        # what is known of a line's settlement and visit is gathered first: the lines, the largest table by far, are then joined once to each
        standing = self.settlements.select("setl_id", "fund_share")
        settled = self.raw("setl_d").select("setl_id", known=pl.lit(value=True)).join(standing, on="setl_id", how="left")
        visits = self.visits.select("mdtrt_id", "med_type", "inpatient", "begn_date", "end_date", "gend", "age", "main_dx", "insutype", "dise_no")
        visited = visits.join(self.stays.select("mdtrt_id", "case_paid", "hi_paymtd"), on="mdtrt_id", how="left")
        return (
            raw.filter(~takes_back)
            .join(back, on="bkkp_sn", how="left", maintain_order="left")
            .with_columns(
                cnt=pl.col("cnt") + pl.col("cnt_back").fill_null(0),
                fee_fen=pl.col("fee_fen") + pl.col("fee_back").fill_null(0),
                inscp_fen=pl.col("inscp_fen") + pl.col("inscp_back").fill_null(0),
            )
            .filter((pl.col("cnt") > 0) & (pl.col("fee_fen") > 0))
            .join(settled, on="setl_id", how="left", maintain_order="left")
            # a settlement that exists but no longer stands (refunded in whole) takes its lines with it
            .filter(pl.col("setl_id").is_null() | pl.col("fund_share").is_not_null() | pl.col("known").is_null())
            .join(visited, on="mdtrt_id", how="inner", maintain_order="left")
            .drop("cnt_back", "fee_back", "inscp_back", "known", "init_feedetl_sn")
            .with_columns(
                time=pl.col("fee_ocur_time"),
                date=pl.col("fee_ocur_time").dt.date(),
                case_paid=pl.col("case_paid").fill_null(value=False),
                fund_share=pl.col("fund_share").fill_null(0.0),
            )
            .with_columns(fund_fen=(pl.col("inscp_fen") * pl.col("fund_share")).round().cast(pl.Int64))
        )

    @cached_property
    def diagnoses(self) -> pl.LazyFrame:
        """Western settlement-list diagnoses with the stay's ``mdtrt_id`` (reliable secondary diagnoses stand only here).

        Disease and syndrome of Chinese medicine stand in the same table; their codes look like ICD-10 and name the same illness again.
        """
        western = ~pl.col("diag_type").is_in(CHINESE_MEDICINE).fill_null(value=False)
        return self._of_lists("mdcs_fund_setl_list_diag_d").filter(western)

    @cached_property
    def operations(self) -> pl.LazyFrame:
        """Settlement-list operations with the stay's ``mdtrt_id``."""
        return self._of_lists("mdcs_fund_setl_list_oprn_d")

    @cached_property
    def _payment(self) -> pl.LazyFrame:
        lists = (
            self.raw("mdcs_fund_setl_list_d")
            .sort("setl_id")
            .group_by("mdtrt_id", maintain_order=True)
            .agg(
                pl.col("hi_paymtd").drop_nulls().last(),
                pl.col("adm_way_code").drop_nulls().last(),
                pl.col("rinp_pup").drop_nulls().last(),
                pl.col("dscg_31days_rinp_flag").drop_nulls().last(),
            )
        )
        groups = (
            self.raw("drg_setl_d")
            .join(self.raw("setl_d").select("setl_id", "mdtrt_id"), on="setl_id", how="inner")
            .sort("setl_id")
            .group_by("mdtrt_id", maintain_order=True)
            .agg(
                pl.col("drg_code").last(),
                pl.col("drg_wt").cast(pl.Float64).last(),
                pl.col("drg_rate").cast(pl.Float64).last(),
                pl.col("drg_case_type").last(),
                _fen("drg_pay_std").last().alias("pay_std_fen"),
                _fen("drg_fund_pay").last().alias("drg_fund_fen"),
            )
        )
        return lists.join(groups, on="mdtrt_id", how="full", coalesce=True)

    def _of_lists(self, table: str) -> pl.LazyFrame:
        keys = self.raw("mdcs_fund_setl_list_d").select("setl_id", "mdtrt_id", "fixmedins_code").unique("setl_id", keep="first")
        return self.computed(self.raw(table).join(keys, on="setl_id", how="inner", maintain_order="left"))

    def once(self, key: str, make: Callable[[Tables], pl.LazyFrame]) -> pl.LazyFrame:
        """The frame that ``make`` gives, made at its first use and kept under ``key`` (see ``features.shared.once``)."""
        with self._computing:
            if key not in self._intermediate:
                self._intermediate[key] = self.computed(make(self))
            return self._intermediate[key]

    def computed(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with its rows computed now when one bucket is served, so that whoever reads it twice pays once; lazy over the whole lake.

        Its rows are put in one piece: else every join with it would do that again.
        """
        return frame.collect(engine=self.engine).rechunk().lazy() if self.bucket is not None else frame


def _fen(column: str) -> pl.Expr:
    """A yuan amount with two decimals as whole fen; null stays null only in the source, here it is 0."""
    return pl.col(column).cast(pl.Decimal(18, 2)).to_physical().cast(pl.Int64).fill_null(0).alias(column)


def _age(birth: pl.Expr, day: pl.Expr) -> pl.Expr:
    def in_year(date: pl.Expr) -> pl.Expr:
        # months and days are Int8 in polars: widened before they are multiplied
        return date.dt.month().cast(pl.Int32) * 100 + date.dt.day()

    return day.dt.year() - birth.dt.year() - (in_year(day) < in_year(birth)).cast(pl.Int32)
