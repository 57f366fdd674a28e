"""Programs that read pictures, each in a process of its own, warm, and spoken to in lines of JSON.

Law of this folder: `process` is the parent's side, everything else runs in the reader's process and perhaps in another
environment, so it imports what it measures inside functions and of ours only what it reads with.
"""
