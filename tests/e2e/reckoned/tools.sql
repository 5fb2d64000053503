-- Of what a tool told of a record the last is what it is; what was taken back, or not released, is nothing.
CREATE VIEW claim AS
SELECT data -> 'data' -> 'report' AS report FROM expenses
QUALIFY row_number() OVER (PARTITION BY report ->> 'id' ORDER BY CAST(report ->> 'revision' AS INT) DESC) = 1
    AND (report ->> 'status') IN ('approved', 'paid');

CREATE VIEW payroll_run AS
SELECT data ->> 'type' AS type, data -> 'data' AS run FROM payroll
QUALIFY row_number() OVER (PARTITION BY data ->> 'subject' ORDER BY CAST(run ->> 'sequence' AS INT) DESC) = 1
    AND type <> 'payroll.run.withdrawn';

CREATE VIEW purchase AS
SELECT data -> 'data' AS bought FROM procurement
QUALIFY row_number() OVER (PARTITION BY bought ->> 'company', bought ->> 'orderNumber' ORDER BY bought ->> 'modifiedAt' DESC) = 1
    AND (bought ->> 'state') = 'RELEASED';
