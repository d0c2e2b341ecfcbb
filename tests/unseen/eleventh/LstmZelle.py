"""LSTM-Zelle, von Hand abgeleitet (Seminar neuronale Netze)."""
import numpy as np


def _sigma(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes x: B E, h: B M, c: B M, Wf: E+M M, Wi: E+M M, Wk: E+M M, Wa: E+M M
def zelle_forward(x, h, c, Wf, Wi, Wk, Wa):
    eingang = np.concatenate((x, h), axis=1)
    vergessen = _sigma(eingang @ Wf)
    einlass = _sigma(eingang @ Wi)
    kandidat = np.tanh(eingang @ Wk)
    auslass = _sigma(eingang @ Wa)
    c_neu = vergessen * c + einlass * kandidat
    h_neu = auslass * np.tanh(c_neu)
    merker = dict(eingang=eingang, f=vergessen, i=einlass, k=kandidat, a=auslass,
                  c=c, c_neu=c_neu, gewichte=(Wf, Wi, Wk, Wa), E=x.shape[1])
    return h_neu, merker


def zelle_backward(dh_neu, merker):
    f, i, k, a = (merker[s] for s in "fika")
    Wf, Wi, Wk, Wa = merker["gewichte"]
    t = np.tanh(merker["c_neu"])

    dc_neu = dh_neu * a * (1 - t * t)
    zf = dc_neu * merker["c"] * f * (1 - f)
    zi = dc_neu * k * i * (1 - i)
    zk = dc_neu * i * k * (1 - k)
    za = dh_neu * t * a * (1 - a)

    dc = dc_neu * f
    eT = merker["eingang"].T
    dWf = eT @ zf
    dWi = eT @ zi
    dWk = eT @ zk
    dWa = eT @ za
    deingang = zf @ Wf.T + zi @ Wi.T + zk @ Wk.T + za @ Wa.T
    dx = deingang[:, :merker["E"]]
    dh = deingang[:, merker["E"]:]
    return dx, dh, dc, dWf, dWi, dWk, dWa
