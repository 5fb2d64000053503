-- The days of each company's periods, and what a euro is in dollars in each: written down by hand, as EXPECTED.md has them.
CREATE TABLE periods AS SELECT * FROM (VALUES
    ('EMEA', 'FY2026-P01', 'FY2026-P01', DATE '2025-12-28', DATE '2026-01-24', 1.08),
    ('EMEA', 'FY2026-P02', 'FY2026-P02', DATE '2026-01-25', DATE '2026-02-21', 1.10),
    ('EMEA', 'FY2026-P03', 'FY2026-P03', DATE '2026-02-22', DATE '2026-03-28', 1.12),
    ('GROUP', '2026-01', 'Jan 2026', DATE '2026-01-01', DATE '2026-01-31', 1.00),
    ('GROUP', '2026-02', 'Feb 2026', DATE '2026-02-01', DATE '2026-02-28', 1.00),
    ('GROUP', '2026-03', 'Mar 2026', DATE '2026-03-01', DATE '2026-03-31', 1.00)
) known(company, period, called, first_day, last_day, rate);
CREATE MACRO company_of(place) AS CASE place WHEN 'crm-europe' THEN 'EMEA' WHEN 'billing-europe' THEN 'EMEA' WHEN '3' THEN 'EMEA' ELSE 'GROUP' END;
CREATE MACRO parts(list) AS CAST(list AS JSON[]);
