"""What pages are made of: Streamlit only."""
