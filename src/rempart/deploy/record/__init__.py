"""The record of deployments: the ledger in the database, the evidence folder, and whether both are as written."""
