-- What the mapping tables call things, and the rates by which what is not dollars becomes so.
CREATE MACRO called(owner, what, id, absent) AS CASE
    WHEN id IS NULL THEN absent ELSE (SELECT member FROM mappings WHERE connection = owner AND kind = what AND key = id)
END;
CREATE VIEW rates AS
SELECT CASE split_part(key, ':', 1) WHEN 'average' THEN 'Actual' WHEN 'budget' THEN 'Forecast' END AS version,
    split_part(key, ':', 2)[1:3] AS currency, split_part(key, '@', 2) AS month, CAST(member AS DECIMAL(12, 6)) AS rate
FROM mappings WHERE connection = '*' AND kind = 'rate' AND key LIKE '%:___>USD@%';
-- Stripe and Chargebee count seconds, and their companies days.
CREATE MACRO day_in(second, zone) AS CAST(to_timestamp(CAST(second AS BIGINT)) AT TIME ZONE zone AS DATE);
CREATE MACRO parts(list) AS CAST(list AS JSON[]);
CREATE MACRO minor(units) AS CAST(CAST(units AS DECIMAL(18, 0)) * 0.01 AS DECIMAL(18, 2));
