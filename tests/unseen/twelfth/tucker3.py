import numpy as np


# oracle: shapes core: P Q R, U: I P, V: J Q, W: K R
def tucker_forward(core, U, V, W):
    """T_ijk = sum_pqr core_pqr U_ip V_jq W_kr."""
    return np.einsum("pqr,ip,jq,kr->ijk", core, U, V, W)


def tucker_backward(dT, core, U, V, W):
    # contract as little as possible, twice used halves first
    half = np.einsum("ijk,kr->ijr", dT, W)
    halfV = np.einsum("ijr,jq->iqr", half, V)
    halfU = np.einsum("ijr,ip->pjr", half, U)
    dcore = np.einsum("iqr,ip->pqr", halfV, U)
    dU = np.einsum("iqr,pqr->ip", halfV, core)
    dV = np.einsum("pjr,pqr->jq", halfU, core)
    dW = np.einsum("ijk,ip,jq,pqr->kr", dT, U, V, core)
    return {"dcore": dcore, "dU": dU, "dV": dV, "dW": dW}
