-- Every line of the certificates: sources by the days of their periods, or by the period they were posted to, and planning as it stands.
WITH dated AS (
    SELECT 'bookings of ' || customer AS line, company, currency, day, amount FROM won
    UNION ALL SELECT 'orders', company, currency, day, amount FROM ordered
    UNION ALL SELECT 'billings', company, currency, day, amount FROM billed
), entered AS (
    SELECT unnest(CASE
        WHEN account = '4000' AND kind IN ('invoice', 'creditmemo') THEN ['invoices', 'revenue']
        WHEN account IN ('4000', '4800') THEN ['revenue']
        WHEN account IN ('5000', '6000') THEN ['expenses']
        WHEN account = '1000' AND kind = 'customerpayment' THEN ['cash']
        ELSE []
    END) AS line, CASE WHEN account[1] = '4' THEN -1 ELSE 1 END AS sign, *
    FROM posted
), said AS (
    SELECT company, period, currency, line, amount, ROUND(amount * rate, 2) AS reported
    FROM dated JOIN periods USING (company) WHERE day BETWEEN first_day AND last_day
    UNION ALL
    SELECT company, period, currency, line, sign * amount, ROUND(sign * own * rate, 2)
    FROM entered JOIN periods USING (company, called)
), planned AS (
    SELECT data -> 'members' ->> 'Legal entity' AS company, period, data -> 'members' ->> 'Currency' AS currency,
        CASE measure WHEN 'Booked' THEN 'bookings of ' || (data -> 'members' ->> 'Customer') WHEN 'Ordered' THEN 'orders'
            WHEN 'Billed' THEN 'billings' WHEN 'Revenue' THEN 'revenue' WHEN 'Expense' THEN 'expenses' WHEN 'Collected' THEN 'cash' END AS line,
        (data ->> 'line_item') LIKE '% USD' AS is_reported, CAST(data ->> 'value' AS DECIMAL(18, 2)) AS amount
    FROM cells,
        LATERAL (SELECT replace(data ->> 'line_item', ' USD', '') AS measure) named,
        LATERAL (SELECT period FROM periods WHERE replace(called, ' 20', ' ') = (data -> 'members' ->> 'Time')) timed
)
SELECT company, period, currency, line, 'sources', false, SUM(amount) FROM said GROUP BY ALL HAVING SUM(amount) <> 0
UNION ALL
SELECT company, period, currency, line, 'sources', true, SUM(reported) FROM said GROUP BY ALL HAVING SUM(reported) <> 0
UNION ALL
SELECT company, period, currency, line, 'planning', is_reported, SUM(amount) FROM planned WHERE line IS NOT NULL GROUP BY ALL
    HAVING SUM(amount) <> 0;
