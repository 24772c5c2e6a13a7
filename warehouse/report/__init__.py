"""The yearly report: one model of what it says, three ways to print it.

```
statistics -> figures    a figure by its key; an unknown key fails the build
texts.*.yml -> wording   sentences with keys in them, plural forms, numbers and dates of a language
figures, wording, tables -> chapters, annexes -> model   what is said, in order, as plain dataclasses
model -> web (HTML), pdf (typst), annex_workbook (XLSX)
```

Only `chapters` and `annexes` decide what is said; only the three writers know a format. Nothing reads a clock: equal
tables give equal bytes.
"""

from __future__ import annotations

from warehouse.report.charts import drawings_kept_in
from warehouse.report.writing import FORMATS, write_report

__all__ = ["FORMATS", "drawings_kept_in", "write_report"]
