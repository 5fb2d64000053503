"""A simulated S/4HANA Cloud tenant: its books in SQL, its OData V2 services, its token addresses, and Event Mesh in front of it."""
