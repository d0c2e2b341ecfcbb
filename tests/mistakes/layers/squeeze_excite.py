import numpy as np


# oracle: shapes mapas: N C H W, reduz: C R, expande: R C
def excitacao_forward(mapas, reduz, expande):
    """Squeeze-and-excitation: pesa cada canal por uma porta calculada da sua média."""
    media = mapas.mean(axis=(2, 3))
    oculto = np.tanh(media @ reduz)
    porta = 1 / (1 + np.exp(-(oculto @ expande)))
    saida = mapas * porta[:, :, None, None]
    return saida, (mapas, reduz, expande, media, oculto, porta)


def excitacao_backward(dsaida, memoria):
    mapas, reduz, expande, media, oculto, porta = memoria
    altura, largura = mapas.shape[2], mapas.shape[3]

    dporta = (dsaida * mapas).sum(axis=(2, 3))
    dlogito = dporta * porta * (1 - porta)
    dexpande = oculto.T @ dlogito
    doculto = dlogito @ expande.T
    dpre = doculto * (1 - oculto ** 2)
    dreduz = media.T @ dpre
    dmedia = dpre @ reduz.T
    dmapas = dsaida * porta[:, :, None, None]
    dmapas = dmapas + dmedia[:, :, None, None] / (altura * largura)
    return dmapas, dreduz, dexpande
