"""The rules of a register of official papers: values in, values out."""
