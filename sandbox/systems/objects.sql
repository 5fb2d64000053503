-- Everything in a system is an object with an id, as its API shows it; what it is made of by other objects are their ids.
-- `number` is the order in which they were made.
CREATE TABLE objects (id TEXT PRIMARY KEY, object TEXT, created INTEGER, number INTEGER, body TEXT);
CREATE INDEX objects_by_creation ON objects (object, created, number);
CREATE TABLE numbers (name TEXT PRIMARY KEY, last INTEGER);
