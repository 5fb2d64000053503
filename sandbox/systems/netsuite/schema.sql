-- The tables of SuiteQL that a ledger reader needs. Values are text, as SuiteQL answers them.
CREATE TABLE currency (id TEXT PRIMARY KEY, symbol TEXT, name TEXT, currencyprecision TEXT);
CREATE TABLE subsidiary (id TEXT PRIMARY KEY, name TEXT, currency TEXT, parent TEXT);
CREATE TABLE accountingperiod (
  id TEXT PRIMARY KEY, periodname TEXT UNIQUE, startdate TEXT, enddate TEXT, isadjust TEXT, isquarter TEXT, isyear TEXT
);
CREATE TABLE every_account (
  id INTEGER PRIMARY KEY, acctnumber TEXT, fullname TEXT, accttype TEXT, generalrate TEXT, sspecacct TEXT,
  eliminate TEXT, parent TEXT, isinactive TEXT DEFAULT 'F', lastmodifieddate TEXT DEFAULT '2025-01-06 09:00:00'
);
CREATE TABLE entity (
  id INTEGER PRIMARY KEY, entityid TEXT, type TEXT, representingsubsidiary TEXT, companyname TEXT, parent TEXT,
  vatregnumber TEXT, url TEXT, currency TEXT, defaultbillingaddress TEXT, isinactive TEXT DEFAULT 'F',
  lastmodifieddate TEXT DEFAULT '2025-01-06 09:00:00', custentity_erp_number TEXT
);
CREATE TABLE entityaddress (nkey TEXT PRIMARY KEY, country TEXT);
CREATE TABLE customersubsidiaryrelationship (entity TEXT, subsidiary TEXT);
CREATE VIEW customer AS SELECT * FROM entity WHERE type = 'CustJob' AND 'customer' NOT IN (SELECT type FROM role_cannot_see);
CREATE VIEW vendor AS SELECT * FROM entity WHERE type = 'Vendor';
CREATE TABLE department (
  id INTEGER PRIMARY KEY, name TEXT, parent TEXT, isinactive TEXT DEFAULT 'F',
  lastmodifieddate TEXT DEFAULT '2025-01-06 09:00:00'
);
CREATE TABLE classification (id TEXT PRIMARY KEY, name TEXT);
CREATE TABLE location (id TEXT PRIMARY KEY, name TEXT);
CREATE TABLE item (
  id INTEGER PRIMARY KEY, itemid TEXT, displayname TEXT, parent TEXT, isinactive TEXT DEFAULT 'F',
  lastmodifieddate TEXT DEFAULT '2025-01-06 09:00:00'
);
CREATE TABLE consolidatedexchangerate (
  id INTEGER PRIMARY KEY, postingperiod TEXT, fromsubsidiary TEXT, tosubsidiary TEXT, fromcurrency TEXT,
  tocurrency TEXT, accountingbook TEXT, currentrate TEXT, averagerate TEXT, historicalrate TEXT
);
CREATE TABLE every_transaction (
  id INTEGER PRIMARY KEY, type TEXT, recordtype TEXT, tranid TEXT, trandate TEXT, postingperiod TEXT, posting TEXT,
  voided TEXT, reversal TEXT, entity TEXT, currency TEXT, memo TEXT, lastmodifieddate TEXT,
  foreignpaymentamountunused TEXT, foreigntotal TEXT
);
CREATE TABLE deletedrecord (
  recordid INTEGER, type TEXT, deleteddate TEXT, deletedby TEXT, context TEXT
);
CREATE TABLE role_cannot_see (type TEXT PRIMARY KEY);
CREATE TABLE role_cannot_query (type TEXT PRIMARY KEY);
CREATE TABLE role_cannot_see_accounts (acctnumber TEXT PRIMARY KEY);
-- SuiteQL leaves out what the role may not see, without an error.
CREATE VIEW "transaction" AS
  SELECT * FROM every_transaction WHERE type NOT IN (SELECT type FROM role_cannot_see UNION SELECT type FROM role_cannot_query);
CREATE VIEW account AS
  SELECT * FROM every_account WHERE acctnumber NOT IN (SELECT acctnumber FROM role_cannot_see_accounts);
CREATE TABLE transactionline (
  "transaction" INTEGER, id INTEGER, subsidiary TEXT, department TEXT, class TEXT, location TEXT, item TEXT, entity TEXT,
  foreignamount TEXT, eliminate TEXT, duetofromsubsidiary TEXT,
  PRIMARY KEY ("transaction", id)
);
CREATE TABLE transactionaccountingline (
  "transaction" INTEGER, transactionline INTEGER, accountingbook INTEGER, account TEXT, posting TEXT, amount TEXT,
  paymentamountunused TEXT, PRIMARY KEY ("transaction", transactionline, accountingbook)
);
