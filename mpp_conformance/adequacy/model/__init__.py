"""The state model of the two workflows as data, and a trace's way through it.

``dimensions``: in what payments differ; ``table``: the transitions; ``walk``: the way of a payment, planned or seen;
``arrows``: between whom a message goes; ``page``: the document that shows all of it, drawn from the data.
"""
