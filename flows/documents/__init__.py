"""Documents a bureau circulates: workbooks and reports."""
