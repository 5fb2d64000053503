-- What the systems say, document by document: the company, the day or the period it was posted to, and what it comes to.
CREATE VIEW won AS
SELECT company_of(deal.data ->> 'of') AS company, company.data ->> 'name' AS customer, deal.data ->> 'deal_currency_code' AS currency,
    CAST(deal.data ->> 'closedate' AS DATE) AS day, CAST(deal.data ->> 'amount' AS DECIMAL(18, 2)) AS amount
FROM deals deal JOIN companies company
    ON (company.data ->> 'id') = (deal.data ->> 'company') AND (company.data ->> 'of') = (deal.data ->> 'of')
WHERE (deal.data ->> 'dealstage') = 'closedwon';

CREATE VIEW ordered AS
SELECT data ->> 'company' AS company, data ->> 'currency' AS currency, CAST(data ->> 'day' AS DATE) AS day,
    CAST(line ->> 'amount' AS DECIMAL(18, 2)) AS amount
FROM orders, UNNEST(parts(data -> 'lines')) AS each(line) WHERE (line ->> 'open') = 'true';

CREATE VIEW billed AS
SELECT company_of(data ->> 'of') AS company, data ->> 'currency_code' AS currency,
    CAST(to_timestamp(CAST(data ->> 'date' AS BIGINT)) AT TIME ZONE 'UTC' AS DATE) AS day,
    CASE data ->> 'object' WHEN 'invoice' THEN 1 ELSE -1 END * CAST(CAST(data ->> 'total' AS BIGINT) * 0.01 AS DECIMAL(18, 2)) AS amount
FROM bills WHERE (data ->> 'status') <> 'voided';

-- Each line of the books: its amount in the document's currency, and in the company's own.
CREATE VIEW posted AS
SELECT data ->> 'type' AS kind, company_of(data ->> 'subsidiary') AS company, data ->> 'period' AS called, data ->> 'currency' AS currency,
    line ->> 'account' AS account, CAST(line ->> 'amount' AS DECIMAL(18, 2)) AS amount,
    CAST(json_extract_string(data -> 'functional', '$[' || (place - 1) || ']') AS DECIMAL(18, 2)) AS own
FROM documents, LATERAL (SELECT UNNEST(parts(data -> 'lines')) AS line, UNNEST(range(1, len(parts(data -> 'lines')) + 1)) AS place) each;
