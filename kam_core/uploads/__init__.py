"""From files to a published version: load, preview, confirmations, history, watched folder."""
