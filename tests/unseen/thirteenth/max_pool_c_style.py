import numpy as np
# straight port of pool.c


# oracle: shapes img: N C 2*H 2*L
def max_pool_forward(img):
    nBatch, nChan, nRow, nCol = img.shape
    out = np.zeros((nBatch, nChan, nRow // 2, nCol // 2))
    argRow = np.zeros(out.shape, dtype=int)
    argCol = np.zeros(out.shape, dtype=int)
    for n in range(nBatch):
        for c in range(nChan):
            for i in range(nRow // 2):
                for j in range(nCol // 2):
                    bestR, bestC = 2 * i, 2 * j
                    for r in range(2 * i, 2 * i + 2):
                        for k in range(2 * j, 2 * j + 2):
                            if img[n, c, r, k] > img[n, c, bestR, bestC]:
                                bestR, bestC = r, k
                    out[n, c, i, j] = img[n, c, bestR, bestC]
                    argRow[n, c, i, j] = bestR
                    argCol[n, c, i, j] = bestC
    return out, (img.shape, argRow, argCol)


def max_pool_backward(dOut, cache):
    shape, argRow, argCol = cache
    dImg = np.zeros(shape)
    for n, c, i, j in np.ndindex(dOut.shape):
        dImg[n, c, argRow[n, c, i, j], argCol[n, c, i, j]] += dOut[n, c, i, j]
    return dImg
