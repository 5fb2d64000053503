"""The ledger: our store of facts, contributions, cells, mappings, what is held, outcomes and receipts, in one table.

| pk | sk | holds |
|---|---|---|
| `FACT#connection#entity#record` | `STATE` | revision, source version, outcome, statement, contributions, lineage |
| `CELL#target#intersection` | `STATE` | coordinates, generation; for each measure a total and what planning was last given |
| `CELL#target#intersection` | `PART#connection#entity#record` | what that fact contributes to each measure |
| `HELD#connection#table#key` | `connection#entity#record` | a fact that waits for that mapping entry |
| `MAP#connection#table` | the source's value | the member it is called in planning |
| `OUTCOME#connection#day` | `received_at#delivery#flow` | the outcome of every notice of a delivery |
| `RECEIPT#target` | `OPEN#time#id`, `DONE#time#id` | a write to planning: values before and after, the answer |
| `CONFLICT#connection` | a digest of record, code and field | that the record contradicts the owner of the field, and since when |
| `MEMBERS#target` | `time#token` | members that one call added to a dimension of planning, or changed there |
| `TARGET#target` | `STATE` | until when the target wants to be left alone |

Two sparse indexes: `cells_by_state` (`dirty#target`, `refused#target`) and `catalogue` (`CELL#target`,
`FACT#connection#entity`, `HELD`).
"""
