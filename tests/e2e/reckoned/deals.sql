-- Deals and contracts of the CRMs: what each deal is worth by its products, and what they leave of it.
CREATE VIEW deal AS
SELECT 'hubspot-emea' AS connection, id, 'EMEA' AS company, company AS customer, properties.pipeline AS product,
    properties.deal_currency_code AS currency, CAST(properties.closedate AS VARCHAR)[1:7] AS month,
    CAST(properties.amount AS DECIMAL(18, 2)) AS amount,
        CAST(properties.hs_deal_stage_probability[1:6] AS DECIMAL(6, 4)) AS probability,
    properties.dealstage = 'closedwon' AS is_won, NULL AS for_a_dollar
FROM deals WHERE NOT archived AND properties.dealstage <> 'closedlost'
UNION ALL
SELECT 'salesforce-apac', data ->> 'Id', 'APAC', data ->> 'AccountId', NULL, data ->> 'CurrencyIsoCode',
    (data ->> 'CloseDate')[1:7],
    CAST(data ->> 'Amount' AS DECIMAL(18, 2)), CAST(data ->> 'Probability' AS DECIMAL(6, 2)) * 0.01,
        (data ->> 'StageName') = 'Closed Won', NULL
FROM salesforce_opportunities WHERE (data ->> 'IsDeleted') = 'false'
UNION ALL
SELECT 'sales-americas', row.data ->> 'opportunityid', 'AMERICAS', row.data ->> '_parentaccountid_value', NULL,
    currency.data ->> 'isocurrencycode', (won.day)[1:7], CAST(won.value AS DECIMAL(18, 2)),
    CAST(row.data ->> 'closeprobability' AS DECIMAL(6, 2)) * 0.01, won.is_won, CAST(row.data ->> 'exchangerate' AS DECIMAL(18, 6))
FROM dynamics_opportunities row
JOIN dynamics_currencies currency ON (currency.data ->> 'transactioncurrencyid') = (row.data ->> '_transactioncurrencyid_value'),
    LATERAL (
        SELECT (row.data ->> 'statecode') = '1' AS is_won,
            CASE WHEN is_won THEN row.data ->> 'actualclosedate' ELSE row.data ->> 'estimatedclosedate' END AS day,
            CASE WHEN is_won THEN row.data ->> 'actualvalue' ELSE row.data ->> 'estimatedvalue' END AS value
    ) won
WHERE (row.data ->> 'statecode') <> '2';

CREATE VIEW offered AS
SELECT 'salesforce-apac' AS connection, data ->> 'OpportunityId' AS id, data ->> 'Product2Id' AS product,
    CAST(data ->> 'TotalPrice' AS DECIMAL(18, 2)) AS amount,
    ROUND(CAST(data ->> 'Recurring_Amount__c' AS DECIMAL(18, 2)) / CAST(data ->> 'Recurring_Months__c' AS DECIMAL(6, 1)),
        2) AS a_month
FROM salesforce_lines
UNION ALL
SELECT 'sales-americas', data ->> '_opportunityid_value', data ->> '_productid_value',
    CAST(data ->> 'extendedamount' AS DECIMAL(18, 2)), NULL
FROM dynamics_products;

-- An open deal has one part alone: what it is expected to be worth is not shared out here.
CREATE VIEW deal_part AS
SELECT deal.* REPLACE (offered.product AS product, offered.amount AS amount), a_month FROM deal JOIN offered USING (connection, id)
UNION ALL
SELECT deal.* REPLACE (deal.amount - COALESCE(known.amount, 0) AS amount), NULL
FROM deal LEFT JOIN (SELECT connection, id, SUM(amount) AS amount FROM offered GROUP BY ALL) known USING (connection, id)
WHERE known.amount IS NULL OR deal.amount <> known.amount;

CREATE VIEW sold AS
SELECT cube, measure, [
        called(connection, 'customer', customer, 'NO_CUSTOMER'), called(connection, 'product', product, 'NO_PRODUCT'),
        company, currency
    ] AS places, month, CASE WHEN is_won THEN 'Actual' ELSE 'Forecast' END AS version, currency, value AS amount,
    ROUND(value / for_a_dollar, 2) AS reported
FROM deal_part, LATERAL (VALUES
    (CASE WHEN is_won THEN 'Bookings' ELSE 'Pipeline' END, CASE WHEN is_won THEN 'Booked' ELSE 'Amount' END, amount),
    (CASE WHEN NOT is_won THEN 'Pipeline' END, 'Weighted amount', ROUND(amount * probability, 2)),
    (CASE WHEN is_won THEN 'Bookings' END, 'Recurring a month', a_month)
) measured(cube, measure, value)
WHERE cube IS NOT NULL AND value IS NOT NULL;

CREATE VIEW renewed AS
SELECT 'Renewals' AS cube, measure, [
        called('salesforce-apac', 'customer', data ->> 'AccountId', 'NO_CUSTOMER'),
        called('salesforce-apac', 'product', data ->> 'Product_Line__c', 'NO_PRODUCT'), 'APAC', data ->> 'CurrencyIsoCode'
    ] AS places, strftime(CAST(data ->> 'EndDate' AS DATE) + 1, '%Y-%m') AS month, 'Forecast' AS version,
    data ->> 'CurrencyIsoCode' AS currency, value AS amount, NULL AS reported
FROM salesforce_contracts, LATERAL (
    SELECT CAST(COALESCE(data ->> 'Renewal_Amount__c', data ->> 'Contract_Value__c') AS DECIMAL(18, 2)) AS worth,
        CAST(data ->> 'Renewal_Probability__c' AS DECIMAL(6, 2)) * 0.01 AS probability
) expected, LATERAL (VALUES ('Renewal', worth), ('Weighted renewal', ROUND(worth * probability, 2))) measured(measure, value)
WHERE (data ->> 'IsDeleted') = 'false' AND (data ->> 'StatusCode') = 'Activated';
