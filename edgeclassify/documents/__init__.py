"""What people write in TOML files: parsed, checked, and its faults in their words. Without pydantic: a model opens
with what is here alone.
"""
