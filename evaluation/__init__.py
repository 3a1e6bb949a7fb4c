"""Measures the product beside its baseline; nothing of the product imports this."""
