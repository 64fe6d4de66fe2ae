"""How do pages write money, days, ids and codes? Comes in: values; goes out: words and figures in the reader's language. It exists
so that no page formats a figure in a way of its own."""
