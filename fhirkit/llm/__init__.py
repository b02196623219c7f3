"""Proposals of a language model: what is asked, what of the answer stands in the text.

    text -> prompt -> (client: the only module that opens a connection) -> answer -> quotes
         -> proposals and hints for :func:`fhirkit.facts.read.extract`

The model only points at words. Everything it says is looked for in the text, every value is
read again by the grammar, and the rules decide whose it is and whether.
"""
