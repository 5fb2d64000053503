-- What the ERPs have posted, what a legacy ledger has dropped as a file, and what people have claimed.
CREATE VIEW revenue AS
SELECT 'GROUP' AS company, '4020' AS account, 'CC_SALES' AS cost_centre, 'USD' AS currency, called('netsuite-group', 'customer', entity, 'NO_CUSTOMER') AS customer,
    CAST(date AS VARCHAR)[1:7] AS month, -CAST(line.amount AS DECIMAL(18, 2)) AS amount, NULL AS reported
FROM netsuite, UNNEST(lines) AS each(line) WHERE entity = '7999' AND line.account = '4000' AND line.department = '7'
UNION ALL
SELECT 'EMEA', '4000', 'NO_COST_CENTRE', 'EUR', called('sap-europe', 'customer', owed."Customer", 'NO_CUSTOMER'), CAST(sold."PostingDate" AS VARCHAR)[1:7],
    -CAST(sold."AmountInTransactionCurrency" AS DECIMAL(18, 2)), -CAST(sold."AmountInAdditionalCurrency1" AS DECIMAL(18, 2))
FROM sap_entries sold JOIN sap_entries owed USING ("CompanyCode", "FiscalYear", "AccountingDocument", "Ledger")
WHERE sold."GLAccount" = '41000000' AND owed."FinancialAccountType" = 'D' AND "Ledger" = '0L'
UNION ALL
SELECT 'AMERICAS', '4020', 'NO_COST_CENTRE', line.currency, called('dynamics-americas', 'customer', bill.account, 'NO_CUSTOMER'),
    CAST(entry.accounting_date AS VARCHAR)[1:7], -CAST(line.amount AS DECIMAL(18, 2)), NULL
FROM finance_lines line JOIN finance_entries entry USING (journal_number)
LEFT JOIN finance_bills bill ON bill.voucher = entry.voucher AND bill.data_area_id = entry.data_area_id
WHERE line.account = '401100' AND entry.data_area_id = 'usmf'
UNION ALL
SELECT 'SPAIN', '4020', 'NO_COST_CENTRE', 'EUR', called('central-iberia', 'customer', document."customerNumber", 'NO_CUSTOMER'), CAST(entry."postingDate" AS VARCHAR)[1:7],
    CAST(entry."creditAmount" AS DECIMAL(18, 2)) - CAST(entry."debitAmount" AS DECIMAL(18, 2)), NULL
FROM central_entries entry
JOIN (
    SELECT number, "customerNumber" FROM central_bills UNION ALL SELECT number, "customerNumber" FROM central_memos
) document ON document.number = entry."documentNumber"
WHERE entry."accountNumber" = '4000'
UNION ALL
SELECT 'LATAM_SUL', account, 'CC_SALES', currency, 'NO_CUSTOMER', strftime(strptime(posting_date, '%d.%m.%Y'), '%Y-%m'),
    CASE flag WHEN 'H' THEN 1 ELSE -1 END * CAST(replace(replace(amount, '.', ''), ',', '.') AS DECIMAL(18, 2)), NULL
FROM journal WHERE mark = 'D' AND account = '4000' AND cost_centre = 'VENDAS';

CREATE VIEW spent AS
SELECT 'netsuite-group' AS connection, 'GROUP' AS company, line.account AS account, line.department AS cost_centre, entity AS supplier,
    'USD' AS currency, CAST(date AS VARCHAR)[1:7] AS month, CAST(line.amount AS DECIMAL(18, 2)) AS amount, NULL AS reported
FROM netsuite, UNNEST(lines) AS each(line) WHERE type = 'vendorbill' AND line.account = '6000'
UNION ALL
SELECT 'sap-europe', 'EMEA', bought."GLAccount", NULLIF(bought."CostCenter", ''), owed."Supplier", 'EUR', CAST(bought."PostingDate" AS VARCHAR)[1:7],
    CAST(bought."AmountInTransactionCurrency" AS DECIMAL(18, 2)), CAST(bought."AmountInAdditionalCurrency1" AS DECIMAL(18, 2))
