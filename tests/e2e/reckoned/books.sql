-- What the ERPs have posted, what a legacy ledger has dropped as a file, and what the tools have told of.
CREATE VIEW earned AS
SELECT 'netsuite-group' AS connection, 'GROUP' AS company, line.account AS account, line.department AS cost_centre,
    entity AS customer,
    'USD' AS currency, CAST(date AS VARCHAR)[1:7] AS month, -CAST(line.amount AS DECIMAL(18, 2)) AS amount, NULL AS reported
FROM netsuite, UNNEST(lines) AS each(line) WHERE entity = '7999' AND line.account = '4000'
UNION ALL
SELECT 'sap-europe', 'EMEA', sold."GLAccount", NULL, owed."Customer", 'EUR', CAST(sold."PostingDate" AS VARCHAR)[1:7],
    -CAST(sold."AmountInTransactionCurrency" AS DECIMAL(18, 2)), -CAST(sold."AmountInAdditionalCurrency1" AS DECIMAL(18, 2))
FROM sap_entries sold JOIN sap_entries owed USING ("CompanyCode", "FiscalYear", "AccountingDocument", "Ledger")
WHERE sold."GLAccount" = '41000000' AND owed."FinancialAccountType" = 'D' AND "Ledger" = '0L'
UNION ALL
SELECT 'dynamics-americas', 'AMERICAS', line.account, NULL, bill.account, line.currency,
    CAST(entry.accounting_date AS VARCHAR)[1:7], -CAST(line.amount AS DECIMAL(18, 2)), NULL
FROM finance_lines line JOIN finance_entries entry USING (journal_number)
LEFT JOIN finance_bills bill ON bill.voucher = entry.voucher AND bill.data_area_id = entry.data_area_id
WHERE line.account = '401100' AND entry.data_area_id = 'usmf'
UNION ALL
SELECT 'central-iberia', 'SPAIN', entry."accountNumber", NULL, document."customerNumber", 'EUR',
    CAST(entry."postingDate" AS VARCHAR)[1:7],
    CAST(entry."creditAmount" AS DECIMAL(18, 2)) - CAST(entry."debitAmount" AS DECIMAL(18, 2)), NULL
FROM central_entries entry
JOIN (
    SELECT number, "customerNumber" FROM central_bills UNION ALL SELECT number, "customerNumber" FROM central_memos
) document ON document.number = entry."documentNumber"
WHERE entry."accountNumber" = '4000'
UNION ALL
SELECT 'ledger-latam', 'LATAM_SUL', account, cost_centre, NULL, currency, strftime(strptime(posting_date, '%d.%m.%Y'), '%Y-%m'),
    CASE flag WHEN 'H' THEN 1 ELSE -1 END * CAST(replace(replace(amount, '.', ''), ',', '.') AS DECIMAL(18, 2)), NULL
FROM journal WHERE mark = 'D' AND account = '4000';

CREATE VIEW spent AS
SELECT 'netsuite-group' AS connection, 'GROUP' AS company, line.account AS account, line.department AS cost_centre,
    entity AS supplier,
    'USD' AS currency, CAST(date AS VARCHAR)[1:7] AS month, CAST(line.amount AS DECIMAL(18, 2)) AS amount, NULL AS reported
FROM netsuite, UNNEST(lines) AS each(line) WHERE type = 'vendorbill' AND line.account = '6000'
UNION ALL
SELECT 'sap-europe', 'EMEA', bought."GLAccount", NULLIF(bought."CostCenter", ''), owed."Supplier", 'EUR',
    CAST(bought."PostingDate" AS VARCHAR)[1:7], CAST(bought."AmountInTransactionCurrency" AS DECIMAL(18, 2)),
    CAST(bought."AmountInAdditionalCurrency1" AS DECIMAL(18, 2))
FROM sap_entries bought JOIN sap_entries owed USING ("CompanyCode", "FiscalYear", "AccountingDocument", "Ledger")
WHERE bought."GLAccount" = '61003000' AND owed."FinancialAccountType" = 'K' AND "Ledger" = '0L' AND "CompanyCode" = '1010'
UNION ALL
SELECT 'dynamics-americas', 'AMERICAS', line.account, NULLIF(split_part(line.display_value, '-', 3), ''), bill.account,
    line.currency,
    CAST(entry.accounting_date AS VARCHAR)[1:7], CAST(line.amount AS DECIMAL(18, 2)), NULL
FROM finance_lines line JOIN finance_entries entry USING (journal_number)
LEFT JOIN finance_purchases bill ON bill.voucher = entry.voucher AND bill.data_area_id = entry.data_area_id
WHERE line.account = '600100' AND entry.data_area_id = 'usmf'
UNION ALL
SELECT 'central-iberia', 'SPAIN', entry."accountNumber", NULL, document."vendorNumber", 'EUR',
    CAST(entry."postingDate" AS VARCHAR)[1:7],
    CAST(entry."debitAmount" AS DECIMAL(18, 2)) - CAST(entry."creditAmount" AS DECIMAL(18, 2)), NULL
