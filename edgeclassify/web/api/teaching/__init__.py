"""Taught models over HTTP: what they know, their pictures, what was gathered for them, and files in and out.

What changes examples one by one goes by the requests of the contract (teach/add and so on).
"""
