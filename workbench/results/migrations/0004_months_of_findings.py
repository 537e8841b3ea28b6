from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0003_county_sums"),
    ]

    operations = [
        migrations.AddField(
            model_name="suspect",
            name="months",
            field=models.TextField(blank=True, default="", help_text="space-joined months (YYYY-MM) in which findings occurred"),
            preserve_default=False,
        ),
    ]
