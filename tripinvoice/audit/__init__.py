"""Whether every number has exactly what belongs to it, and everything its number: the audit of the stores.

It reads the ports and changes nothing, but for what is derived and can be written again. A series of any length is
walked, never held in memory. ``docs/audit.md`` has every rule with its remedy.
"""
