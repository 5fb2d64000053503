"""Salesforce: opportunities and contracts, told of in three ways at once and completed by SOQL."""
