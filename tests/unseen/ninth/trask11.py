# A neural network in 11 lines of Python, then a few more to watch the error.
import numpy as np


def nonlin(x, deriv=False):
    if(deriv==True):
        return x*(1-x)
    return 1/(1+np.exp(-x))


# oracle: shapes syn0: 3 H, syn1: H 1, X: N 3 fixed, y: N 1 binary
def synapse_loss_and_grad(syn0, syn1, X, y):

    # Feed forward through layers 0, 1, and 2
    l0 = X
    l1 = nonlin(np.dot(l0,syn0))
    l2 = nonlin(np.dot(l1,syn1))

    # how much did we miss the target value?
    l2_error = l2 - y
    loss = 0.5 * np.sum(l2_error**2)

    # in what direction is the target value?
    # were we really sure? if so, don't change too much.
    l2_delta = l2_error*nonlin(l2,deriv=True)

    # how much did each l1 value contribute to the l2 error (according to the weights)?
    l1_error = l2_error.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1,deriv=True)

    syn1_grad = l1.T.dot(l2_delta)
    syn0_grad = l0.T.dot(l1_delta)
    return loss, (syn0_grad, syn1_grad)
