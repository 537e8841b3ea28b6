"""Monitoring of case payment: what each hospital, department, physician and group does against what its cases would lead to expect."""
