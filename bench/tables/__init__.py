"""Tables: their cells compared with the truth, next to other programs."""
