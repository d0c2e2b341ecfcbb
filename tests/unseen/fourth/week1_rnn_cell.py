import numpy as np

# Homework, week 1: one step of a vanilla RNN.
# Examples are COLUMNS:  xt is (n_x, m), the state is (n_a, m).


# oracle: shapes xt: n_x m, a_prev: n_a m, Wax: n_a n_x, Waa: n_a n_a, ba: n_a 1
def rnn_cell_forward(xt, a_prev, Wax, Waa, ba):
    z = np.dot(Wax, xt) + np.dot(Waa, a_prev) + ba
    a_next = np.tanh(z)
    return a_next


def rnn_cell_backward(da_next, xt, a_prev, Wax, Waa, ba, a_next):
    # derivative of tanh with respect to a_next
    dz = (1 - a_next ** 2) * da_next

    # gradients with respect to the input side
    dxt = np.dot(Wax.T, dz)
    dWax = np.dot(dz, xt.T)

    # gradients with respect to the recurrent side
    da_prev = np.dot(Waa, dz)
    dWaa = np.dot(dz, a_prev.T)

    # bias: one per unit, sum the columns
    dba = np.sum(dz, axis=1, keepdims=True)

    return dxt, da_prev, dWax, dWaa, dba
