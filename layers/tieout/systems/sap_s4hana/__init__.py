"""SAP S/4HANA as a source: events over Event Mesh, sales documents and the journal over OData."""
