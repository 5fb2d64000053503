-- What planning must hold of the months: cube, measure, members in the order of the planning model, and the amount.
CREATE MACRO called(what) AS (SELECT member FROM members WHERE id = what);
WITH deal AS (
    SELECT 'EMEA' AS company, 'SOFTWARE' AS product, properties.deal_currency_code AS currency, company AS customer,
        CAST(properties.closedate AS VARCHAR)[1:7] AS month, CAST(properties.amount AS DECIMAL(18, 2)) AS amount,
        CAST(properties.hs_deal_stage_probability[1:6] AS DECIMAL(5, 4)) AS probability,
        properties.dealstage = 'closedwon' AS is_won
    FROM deals WHERE NOT archived AND properties.dealstage <> 'closedlost'
    UNION ALL
    SELECT 'APAC', 'NO_PRODUCT', "CurrencyIsoCode", "AccountId", CAST("CloseDate" AS VARCHAR)[1:7],
        CAST("Amount" AS DECIMAL(18, 2)), CAST("Probability" AS DECIMAL(5, 2)) * 0.01, "StageName" = 'Closed Won'
    FROM opportunities WHERE NOT "IsDeleted"
),
revenue AS (
    SELECT 'GROUP' AS company, '4020' AS account, 'CC_SALES' AS cost_centre, 'USD' AS currency, entity AS customer,
        CAST(date AS VARCHAR)[1:7] AS month, -CAST(line.amount AS DECIMAL(18, 2)) AS amount, NULL AS reported
    FROM netsuite, UNNEST(lines) AS each(line) WHERE entity = '7999' AND line.account = '4000' AND line.department = '7'
    UNION ALL
    SELECT 'EMEA', '4000', 'NO_COST_CENTRE', 'EUR', owed."Customer", CAST(sold."PostingDate" AS VARCHAR)[1:7],
        -CAST(sold."AmountInTransactionCurrency" AS DECIMAL(18, 2)), -CAST(sold."AmountInAdditionalCurrency1" AS DECIMAL(18, 2))
    FROM sap_entries sold JOIN sap_entries owed USING ("CompanyCode", "FiscalYear", "AccountingDocument", "Ledger")
    WHERE sold."GLAccount" = '41000000' AND owed."FinancialAccountType" = 'D' AND "Ledger" = '0L'
    UNION ALL
    SELECT 'AMERICAS', '4020', 'NO_COST_CENTRE', line.currency, COALESCE(bill.account, 'nobody'),
        CAST(entry.accounting_date AS VARCHAR)[1:7], -CAST(line.amount AS DECIMAL(18, 2)), NULL
    FROM finance_lines line JOIN finance_entries entry USING (journal_number)
    LEFT JOIN finance_bills bill ON bill.voucher = entry.voucher AND bill.data_area_id = entry.data_area_id
    WHERE line.account = '401100' AND entry.data_area_id = 'usmf'
    UNION ALL
    SELECT 'SPAIN', '4020', 'NO_COST_CENTRE', 'EUR', document."customerNumber", CAST(entry."postingDate" AS VARCHAR)[1:7],
        CAST(entry."creditAmount" AS DECIMAL(18, 2)) - CAST(entry."debitAmount" AS DECIMAL(18, 2)), NULL
    FROM central_entries entry
    JOIN (
        SELECT number, "customerNumber" FROM central_bills UNION ALL SELECT number, "customerNumber" FROM central_memos
    ) document ON document.number = entry."documentNumber"
    WHERE entry."accountNumber" = '4000'
    UNION ALL
    SELECT 'LATAM_SUL', account, 'CC_SALES', currency, 'nobody', strftime(strptime(posting_date, '%d.%m.%Y'), '%Y-%m'),
        CASE flag WHEN 'H' THEN 1 ELSE -1 END * CAST(replace(replace(amount, '.', ''), ',', '.') AS DECIMAL(18, 2)), NULL
    FROM journal WHERE mark = 'D' AND account = '4000' AND cost_centre = 'VENDAS'
),
claim AS (
    SELECT type, data.report AS report FROM claims
    QUALIFY row_number() OVER (PARTITION BY data.report.id ORDER BY data.report.revision DESC) = 1
),
part AS (
    SELECT CASE WHEN is_won THEN 'Bookings' ELSE 'Pipeline' END AS cube, CASE WHEN is_won THEN 'Booked' ELSE 'Amount' END AS measure,
        [called(customer), product, company, currency] AS places, month, CASE WHEN is_won THEN 'Actual' ELSE 'Forecast' END AS version,
        currency, amount, NULL AS reported
    FROM deal
    UNION ALL
    SELECT 'Pipeline', 'Weighted amount', [called(customer), product, company, currency], month, 'Forecast', currency,
        ROUND(amount * probability, 2), NULL
    FROM deal WHERE NOT is_won
    UNION ALL
    SELECT 'Orders', 'Ordered', [called(head."SoldToParty"), called("Material"), 'EMEA', 'EUR'],
        CAST(head."SalesOrderDate" AS VARCHAR)[1:7], 'Forecast', 'EUR', CAST(item."NetAmount" AS DECIMAL(18, 2)), NULL
    FROM sap_orders head JOIN sap_order_items item USING ("SalesOrder")
    UNION ALL
    SELECT 'Billings', 'Billed', [called(head."SoldToParty"), called("Material"), 'EMEA', 'EUR'],
        CAST(head."BillingDocumentDate" AS VARCHAR)[1:7], 'Actual', 'EUR',
        CASE WHEN head."SDDocumentCategory" = 'M' THEN 1 ELSE -1 END * CAST(item."NetAmount" AS DECIMAL(18, 2)), NULL
    FROM sap_bills head JOIN sap_bill_items item USING ("BillingDocument")
    UNION ALL
    SELECT 'Actuals', 'Revenue', [account, cost_centre, called(customer), company, 'NO_PARTNER', currency], month, 'Actual', currency,
        amount, reported
    FROM revenue
    UNION ALL
    SELECT 'Operating expenses', 'Expense',
        [called(line.category), called(COALESCE(line.cost_center, report.cost_center)), called(COALESCE(line.merchant, 'no merchant')),
            'EMEA', 'NO_PARTNER', report.currency],
        CAST(line.spent_on AS VARCHAR)[1:7], 'Actual', report.currency, CAST(line.gross AS DECIMAL(18, 2)), NULL
    FROM claim, UNNEST(report.lines) AS each(line)
    WHERE type <> 'expense_report.deleted' AND report.status IN ('approved', 'paid')
),
cell AS (
    SELECT cube, measure, places, month, version, amount FROM part
    UNION ALL
    SELECT cube, measure || ' USD', places, month, version, COALESCE(reported, ROUND(amount * CAST(rate AS DECIMAL(6, 4)), 2))
    FROM part LEFT JOIN rates USING (currency, month)
)
SELECT cube, measure, list_concat(places, [months.label, version]) AS members, SUM(amount) AS value
FROM cell JOIN months ON months.id = cell.month
GROUP BY ALL HAVING SUM(amount) <> 0
