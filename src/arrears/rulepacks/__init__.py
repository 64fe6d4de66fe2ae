"""What does the law of each place say, as data?

Comes in: nothing. Goes out: per jurisdiction a folder `parameters` of dated figures with source, article and confidence, read by
`arrears.core.parameters`. It exists so that a figure of law is changed in one place, by adding a dated line that a lawyer can read.
"""
