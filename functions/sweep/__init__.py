"""Beside the line: whatever was left lying (spooled deliveries, dirty cells, open receipts) is put back on it."""
