-- What the tenant's consultants have set up. Kinds of accounts: balance, customers and suppliers (both reconciled), result.
-- `usd` is what one unit of a currency is worth.
CREATE TABLE company_code (company_code TEXT PRIMARY KEY, name TEXT, currency TEXT, fiscal_year_variant TEXT);
CREATE TABLE currency (currency TEXT PRIMARY KEY, places INTEGER, usd TEXT);
CREATE TABLE gl_account (gl_account TEXT PRIMARY KEY, name TEXT, kind TEXT);
CREATE TABLE number_range (name TEXT PRIMARY KEY, last INTEGER);
CREATE TABLE closed_period (company_code TEXT, fiscal_year TEXT, period TEXT, PRIMARY KEY (company_code, fiscal_year, period));
-- To which account an item of a billing document is posted, and at which rate, once it is handed to accounting.
CREATE TABLE account_determination (
  billing_document TEXT, billing_document_item TEXT, gl_account TEXT, exchange_rate TEXT,
  PRIMARY KEY (billing_document, billing_document_item)
);
