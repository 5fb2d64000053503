-- What recurs of each subscription from one day to another, product by product, and the movements that follow.
-- Stripe and Chargebee keep what each has been in their events: the last one of a day says what recurs from it on.
CREATE VIEW stated AS
SELECT 'stripe-global' AS connection, 'AMERICAS' AS company, row ->> 'id' AS subscription, row ->> 'customer' AS customer,
    upper(row ->> 'currency') AS currency, CAST(data ->> 'created' AS BIGINT) AS moment, data ->> 'id' AS event,
    day_in(data ->> 'created', 'America/New_York') AS day, day_in(row ->> 'start_date', 'America/New_York') AS start,
    day_in(COALESCE(CAST(row ->> 'ended_at' AS BIGINT), CASE WHEN (row ->> 'cancel_at_period_end') = 'true' THEN
        list_min([CAST(each ->> 'current_period_end' AS BIGINT) FOR each IN parts(row -> 'items' -> 'data')])
    END), 'America/New_York') AS ends,
    CASE WHEN (row -> 'pause_collection' ->> 'behavior') IS NULL THEN [{
        'product': each -> 'price' ->> 'product',
        'a_year': CAST(each -> 'price' ->> 'unit_amount' AS BIGINT) * CAST(each ->> 'quantity' AS BIGINT)
            * CASE each -> 'price' -> 'recurring' ->> 'interval' WHEN 'month' THEN 12 WHEN 'year' THEN 1 END
    } FOR each IN parts(row -> 'items' -> 'data')] ELSE [] END AS items
FROM (SELECT data, data -> 'data' -> 'object' AS row FROM stripe_event WHERE (data ->> 'type') LIKE 'customer.subscription.%') event
UNION ALL
SELECT 'chargebee-emea', 'EMEA', row ->> 'id', row ->> 'customer_id', row ->> 'currency_code',
    CAST(row ->> 'resource_version' AS BIGINT), data ->> 'id',
    day_in(CAST(row ->> 'resource_version' AS BIGINT) // 1000, 'Europe/Berlin'), day_in(row ->> 'started_at', 'Europe/Berlin'),
    day_in(row ->> 'cancelled_at', 'Europe/Berlin'),
    CASE WHEN (row ->> 'status') <> 'paused' THEN [{
        'product': each ->> 'item_price_id',
        'a_year': CAST(each ->> 'amount' AS BIGINT) * CASE row ->> 'billing_period_unit' WHEN 'month' THEN 12 WHEN 'year' THEN 1 END
    } FOR each IN parts(row -> 'subscription_items')] ELSE [] END
FROM (SELECT data, data -> 'content' -> 'subscription' AS row FROM chargebee_event
    WHERE (data -> 'content' -> 'subscription') IS NOT NULL) event
WHERE (row ->> 'id') NOT IN (SELECT data ->> 'id' FROM chargebee_subscription WHERE (data ->> 'deleted') = 'true');

CREATE VIEW recurs AS
SELECT connection, company, subscription, customer, currency, item.product,
    CASE WHEN is_first THEN start ELSE greatest(day, start) END AS since, least(ends, next) AS until,
    minor(item.a_year) AS annual, minor((2 * item.a_year + 12) // 24) AS monthly
FROM (
    SELECT *, row_number() OVER history = 1 AS is_first, lead(day) OVER history AS next FROM stated
    WINDOW history AS (PARTITION BY connection, subscription ORDER BY moment, event)
) told, UNNEST(items) AS each(item)
UNION ALL
-- Zuora keeps of each charge from when to when it costs what; one that ends with a term goes on where that will be renewed.
SELECT 'zuora-iberia', 'SPAIN', data ->> 'name', data ->> 'accountId', data ->> 'currency', plan ->> 'productId',
    CAST(charge ->> 'effectiveStartDate' AS DATE),
    CASE WHEN (charge ->> 'effectiveEndDate') < (data ->> 'termEndDate') OR (data ->> 'status') = 'Cancelled'
        THEN CAST(charge ->> 'effectiveEndDate' AS DATE) END,
    CAST(paid * 12 AS DECIMAL(18, 2)), ROUND(paid, 2)
FROM zuora_subscription, UNNEST(parts(data -> 'ratePlans')) AS one(plan),
    UNNEST(parts(plan -> 'ratePlanCharges')) AS other(charge), LATERAL (
    SELECT CAST(charge -> 'ratePlanChargeTiers' -> 0 ->> 'price' AS DECIMAL(18, 6)) * CAST(charge ->> 'quantity' AS DECIMAL(18, 0))
        / CASE charge ->> 'billingPeriod' WHEN 'Quarter' THEN 3 WHEN 'Month' THEN 1 END AS paid
) priced
WHERE (data ->> 'isLatestVersion') = 'true' AND (data ->> 'deleted') = 'false';

CREATE VIEW moved AS
WITH lasting AS (SELECT * FROM recurs WHERE until IS NULL OR since < until),
boundary AS (SELECT DISTINCT connection, subscription, UNNEST([since, until]) AS day FROM lasting),
balance AS (
    SELECT connection, subscription, day, product, customer, company, currency,
        COALESCE(SUM(monthly) FILTER (since <= day AND (until IS NULL OR day < until)), 0) AS monthly,
        COALESCE(SUM(annual) FILTER (since <= day AND (until IS NULL OR day < until)), 0) AS annual
    FROM boundary JOIN lasting USING (connection, subscription) WHERE day IS NOT NULL GROUP BY ALL
),
totals AS (SELECT *, SUM(annual) OVER (PARTITION BY connection, subscription, day) AS total FROM balance),
steps AS (
    SELECT *, COALESCE(lag(monthly) OVER history, 0) AS monthly_before, COALESCE(lag(annual) OVER history, 0) AS annual_before,
        COALESCE(lag(total) OVER history, 0) AS total_before
    FROM totals WINDOW history AS (PARTITION BY connection, subscription, product ORDER BY day)
),
-- What recurs is dollars by the rate of the month it began in, whatever comes of it.
converted AS (
    SELECT steps.*, rate FROM (
        SELECT *, min(CASE WHEN total > 0 THEN day END) OVER (PARTITION BY connection, subscription) AS began
        FROM steps
    ) steps LEFT JOIN rates
    ON rates.currency = steps.currency AND rates.month = strftime(began, '%Y-%m') AND rates.version = 'Actual'
)
SELECT 'Recurring revenue' AS cube, measure, [
        called(connection, 'customer', customer, 'NO_CUSTOMER'), called(connection, 'product', product, 'NO_PRODUCT'),
        CASE WHEN total_before = 0 THEN 'new' WHEN total = 0 THEN 'churn' WHEN annual > annual_before THEN 'expansion'
            ELSE 'contraction' END, company, currency
    ] AS places, strftime(day, '%Y-%m') AS month, 'Actual' AS version, currency, value - before AS amount,
    ROUND(value * rate, 2) - ROUND(before * rate, 2) AS reported
FROM converted, LATERAL (VALUES ('Monthly', monthly, monthly_before), ('Annual', annual, annual_before)) measured(measure, value, before)
WHERE value <> before;
