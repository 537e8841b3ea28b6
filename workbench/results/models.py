"""What a run handed back, as loaded: the run, its institutions in rank order, its findings, totals by rule."""

from __future__ import annotations

from django.db import models


class Run(models.Model):
    """One run of ``huoyan run``. The newest loaded one is what the screens show; older ones stay comparable."""

    run_id = models.CharField(max_length=64, unique=True)
    started = models.DateTimeField(db_index=True)
    loaded = models.DateTimeField()
    folder = models.CharField(max_length=500)
    lake = models.CharField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=80, blank=True)
    content = models.CharField(max_length=64, help_text="SHA-256 of suspects.csv and findings.parquet")
    info = models.JSONField(default=dict)
    delivery = models.JSONField(default=dict)
    n_suspects = models.IntegerField(default=0)
    n_findings = models.IntegerField(default=0)
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    has_findings = models.BooleanField(default=True)

    class Meta:
        ordering = ("-started", "-pk")


class Suspect(models.Model):
    """One institution in one run's ranking. Money is whole fen."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="suspects")
    rank = models.IntegerField()
    rank_low = models.IntegerField(null=True)
    rank_high = models.IntegerField(null=True)
    previous_rank = models.IntegerField(null=True)
    fixmedins_code = models.CharField(max_length=30)
    fixmedins_name = models.CharField(max_length=200)
    admdvs = models.CharField(max_length=12, blank=True)
    peer_group = models.CharField(max_length=80, blank=True)
    type_name = models.CharField(max_length=80, blank=True)
    tier = models.CharField(max_length=2, blank=True)
    beds = models.FloatField(null=True)
    level = models.CharField(max_length=8)
    score = models.FloatField()
    probability = models.FloatField(null=True)
    amount_fen = models.BigIntegerField(default=0)
    loss_fen = models.BigIntegerField(default=0)
    expected_fen = models.BigIntegerField(default=0)
    kinds = models.CharField(max_length=500, blank=True)
    reasons = models.TextField(blank=True)
    main_reason = models.TextField(blank=True)
    n_findings = models.IntegerField(default=0)
    n_definite = models.IntegerField(default=0)
    n_visits = models.IntegerField(null=True)
    n_flagged = models.IntegerField(null=True)
    trend = models.JSONField(default=list)
    months = models.TextField(blank=True, help_text="space-joined months (YYYY-MM) in which findings occurred")
    profile = models.JSONField(default=dict)

    class Meta:
        ordering = ("rank",)
        constraints = [models.UniqueConstraint(fields=("run", "fixmedins_code"), name="one_row_an_institution_and_run")]
        indexes = [
            models.Index(fields=("run", "rank")),
            models.Index(fields=("run", "admdvs", "rank")),
            models.Index(fields=("run", "level", "rank")),
        ]

    @property
    def kind_list(self) -> list[str]:
        """The kinds, strongest first."""
        return [kind for kind in self.kinds.split(";") if kind]


class Finding(models.Model):
    """One finding of a run (models.finding.FINDING_SCHEMA) with its institution's county. Lists are space-joined."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    finding_id = models.CharField(max_length=40)
    rule_id = models.CharField(max_length=80)
    rule_version = models.CharField(max_length=20, blank=True)
    gz_code = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=40)
    certainty = models.CharField(max_length=12)
    fixmedins_code = models.CharField(max_length=30)
    admdvs = models.CharField(max_length=12, blank=True)
    psn_no = models.CharField(max_length=40, blank=True)
    mdtrt_id = models.CharField(max_length=40, blank=True)
    setl_id = models.CharField(max_length=40, blank=True)
    lines = models.TextField(blank=True)
    related = models.TextField(blank=True)
    occurred_from = models.DateField(null=True)
    occurred_to = models.DateField(null=True)
    amount_fen = models.BigIntegerField(default=0)
    loss_fen = models.BigIntegerField(default=0)
    evidence = models.TextField(blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    ruled_out = models.CharField(max_length=500, blank=True)
    strength = models.FloatField(null=True)

    class Meta:
        ordering = ("-amount_fen", "pk")
        constraints = [models.UniqueConstraint(fields=("run", "finding_id"), name="one_row_a_finding_and_run")]
        indexes = [
            models.Index(fields=("run", "fixmedins_code", "rule_id", "-amount_fen"), name="finding_by_institution_rule"),
            models.Index(fields=("run", "fixmedins_code", "-amount_fen"), name="finding_by_institution"),
            models.Index(fields=("run", "rule_id", "-amount_fen"), name="finding_by_rule"),
        ]

    @property
    def line_list(self) -> list[str]:
        """bkkp_sn of the lines at fault."""
        return self.lines.split()

    @property
    def related_list(self) -> list[str]:
        """bkkp_sn of the lines that make them so."""
        return self.related.split()


class RuleTotal(models.Model):
    """Findings of one rule at one institution in one run, summed at loading so that pages need not read a million rows."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="totals")
    fixmedins_code = models.CharField(max_length=30)
    admdvs = models.CharField(max_length=12, blank=True)
    rule_id = models.CharField(max_length=80)
    rule_version = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=40)
    n = models.IntegerField()
    n_definite = models.IntegerField(default=0)
    amount_fen = models.BigIntegerField()
    loss_fen = models.BigIntegerField()
    legal_basis = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=("run", "fixmedins_code")), models.Index(fields=("run", "rule_id")), models.Index(fields=("run", "kind"))]


class CountyTotal(models.Model):
    """Findings of one rule (or, ``rule_id`` empty, of one kind) in one county and run, for the dashboard and the rules page."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="county_totals")
    admdvs = models.CharField(max_length=12, blank=True)
    rule_id = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=40)
    n = models.IntegerField()
    institutions = models.IntegerField()
    amount_fen = models.BigIntegerField()
    loss_fen = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=("run", "rule_id"))]


class CountySum(models.Model):
    """The institutions of one county in one run, summed at loading for the dashboard."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="county_sums")
    admdvs = models.CharField(max_length=12, blank=True)
    n = models.IntegerField()
    red = models.IntegerField()
    yellow = models.IntegerField()
    findings = models.IntegerField()
    amount_fen = models.BigIntegerField()
    loss_fen = models.BigIntegerField()
    expected_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("run", "admdvs"), name="one_sum_a_county_and_run")]
