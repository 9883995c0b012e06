"""DRIVING SIDE: whatever starts invoices or asks about them from outside."""
