-- What planning must hold: module, line item, customer, product line or account, company, currency, month, version and
-- the amount in the transaction currency.
WITH deal AS (
    SELECT 'EMEA' AS company, 'SOFTWARE' AS product, properties.deal_currency_code AS currency, company AS customer,
        CAST(properties.closedate AS VARCHAR)[1:7] AS month, CAST(properties.amount AS DECIMAL(18, 2)) AS amount,
        properties.dealstage = 'closedwon' AS is_won
    FROM deals WHERE NOT archived AND properties.dealstage <> 'closedlost'
    UNION ALL
    SELECT 'APAC', 'NO_PRODUCT', "CurrencyIsoCode", "AccountId", CAST("CloseDate" AS VARCHAR)[1:7],
        CAST("Amount" AS DECIMAL(18, 2)), "StageName" = 'Closed Won'
    FROM opportunities WHERE NOT "IsDeleted"
),
sap_bill AS (
    SELECT head."SoldToParty" AS customer, item."Material" AS material,
        CAST(head."BillingDocumentDate" AS VARCHAR)[1:7] AS month,
        CASE WHEN head."SDDocumentCategory" = 'M' THEN 1 ELSE -1 END * CAST(item."NetAmount" AS DECIMAL(18, 2)) AS amount
    FROM sap_bills head JOIN sap_bill_items item USING ("BillingDocument")
),
revenue AS (
    SELECT 'GROUP' AS company, '4020' AS account, 'USD' AS currency, entity AS customer, '2027-08' AS month,
        -CAST(line.amount AS DECIMAL(18, 2)) AS amount
    FROM netsuite, UNNEST(lines) AS each(line) WHERE period = 'Aug 2027' AND line.account = '4000'
    UNION ALL
    SELECT 'EMEA', '4000', 'EUR', owed."Customer", CAST(sold."PostingDate" AS VARCHAR)[1:7],
        -CAST(sold."AmountInTransactionCurrency" AS DECIMAL(18, 2))
    FROM sap_entries sold JOIN sap_entries owed USING ("CompanyCode", "FiscalYear", "AccountingDocument", "Ledger")
    WHERE sold."GLAccount" = '41000000' AND owed."FinancialAccountType" = 'D' AND "Ledger" = '0L'
    UNION ALL
    SELECT 'AMERICAS', '4020', line.currency, COALESCE(bill.account, 'nobody'), CAST(entry.accounting_date AS VARCHAR)[1:7],
        -CAST(line.amount AS DECIMAL(18, 2))
    FROM finance_lines line JOIN finance_entries entry USING (journal_number)
    LEFT JOIN finance_bills bill ON bill.voucher = entry.voucher AND bill.data_area_id = entry.data_area_id
    WHERE line.account = '401100' AND entry.data_area_id = 'usmf'
    UNION ALL
    SELECT 'SPAIN', '4020', 'EUR', document."customerNumber", CAST(entry."postingDate" AS VARCHAR)[1:7],
        CAST(entry."creditAmount" AS DECIMAL(18, 2)) - CAST(entry."debitAmount" AS DECIMAL(18, 2))
    FROM central_entries entry
    JOIN (
        SELECT number, "customerNumber" FROM central_bills UNION ALL SELECT number, "customerNumber" FROM central_memos
    ) document ON document.number = entry."documentNumber"
    WHERE entry."accountNumber" = '4000'
    UNION ALL
    SELECT 'LATAM_SUL', account, currency, 'nobody', strftime(strptime(posting_date, '%d.%m.%Y'), '%Y-%m'),
        CASE flag WHEN 'H' THEN 1 ELSE -1 END * CAST(replace(replace(amount, '.', ''), ',', '.') AS DECIMAL(18, 2))
    FROM journal WHERE mark = 'D' AND account = '4000'
),
cell AS (
    SELECT CASE WHEN is_won THEN 'Bookings' ELSE 'Pipeline' END AS cube, CASE WHEN is_won THEN 'Booked' ELSE 'Amount' END AS measure,
        customer, product AS second, company, currency, month, CASE WHEN is_won THEN 'Actual' ELSE 'Forecast' END AS version, amount
    FROM deal
    UNION ALL
    SELECT 'Orders', 'Ordered', head."SoldToParty", product.member, 'EMEA', 'EUR', CAST(head."SalesOrderDate" AS VARCHAR)[1:7],
        'Forecast', CAST(item."NetAmount" AS DECIMAL(18, 2))
    FROM sap_orders head JOIN sap_order_items item USING ("SalesOrder") JOIN products product ON product.id = item."Material"
    UNION ALL
    SELECT 'Billings', 'Billed', customer, product.member, 'EMEA', 'EUR', month, 'Actual', amount
    FROM sap_bill JOIN products product ON product.id = material
    UNION ALL
    SELECT 'Actuals', 'Revenue', customer, account, company, currency, month, 'Actual', amount FROM revenue
)
SELECT cube, measure, member.member, second, company, currency, month.label, version, SUM(amount)
FROM cell JOIN members member ON member.id = customer JOIN months month ON month.id = cell.month
GROUP BY ALL HAVING SUM(amount) <> 0
