"""Child processes that parse untrusted files and can reach nothing but the descriptors that they are given.

`ConfinedProcess` is the parent's side, `start` the child's. Messages in between are JSON and bytes, never pickles: what
a child sends may come from an attacker who has taken it over.
"""
