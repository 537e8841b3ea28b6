"""What people decide: verdicts with their history, comments, attachments, saved views, proposals for parameters, cases and their steps.

A verdict hangs on stable ids (institution code, finding id), not on a run's rows: it outlives every run. So does a case.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What was decided."""

    OPEN = "open", _("待处理")
    CONFIRMED = "confirmed", _("属实")
    PARTLY = "partly", _("部分属实")
    DISMISSED = "dismissed", _("不属实")
    RETURNED = "returned", _("退回补充材料")


class Review(models.TextChoices):
    """Whether a second person has agreed."""

    NONE = "none", _("无需复核")
    WAITING = "waiting", _("待复核")
    AGREED = "agreed", _("复核通过")
    SENT_BACK = "sent_back", _("复核退回")


class Verdict(models.Model):
    """The decision in force on an institution (``finding_id`` empty) or on one finding. ``version`` guards against lost updates."""

    fixmedins_code = models.CharField(max_length=30, db_index=True)
    finding_id = models.CharField(max_length=40, blank=True)
    rule_id = models.CharField(max_length=80, blank=True, db_index=True)
    kind = models.CharField(max_length=40, blank=True)
    admdvs = models.CharField(max_length=12, blank=True, db_index=True)
    run = models.ForeignKey("results.Run", null=True, on_delete=models.SET_NULL)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    amount_fen = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    review = models.CharField(max_length=10, choices=Review.choices, default=Review.NONE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="verdicts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveIntegerField(default=1)
    changed = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("fixmedins_code", "finding_id"), name="one_verdict_a_subject")]


class VerdictChange(models.Model):
    """One step in a verdict's history: what it was, what it became, who did it. Never changed afterwards."""

    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)
    undo = models.BooleanField(default=False)
    batch = models.CharField(max_length=36, blank=True, db_index=True)

    class Meta:
        ordering = ("-version",)


class Comment(models.Model):
    """A remark on an institution or finding. ``mentions`` are users named with @."""

    fixmedins_code = models.CharField(max_length=30, db_index=True)
    finding_id = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentioned_in", blank=True)
    from_institution = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at",)


class Attachment(models.Model):
    """A file beside a case. It lies outside any served folder under a random name and leaves only as a download."""

    fixmedins_code = models.CharField(max_length=30, db_index=True)
    finding_id = models.CharField(max_length=40, blank=True)
    admdvs = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=150)
    stored = models.CharField(max_length=40, unique=True)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    from_institution = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at",)


class SavedView(models.Model):
    """A named set of filters, sort and columns of the suspects page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("user", "name"), name="one_view_a_name")]
        ordering = ("name",)


class Trial(models.Model):
    """A parameter value tried out beside the pages, by a process of its own (workbench.cases.trials). Saves nothing but its own effect."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("排队等候")
        RUNNING = "running", _("试算中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未成")

    run = models.ForeignKey("results.Run", on_delete=models.CASCADE)
    unit_id = models.CharField(max_length=80, db_index=True)
    name = models.CharField(max_length=80)
    old = models.JSONField()
    new = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    effect = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    asked = models.DateTimeField(default=timezone.now)
    alive = models.DateTimeField(default=timezone.now, help_text="last sign of life of its process")
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked", "-pk")

    @property
    def under_way(self) -> bool:
        """True while it waits or runs."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def per_cent(self) -> int:
        """How much of it is done."""
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def seconds(self) -> int:
        """How long it has taken so far, or took."""
        return int(((self.finished or timezone.now()) - self.asked).total_seconds())


class Proposal(models.Model):
    """A proposed parameter value. It takes effect only when a second person approves (four eyes)."""

    unit_id = models.CharField(max_length=80, db_index=True)
    name = models.CharField(max_length=80)
    old = models.JSONField(null=True)
    new = models.JSONField()
    reason = models.TextField()
    effect = models.JSONField(default=dict)
    trial = models.ForeignKey(Trial, null=True, on_delete=models.SET_NULL, related_name="proposals", help_text="what computes the effect")
    state = models.CharField(max_length=10, default="waiting")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField(default=timezone.now)
    decided = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at",)


class Stage(models.TextChoices):
    """How far a case has come (workbench.cases.flow says what leads where)."""

    CLUE = "clue", _("线索")
    CHECKING = "checking", _("核查")
    HEARING = "hearing", _("约谈与陈述申辩")
    HANDLING = "handling", _("处理")
    RECOVERING = "recovering", _("追回与整改")
    CLOSED = "closed", _("结案")


class Result(models.TextChoices):
    """How a case ended."""

    HANDLED = "handled", _("已处理")
    CLEARED = "cleared", _("澄清正名")
    TRANSFERRED = "transferred", _("移送其他机关")
    DROPPED = "dropped", _("不予核查")


class Origin(models.TextChoices):
    """Where a clue came from."""

    DATA = "data", _("数据筛查")
    REPORT = "report", _("举报投诉")
    ASSIGNED = "assigned", _("上级交办")
    TRANSFER = "transfer", _("部门移送")
    ROUTINE = "routine", _("日常检查")
    SELF = "self", _("机构自查")


class StepKind(models.TextChoices):
    """What was done in a case."""

    OPENED = "opened", _("登记线索")
    ASSIGNED = "assigned", _("分派")
    MOVED = "moved", _("转入下一环节")
    VISIT = "visit", _("现场核查")
    INTERVIEW = "interview", _("约谈")
    STATEMENT = "statement", _("陈述申辩")
    NOTICE = "notice", _("告知与送达")
    HEARD = "heard", _("听证")
    MEASURE = "measure", _("处理措施")
    RECOVERED = "recovered", _("追回到账")
    RECTIFIED = "rectified", _("整改")
    HANDED_OVER = "handed_over", _("移送")
    REVIEW = "review", _("行政复议或诉讼")
    NOTE = "note", _("记事")


class Case(models.Model):
    """One institution's case from the clue to its closing. ``version`` guards against lost updates; the name is kept as it was when opened."""

    number = models.CharField(max_length=40, unique=True, null=True)
    fixmedins_code = models.CharField(max_length=30, db_index=True)
    fixmedins_name = models.CharField(max_length=200)
    admdvs = models.CharField(max_length=12, blank=True, db_index=True)
    run = models.ForeignKey("results.Run", null=True, on_delete=models.SET_NULL)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.DATA)
    reason = models.TextField(blank=True)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.CLUE, db_index=True)
    result = models.CharField(max_length=12, choices=Result.choices, blank=True)
    team = models.CharField(max_length=12, blank=True, help_text="county whose auditors inspect")
    handlers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="cases", blank=True)
    due = models.DateField(null=True)
    owed_fen = models.BigIntegerField(null=True, help_text="fund loss to be given back")
    closing = models.TextField(blank=True, help_text="what the institution is told at the end")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opened_cases")
    opened = models.DateTimeField(default=timezone.now)
    closed = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-opened", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["fixmedins_code"], condition=~models.Q(stage=Stage.CLOSED), name="one_open_case_an_institution"),
        )


class CaseStep(models.Model):
    """One entry of a case's file: what was done on which day, by whom. Never changed afterwards."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12, choices=StepKind.choices)
    stage = models.CharField(max_length=12, choices=Stage.choices, help_text="the case's stage after the step")
    day = models.DateField()
    note = models.TextField(blank=True)
    amount_fen = models.BigIntegerField(null=True)
    receiver = models.CharField(max_length=100, blank=True, help_text="authority to which a matter is handed over")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "pk")
