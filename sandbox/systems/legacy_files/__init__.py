"""A simulated legacy ERP: it keeps documents and drops files of them, laid out as its connection declares."""
