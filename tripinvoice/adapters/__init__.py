"""The ports made real: ``<port>_<technology>.py``, twins side by side. Only ``tripinvoice.wiring`` imports them."""
