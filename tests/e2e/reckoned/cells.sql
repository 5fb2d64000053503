-- What planning must hold of the months: cube, measure, members in the order of the planning model, and the amount.
WITH part AS (
    SELECT * REPLACE (CAST(amount AS DECIMAL(18, 2)) AS amount) FROM (
        SELECT * FROM sold UNION ALL SELECT * FROM renewed UNION ALL SELECT * FROM booked UNION ALL SELECT * FROM billed
        UNION ALL SELECT * FROM collected UNION ALL SELECT * FROM moved
    )
),
cell AS (
    SELECT cube, measure, places, month, version, amount FROM part
    UNION ALL
    SELECT cube, measure || ' USD', places, month, version, CAST(COALESCE(
        reported, CASE currency WHEN 'USD' THEN amount ELSE ROUND(amount * rate, 2) END
    ) AS DECIMAL(18, 2))
    FROM part LEFT JOIN rates USING (currency, month, version)
)
SELECT cube, measure, list_concat(places, [months.label, version]) AS members, SUM(amount) AS value
FROM cell JOIN months ON months.id = cell.month
GROUP BY ALL HAVING SUM(amount) <> 0