FROM sap_entries bought JOIN sap_entries owed USING ("CompanyCode", "FiscalYear", "AccountingDocument", "Ledger")
WHERE bought."GLAccount" = '61003000' AND owed."FinancialAccountType" = 'K' AND "Ledger" = '0L' AND "CompanyCode" = '1010'
UNION ALL
SELECT 'dynamics-americas', 'AMERICAS', line.account, NULLIF(split_part(line.display_value, '-', 3), ''), bill.account, line.currency,
    CAST(entry.accounting_date AS VARCHAR)[1:7], CAST(line.amount AS DECIMAL(18, 2)), NULL
FROM finance_lines line JOIN finance_entries entry USING (journal_number)
LEFT JOIN finance_purchases bill ON bill.voucher = entry.voucher AND bill.data_area_id = entry.data_area_id
WHERE line.account = '600100' AND entry.data_area_id = 'usmf'
UNION ALL
SELECT 'central-iberia', 'SPAIN', entry."accountNumber", NULL, document."vendorNumber", 'EUR', CAST(entry."postingDate" AS VARCHAR)[1:7],
    CAST(entry."debitAmount" AS DECIMAL(18, 2)) - CAST(entry."creditAmount" AS DECIMAL(18, 2)), NULL
FROM central_entries entry
JOIN (
    SELECT number, "vendorNumber" FROM central_purchases UNION ALL SELECT number, "vendorNumber" FROM central_purchase_memos
) document ON document.number = entry."documentNumber"
WHERE entry."accountNumber" = '6000';

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

CREATE VIEW claim AS
SELECT type, data.report AS report FROM claims
QUALIFY row_number() OVER (PARTITION BY data.report.id ORDER BY data.report.revision DESC) = 1;

CREATE VIEW booked AS
SELECT 'Orders' AS cube, 'Ordered' AS measure, [
        called('sap-europe', 'customer', head."SoldToParty", 'NO_CUSTOMER'), called('sap-europe', 'product', "Material", 'NO_PRODUCT'), 'EMEA', 'EUR'
    ] AS places, CAST(head."SalesOrderDate" AS VARCHAR)[1:7] AS month, 'Forecast' AS version, 'EUR' AS currency,
    CAST(item."NetAmount" AS DECIMAL(18, 2)) AS amount, NULL AS reported
FROM sap_orders head JOIN sap_order_items item USING ("SalesOrder")
UNION ALL
SELECT 'Actuals', 'Revenue', [account, cost_centre, customer, company, 'NO_PARTNER', currency], month, 'Actual', currency, amount, reported
FROM revenue
UNION ALL
SELECT 'Operating expenses', 'Expense', [
        called('expenses-emea', 'account', line.category, NULL),
        called('expenses-emea', 'cost_centre', COALESCE(line.cost_center, report.cost_center), 'NO_COST_CENTRE'),
        called('expenses-emea', 'supplier', line.merchant, 'NO_SUPPLIER'), 'EMEA', 'NO_PARTNER', report.currency
    ], CAST(line.spent_on AS VARCHAR)[1:7], 'Actual', report.currency, CAST(line.gross AS DECIMAL(18, 2)), NULL
FROM claim, UNNEST(report.lines) AS each(line)
WHERE type <> 'expense_report.deleted' AND report.status IN ('approved', 'paid')
UNION ALL
SELECT 'Operating expenses', 'Expense', [
        called(connection, 'account', account, NULL), called(connection, 'cost_centre', cost_centre, 'NO_COST_CENTRE'),
        called(connection, 'supplier', supplier, 'NO_SUPPLIER'), company, 'NO_PARTNER', currency
    ], month, 'Actual', currency, amount, reported
FROM spent
UNION ALL
SELECT 'Cash', 'Collected', [called(connection, 'account', account, NULL), called(connection, 'customer', customer, 'NO_CUSTOMER'), company, currency],
    month, 'Actual', currency, amount, reported
FROM received;
