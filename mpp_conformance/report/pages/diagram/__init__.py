"""A conversation as a sequence diagram, with what the cases found wrong in it.

``marks``: what verdicts say of single messages; ``picture``: who says what to whom, line by line; ``svg``: the drawing.
"""
