"""Keystone: whether a sales organisation looks after its key accounts. Usable without Streamlit."""
