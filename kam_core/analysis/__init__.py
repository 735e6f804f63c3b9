"""Models over many accounts: forecast, renewals, concentration."""
