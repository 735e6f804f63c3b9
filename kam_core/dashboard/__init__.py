"""What is looked at and what it shows, as plain values; no Streamlit."""
