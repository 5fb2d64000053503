"""What reading a table promises is promised of the table as it was, too."""

from __future__ import annotations

import pytest

READ_BY_ALL = pytest.mark.parametrize("table", ["memory", "dynamo", "recalled"], indirect=True)
