"""A simulated Salesforce organisation: its records in SQL, OAuth, SOQL, and the three ways in which it tells of changes."""
