"""STEPS: one small class per outside concern, its constructor takes ports.

Activities import ports and core types only, so that a workflow can import the class for typed calls without loading a
driver.
"""
