-- The tables of the environment, with the columns that its Web API shows. Amounts are text, so that no cent is lost.
CREATE TABLE opportunities (
  opportunityid TEXT PRIMARY KEY, name TEXT, _parentaccountid_value TEXT, _customerid_value TEXT, customer_table TEXT,
  _ownerid_value TEXT, estimatedvalue TEXT, actualvalue TEXT, _transactioncurrencyid_value TEXT, exchangerate TEXT,
  estimatedclosedate TEXT, actualclosedate TEXT, closeprobability INTEGER, statecode INTEGER, statuscode INTEGER,
  stepname TEXT, msdyn_forecastcategory INTEGER, isrevenuesystemcalculated INTEGER, modifiedon TEXT, versionnumber INTEGER
);
CREATE TABLE opportunityproducts (
  opportunityproductid TEXT PRIMARY KEY, _opportunityid_value TEXT, _productid_value TEXT, extendedamount TEXT,
  _transactioncurrencyid_value TEXT, modifiedon TEXT, versionnumber INTEGER
);
CREATE TABLE accounts (
  accountid TEXT PRIMARY KEY, name TEXT, _parentaccountid_value TEXT, websiteurl TEXT, accountnumber TEXT, statecode INTEGER,
  address1_country TEXT, _transactioncurrencyid_value TEXT, new_vatnumber TEXT, modifiedon TEXT, versionnumber INTEGER
);
CREATE TABLE products (
  productid TEXT PRIMARY KEY, name TEXT, productnumber TEXT, _parentproductid_value TEXT, statecode INTEGER,
  validfromdate TEXT, validtodate TEXT, modifiedon TEXT, versionnumber INTEGER
);
CREATE TABLE transactioncurrencies (transactioncurrencyid TEXT PRIMARY KEY, isocurrencycode TEXT, exchangerate TEXT);
CREATE TABLE deleted (entity_set TEXT, id TEXT, versionnumber INTEGER, at TEXT);
CREATE INDEX products_by_opportunity ON opportunityproducts (_opportunityid_value);
CREATE INDEX opportunities_by_version ON opportunities (versionnumber);

INSERT INTO transactioncurrencies VALUES ('c0000000-0000-4000-8000-0000000000e1', 'USD', '1');
INSERT INTO transactioncurrencies VALUES ('c0000000-0000-4000-8000-0000000000e2', 'EUR', '0.9174');
INSERT INTO transactioncurrencies VALUES ('c0000000-0000-4000-8000-0000000000e3', 'JPY', '149.5');
