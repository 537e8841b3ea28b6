from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, Q, Sum


def sum_up(apps: Any, _editor: Any) -> None:
    """The sums of runs loaded before there was a table for them."""
    suspect, county_sum = apps.get_model("results", "Suspect"), apps.get_model("results", "CountySum")
    rows = (
        suspect.objects.order_by()
        .values("run_id", "admdvs")
        .annotate(
            n=Count("pk"),
            red=Count("pk", filter=Q(level="red")),
            yellow=Count("pk", filter=Q(level="yellow")),
            findings=Sum("n_findings"),
            amount=Sum("amount_fen"),
            loss=Sum("loss_fen"),
            expected=Sum("expected_fen"),
        )
    )
    county_sum.objects.bulk_create(
        county_sum(amount_fen=row.pop("amount"), loss_fen=row.pop("loss"), expected_fen=row.pop("expected"), **row) for row in rows
    )


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0002_county_totals"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountySum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("admdvs", models.CharField(blank=True, max_length=12)),
                ("n", models.IntegerField()),
                ("red", models.IntegerField()),
                ("yellow", models.IntegerField()),
                ("findings", models.IntegerField()),
                ("amount_fen", models.BigIntegerField()),
                ("loss_fen", models.BigIntegerField()),
                ("expected_fen", models.BigIntegerField()),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="county_sums", to="results.run")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "admdvs"), name="one_sum_a_county_and_run")],
            },
        ),
        migrations.RunPython(sum_up, migrations.RunPython.noop),
    ]