FROM central_entries entry
JOIN (
    SELECT number, "vendorNumber" FROM central_purchases UNION ALL SELECT number, "vendorNumber" FROM central_purchase_memos
) document ON document.number = entry."documentNumber"
WHERE entry."accountNumber" = '6000'
UNION ALL
SELECT 'expenses-emea', 'EMEA', line ->> 'category', COALESCE(line ->> 'cost_center', report ->> 'cost_center'),
    line ->> 'merchant',
    report ->> 'currency', (line ->> 'spent_on')[1:7], CAST(line ->> 'gross' AS DECIMAL(18, 2)), NULL
FROM claim, UNNEST(parts(report -> 'lines')) AS each(line)
UNION ALL
SELECT 'payroll-emea', 'EMEA', part ->> 'wageType', part ->> 'department', NULL, 'EUR', (run ->> 'paidAt')[1:7],
    minor(part ->> 'cents'), NULL
FROM payroll_run, UNNEST(parts(run -> 'sums')) AS each(part);

-- Of a payment the books of Business Central name no customer.
CREATE VIEW received AS
SELECT 'netsuite-group' AS connection, 'GROUP' AS company, line.account AS account, entity AS customer, 'USD' AS currency,
    CAST(date AS VARCHAR)[1:7] AS month, CAST(line.amount AS DECIMAL(18, 2)) AS amount, NULL AS reported
FROM netsuite, UNNEST(lines) AS each(line) WHERE type = 'customerpayment' AND line.account = '1000' AND entity = '7999'
UNION ALL
SELECT 'sap-europe', 'EMEA', paid."GLAccount", owed."Customer", 'EUR', CAST(paid."PostingDate" AS VARCHAR)[1:7],
    CAST(paid."AmountInTransactionCurrency" AS DECIMAL(18, 2)), CAST(paid."AmountInAdditionalCurrency1" AS DECIMAL(18, 2))
FROM sap_entries paid JOIN sap_entries owed USING ("CompanyCode", "FiscalYear", "AccountingDocument", "Ledger")
WHERE paid."GLAccount" = '11001000' AND owed."FinancialAccountType" = 'D' AND "Ledger" = '0L' AND "CompanyCode" = '1010'
UNION ALL
SELECT 'dynamics-americas', 'AMERICAS', line.account, payer.account, line.currency, CAST(entry.accounting_date AS VARCHAR)[1:7],
    CAST(line.amount AS DECIMAL(18, 2)), NULL
FROM finance_lines line JOIN finance_entries entry USING (journal_number)
JOIN finance_payments payer ON payer.voucher = entry.voucher AND payer.data_area_id = entry.data_area_id
WHERE line.account = '110110' AND entry.data_area_id = 'usmf'
UNION ALL
SELECT 'central-iberia', 'SPAIN', "accountNumber", NULL, 'EUR', CAST("postingDate" AS VARCHAR)[1:7],
    CAST("debitAmount" AS DECIMAL(18, 2)) - CAST("creditAmount" AS DECIMAL(18, 2)), NULL
FROM central_entries WHERE "accountNumber" = '1100';

CREATE VIEW booked AS
SELECT 'Orders' AS cube, 'Ordered' AS measure, [
        called('sap-europe', 'customer', head."SoldToParty", 'NO_CUSTOMER'),
            called('sap-europe', 'product', "Material", 'NO_PRODUCT'),
        'EMEA', 'EUR'
    ] AS places, CAST(head."SalesOrderDate" AS VARCHAR)[1:7] AS month, 'Forecast' AS version, 'EUR' AS currency,
    CAST(item."NetAmount" AS DECIMAL(18, 2)) AS amount, NULL AS reported
FROM sap_orders head JOIN sap_order_items item USING ("SalesOrder")
UNION ALL
SELECT 'Commitments', 'Committed', [
        called('procurement-emea', 'account', part ->> 'glAccount', NULL),
        called('procurement-emea', 'cost_centre', part ->> 'costCentre', 'NO_COST_CENTRE'),
        called('procurement-emea', 'supplier', bought -> 'supplier' ->> 'code', 'NO_SUPPLIER'),
        called('procurement-emea', 'legal_entity', bought ->> 'company', NULL), part ->> 'currency'
    ], (part ->> 'neededOn')[1:7], 'Forecast', part ->> 'currency', CAST(part ->> 'openValue' AS DECIMAL(18, 2)), NULL
FROM purchase, UNNEST(parts(bought -> 'positions')) AS each(part) WHERE (part ->> 'open') = 'true'
UNION ALL
SELECT 'Actuals', 'Revenue', [
        called(connection, 'account', account, NULL), called(connection, 'cost_centre', cost_centre, 'NO_COST_CENTRE'),
        called(connection, 'customer', customer, 'NO_CUSTOMER'), company, 'NO_PARTNER', currency
    ], month, 'Actual', currency, amount, reported
FROM earned
UNION ALL
SELECT 'Operating expenses', 'Expense', [
        called(connection, 'account', account, NULL), called(connection, 'cost_centre', cost_centre, 'NO_COST_CENTRE'),
        called(connection, 'supplier', supplier, 'NO_SUPPLIER'), company, 'NO_PARTNER', currency
    ], month, 'Actual', currency, amount, reported
FROM spent
UNION ALL
SELECT 'Cash', 'Collected', [
        called(connection, 'account', account, NULL), called(connection, 'customer', customer, 'NO_CUSTOMER'), company, currency
    ], month, 'Actual', currency, amount, reported
FROM received;
