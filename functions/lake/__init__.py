"""Beside the line: makes rows of the lake's tables of what the journal keeps."""
