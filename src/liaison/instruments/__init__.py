"""Which texts did States agree on, who is bound by which of them on a day, and what does that allow between two?"""
