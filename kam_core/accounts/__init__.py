"""What is so of single accounts: tiers."""
