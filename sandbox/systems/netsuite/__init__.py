"""A simulated NetSuite account: its books in SQL, its token address, SuiteQL, records, and the script that posts events."""
