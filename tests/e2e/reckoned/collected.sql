-- What the billing systems have collected, and what that has cost.
CREATE VIEW stripe_move AS
SELECT data ->> 'type' AS type, upper(data ->> 'currency') AS currency,
    strftime(day_in(data ->> 'created', 'America/New_York'), '%Y-%m') AS month,
    minor(data ->> 'amount') AS amount, minor(data ->> 'fee') AS fee, minor(data ->> 'net') AS net, (
        SELECT charge.data ->> 'customer' FROM stripe_charge charge
            WHERE (charge.data ->> 'id') = COALESCE(taken.charge, move.data ->> 'source')
    ) AS customer
FROM stripe_balance_transaction move
LEFT JOIN (
    SELECT data ->> 'id' AS id, data ->> 'charge' AS charge FROM stripe_refund UNION ALL SELECT data ->> 'id', data ->> 'charge'
        FROM stripe_dispute
) taken ON taken.id = move.data ->> 'source';

CREATE VIEW cash AS
SELECT 'stripe-global' AS connection, 'AMERICAS' AS company, 'stripe_balance' AS account, customer, currency, month,
    net AS amount FROM stripe_move
UNION ALL
SELECT 'stripe-global', 'AMERICAS', 'stripe_bank', NULL, currency, month, -amount FROM stripe_move
    WHERE type IN ('payout', 'payout_failure')
UNION ALL
SELECT 'chargebee-emea', 'EMEA', 'chargebee_cash', data ->> 'customer_id', data ->> 'currency_code',
    strftime(day_in(data ->> 'date', 'Europe/Berlin'), '%Y-%m'), CASE WHEN (data ->> 'type') = 'payment' THEN 1 ELSE -1 END
        * minor(data ->> 'amount')
FROM chargebee_transaction
WHERE (data ->> 'deleted') = 'false' AND (data ->> 'type') <> 'authorization'
    AND ((data ->> 'status') = 'success' OR (data ->> 'status') = 'late_failure'
        AND (data ->> 'reversal_transaction_id') IS NOT NULL)
UNION ALL
SELECT 'zuora-iberia', 'SPAIN', 'zuora_bank', data ->> 'accountId', data ->> 'currency', (data ->> 'effectiveDate')[1:7],
    CAST(data ->> 'amount' AS DECIMAL(18, 2))
FROM zuora_payment WHERE (data ->> 'status') = 'Processed'
UNION ALL
SELECT 'zuora-iberia', 'SPAIN', 'zuora_bank', data ->> 'accountId', data ->> 'currency', (data ->> 'refundDate')[1:7],
    -CAST(data ->> 'amount' AS DECIMAL(18, 2))
FROM zuora_refund WHERE (data ->> 'status') = 'Processed';

CREATE VIEW collected AS
SELECT 'Cash' AS cube, 'Collected' AS measure,
    [called(connection, 'account', account, NULL), called(connection, 'customer', customer, 'NO_CUSTOMER'), company,
        currency] AS places,
    month, 'Actual' AS version, currency, amount, NULL AS reported
FROM cash
UNION ALL
SELECT 'Operating expenses', 'Expense',
    [called('stripe-global', 'account', 'stripe_fees', NULL), 'NO_COST_CENTRE', 'NO_SUPPLIER', 'AMERICAS', 'NO_PARTNER', currency],
    month, 'Actual', currency, fee, NULL
FROM stripe_move WHERE fee <> 0;
