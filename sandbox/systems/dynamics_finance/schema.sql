-- The tables of the environment, and the entity sets that are read of them. Amounts are text, so that no cent is lost.
CREATE TABLE company (data_area_id TEXT PRIMARY KEY, name TEXT, accounting_currency TEXT, reporting_currency TEXT);
CREATE TABLE main_account (id TEXT PRIMARY KEY, name TEXT, type TEXT, posting_type TEXT);
CREATE TABLE exchange_rate (from_currency TEXT, to_currency TEXT, rate TEXT, PRIMARY KEY (from_currency, to_currency));
CREATE TABLE fiscal_period (
  fiscal_year TEXT, name TEXT, type TEXT, start_date TEXT, end_date TEXT, PRIMARY KEY (fiscal_year, name)
);
CREATE TABLE posted_entry (
  journal_number TEXT PRIMARY KEY, data_area_id TEXT, voucher TEXT, accounting_date TEXT, document_date TEXT,
  journal_batch TEXT, category TEXT, layer TEXT, fiscal_year TEXT, period_name TEXT, reversed_voucher TEXT,
  reversed_date TEXT, modified TEXT
);
CREATE TABLE posted_line (
  rec_id INTEGER PRIMARY KEY, journal_number TEXT, account TEXT, display_value TEXT, posting_type TEXT, currency TEXT,
  amount TEXT, accounting_amount TEXT, reporting_amount TEXT
);
CREATE TABLE customer_invoice (
  data_area_id TEXT, number TEXT, voucher TEXT, date TEXT, account TEXT, currency TEXT, total TEXT
);
CREATE TABLE supplier_invoice (
  data_area_id TEXT, number TEXT, voucher TEXT, date TEXT, account TEXT, currency TEXT, total TEXT
);
CREATE TABLE customer_transaction (
  data_area_id TEXT, number TEXT, voucher TEXT, date TEXT, account TEXT, currency TEXT, total TEXT
);
CREATE INDEX entries_by_voucher ON posted_entry (voucher);
CREATE INDEX lines_by_entry ON posted_line (journal_number);

CREATE VIEW GeneralJournalEntries AS
  SELECT e.data_area_id AS dataAreaId, e.journal_number AS JournalNumber, e.voucher AS Voucher,
    e.accounting_date || 'T12:00:00Z' AS AccountingDate, e.document_date || 'T12:00:00Z' AS DocumentDate,
    e.journal_batch AS JournalBatchNumber, e.category AS JournalCategory, e.layer AS PostingLayer,
    e.fiscal_year AS FiscalYear, p.name AS FiscalPeriodName, p.type AS FiscalPeriodType,
    p.start_date || 'T12:00:00Z' AS FiscalPeriodStartDate, p.end_date || 'T12:00:00Z' AS FiscalPeriodEndDate,
    c.accounting_currency AS AccountingCurrencyCode, c.reporting_currency AS ReportingCurrencyCode,
    (SELECT ROUND(TOTAL(MAX(CAST(l.accounting_amount AS REAL), 0)), 2) FROM posted_line l
      WHERE l.journal_number = e.journal_number) AS AccountingDebitAmount,
    e.reversed_voucher AS ReversedVoucher, e.reversed_date || 'T12:00:00Z' AS ReversedAccountingDate,
    e.modified AS ModifiedDateTime
  FROM posted_entry e
    JOIN company c ON c.data_area_id = e.data_area_id
    JOIN fiscal_period p ON p.fiscal_year = e.fiscal_year AND p.name = e.period_name;
CREATE VIEW GeneralJournalAccountEntries AS
  SELECT e.data_area_id AS dataAreaId, l.journal_number AS JournalNumber, l.rec_id AS EntryRecId,
    l.display_value AS LedgerAccountDisplayValue, a.type AS MainAccountType, l.posting_type AS PostingType,
    l.currency AS TransactionCurrencyCode, l.amount AS TransactionCurrencyAmount,
    l.accounting_amount AS AccountingCurrencyAmount, l.reporting_amount AS ReportingCurrencyAmount
  FROM posted_line l
    JOIN posted_entry e ON e.journal_number = l.journal_number
    JOIN main_account a ON a.id = l.account;
CREATE VIEW SalesInvoiceHeadersV2 AS
  SELECT data_area_id AS dataAreaId, number AS InvoiceNumber, date || 'T12:00:00Z' AS InvoiceDate, voucher AS LedgerVoucher,
    account AS InvoiceCustomerAccountNumber, currency AS CurrencyCode, total AS TotalInvoiceAmount
  FROM customer_invoice;
CREATE VIEW VendorInvoiceJournalHeaders AS
  SELECT data_area_id AS dataAreaId, number AS InvoiceNumber, date || 'T12:00:00Z' AS InvoiceDate, voucher AS LedgerVoucher,
    account AS InvoiceVendorAccountNumber, currency AS CurrencyCode, total AS TotalInvoiceAmount
  FROM supplier_invoice;
CREATE VIEW CustomerTransactions AS
  SELECT data_area_id AS dataAreaId, number AS InvoiceNumber, date || 'T12:00:00Z' AS TransactionDate, voucher AS Voucher,
    account AS CustomerAccountNumber, currency AS CurrencyCode, total AS TransactionAmount
  FROM customer_transaction;
