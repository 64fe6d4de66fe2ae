"""How does a dossier read: to a judge, to an expert, to the person whom it is about?

Comes in: entries of the journal as the bundle shows them, and what book and run say of the case. Goes out: pages and documents in Chinese or
English, each a page and a PDF: the timeline, the statements, the element table and evidence list of Chinese courts, the certificate and chain
of title of American ones, and the list of what cannot be shown. What the record does not know is left blank, and the blank is marked.
"""
