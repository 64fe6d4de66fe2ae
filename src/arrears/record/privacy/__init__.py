"""Who may see which personal value, for what, and where may it go?

Comes in: values to be shown, a role, a jurisdiction. Goes out: masked values, the categories a role may open, the register of categories
with purpose and lawful basis, and the basis on which something may leave to another jurisdiction, or its refusal. It exists because
personal data is collected for a purpose and seen by those who need it: each showing and each transfer leaves a fact behind.
"""
