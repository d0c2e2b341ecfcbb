import numpy as np

# classic bpnn.py: the backward pass only keeps the outputs of the units,
# so the derivative is written in terms of the output y = tanh(x)


# oracle: shapes x: N D
def tanh(x):
    return np.tanh(x)


# oracle: shapes y: N D
def dtanh(y):
    return 1.0 - y * y


def hidden_deltas(errors, outputs):
    """errors of the hidden units times the slope of their squashing function"""
    return errors * dtanh(outputs)
