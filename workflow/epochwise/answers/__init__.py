"""What a loss table says: how many epochs, how sure, and what stopping early would have done.

Every function here is pure: it reads curves that were trained once and draws
conclusions from them, so each question costs seconds and no training.
"""
