"""The demonstration: everything embedded, from trip events to legal invoices, with a summary that proves itself."""
