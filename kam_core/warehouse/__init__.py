"""Raw uploads, ledger, versions: what is stored and what is live."""
