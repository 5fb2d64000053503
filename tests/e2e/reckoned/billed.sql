-- What SAP and the billing systems have billed and taken back, without taxes and discounts, item by item.
CREATE VIEW stripe_line AS
SELECT document.data ->> 'id' AS document, line ->> 'id' AS id, line -> 'pricing' -> 'price_details' ->> 'product' AS product,
    minor((line ->> 'amount')::BIGINT
        - COALESCE(list_sum([CAST(each ->> 'amount' AS BIGINT) FOR each IN parts(line -> 'discount_amounts')]), 0)
        - COALESCE(list_sum([CAST(each ->> 'amount' AS BIGINT) FOR each IN parts(line -> 'taxes')
            IF (each ->> 'tax_behavior') = 'inclusive']), 0)
    ) AS net, line ->> 'invoice_line_item' AS takes_back
FROM (SELECT data FROM stripe_invoice UNION ALL SELECT data FROM stripe_credit_note) document,
    UNNEST(parts(data -> 'lines')) AS each(line);

CREATE VIEW bill_item AS
SELECT 'sap-europe' AS connection, 'EMEA' AS company, head."SoldToParty" AS customer, "Material" AS product, 'EUR' AS currency,
    CAST(head."BillingDocumentDate" AS DATE) AS day,
    CASE WHEN head."SDDocumentCategory" = 'M' THEN 1 ELSE -1 END * CAST(item."NetAmount" AS DECIMAL(18, 2)) AS net
FROM sap_bills head JOIN sap_bill_items item USING ("BillingDocument")
UNION ALL
SELECT 'stripe-global', 'AMERICAS', data ->> 'customer', line.product, upper(data ->> 'currency'),
    day_in(data -> 'status_transitions' ->> 'finalized_at', 'America/New_York'), line.net
FROM stripe_invoice JOIN stripe_line line ON line.document = data ->> 'id' WHERE (data ->> 'status') NOT IN ('draft', 'void')
UNION ALL
SELECT 'stripe-global', 'AMERICAS', data ->> 'customer', billed.product, upper(data ->> 'currency'),
    day_in(data ->> 'created', 'America/New_York'), -line.net
FROM stripe_credit_note JOIN stripe_line line ON line.document = data ->> 'id'
LEFT JOIN stripe_line billed ON billed.id = line.takes_back
WHERE (data ->> 'status') = 'issued'
UNION ALL
SELECT 'chargebee-emea', 'EMEA', data ->> 'customer_id',
    CASE WHEN (line ->> 'entity_type') <> 'adhoc' THEN line ->> 'entity_id' END,
    data ->> 'currency_code', day_in(data ->> 'date', 'Europe/Berlin'),
    CASE WHEN (data ->> 'object') = 'invoice' THEN 1 ELSE -1 END
        * minor((line ->> 'amount')::BIGINT - (line ->> 'discount_amount')::BIGINT
        - CASE WHEN (data ->> 'price_type') = 'tax_inclusive' THEN (line ->> 'tax_amount')::BIGINT ELSE 0 END)
FROM (SELECT data FROM chargebee_invoice UNION ALL SELECT data FROM chargebee_credit_note) document,
    UNNEST(parts(data -> 'line_items')) AS each(line)
WHERE (data ->> 'deleted') = 'false' AND (data ->> 'status') NOT IN ('pending', 'voided')
    AND (data ->> 'reason_code') IS DISTINCT FROM 'write_off'
UNION ALL
SELECT 'zuora-iberia', 'SPAIN', data ->> 'accountId', item ->> 'productId', data ->> 'currency',
    CAST(data ->> 'invoiceDate' AS DATE),
    CAST(item ->> 'chargeAmount' AS DECIMAL(18, 2))
FROM zuora_invoice, UNNEST(parts(data -> 'invoiceItems')) AS each(item)
WHERE (data ->> 'deleted') = 'false' AND (data ->> 'status') IN ('Posted', 'Reversed')
UNION ALL
SELECT 'zuora-iberia', 'SPAIN', data ->> 'accountId', item ->> 'productId', data ->> 'currency', CAST(data ->> 'memoDate' AS DATE),
    sign * CAST(item ->> 'amountWithoutTax' AS DECIMAL(18, 2))
FROM (
    SELECT data, data -> 'creditMemoItems' AS items, -1 AS sign FROM zuora_credit_memo
    UNION ALL
    SELECT data, data -> 'debitMemoItems', 1 FROM zuora_debit_memo
) memo, UNNEST(parts(items)) AS each(item)
WHERE (data ->> 'deleted') = 'false' AND (data ->> 'status') = 'Posted';

CREATE VIEW billed AS
SELECT 'Billings' AS cube, 'Billed' AS measure, [
        called(connection, 'customer', customer, 'NO_CUSTOMER'), called(connection, 'product', product, 'NO_PRODUCT'), company,
            currency
    ] AS places, strftime(day, '%Y-%m') AS month, 'Actual' AS version, currency, net AS amount, NULL AS reported
FROM bill_item;
